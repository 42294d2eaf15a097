"""The inputs that are not a connector's own. `CustomerChange` is made from the connectors that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import strawberry

from ..connectors.base import ListFilter
from ..connectors.registry import connectors
from ..errors import ErrorCode, InvalidChange, Path
from ..model.ref import Ref, parse_global_id
from .arguments import built_once
from .scalars import DateTime


@strawberry.input(description="A customer by the provider's own id.")
class NativeCustomerRef:
    connection_id: strawberry.ID = strawberry.field(description="The connection that reaches the customer.")
    native_id: strawberry.ID = strawberry.field(description="The provider's own id, unescaped.")
    company_id: strawberry.ID | None = strawberry.field(
        default=None, description="The company, where the connection did not fix one."
    )


@strawberry.input(one_of=True, description="A customer by exactly one of its names.")
class CustomerBy:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The opaque id of `Customer.id`.")
    native: NativeCustomerRef | None = strawberry.field(
        default=strawberry.UNSET, description="Connection and the provider's own id."
    )


if TYPE_CHECKING:
    CustomerChange = Any
else:
    _members = {
        name: strawberry.field(
            default=strawberry.UNSET, description=f"A change of a customer in {connector.manifest.label}."
        )
        for name, connector in connectors().items()
    }
    _types = {name: connector.input_type | None for name, connector in connectors().items()}
    CustomerChange = strawberry.input(
        type("CustomerChange", (), {"__annotations__": _types, "__module__": __name__, **_members}),
        one_of=True,
        description="What to change: exactly one member, that of the connection's integration. "
        "In it a field left out stays as it is, null clears it, a value sets it.",
    )


@built_once
@strawberry.input(description="A change of one customer.")
class UpdateCustomerInput:
    customer: CustomerBy = strawberry.field(description="Which customer.")
    change: CustomerChange = strawberry.field(description="What to change.")
    expected_version: str | None = strawberry.field(
        default=None,
        description="The `version` that the change was made from. If the record has another one by now, nothing is "
        "written and the answer is a VersionConflict with the current record.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key of your own, 1 to 255 characters. The same call with the same key is carried out once; "
        "later calls get the first one's answer.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Read and show what would happen: calls, differences, warnings. Write nothing."
    )


@strawberry.input(description="Narrows a list of customers. `integrations { filters }` says who can filter by what.")
class CustomerFilter:
    number: str | None = strawberry.field(default=None, description="Customer number, exact.")
    name: str | None = strawberry.field(default=None, description="Part of the name.")
    email: str | None = strawberry.field(default=None, description="Part of an e-mail address.")
    active: bool | None = strawberry.field(
        default=None, description="Only customers in use, or only those that are not."
    )
    updated_since: DateTime | None = strawberry.field(default=None, description="Changed since this moment.")

    def wanted(self) -> ListFilter:
        since = self.updated_since.isoformat() if self.updated_since else None
        return ListFilter(self.number, self.name, self.email, self.active, since)


def ref_of(by: CustomerBy, at: str) -> tuple[Ref, Path]:
    """The customer that a caller named in the argument `at`, and the path of the name."""
    if by.native:
        native, path = by.native, (at, "native")
        if not native.native_id:
            raise InvalidChange(ErrorCode.BAD_FORMAT, "A native id is not empty.", path=(*path, "nativeId"))
        return Ref(str(native.connection_id), str(native.native_id), native.company_id), path
    return ref_of_id(str(by.id), (at, "id")), (at, "id")


def ref_of_id(global_id: str, path: Path) -> Ref:
    ref = parse_global_id(global_id)
    if ref is None:
        raise InvalidChange(ErrorCode.BAD_FORMAT, "This is not the id of a customer.", path=path)
    return ref


def member_of(change: CustomerChange) -> tuple[str, object]:
    """The one member of the `@oneOf` that the caller gave, by the connector's name."""
    for name in connectors():
        value = getattr(change, name)
        if value is not strawberry.UNSET and value is not None:
            return name, value
    raise InvalidChange(ErrorCode.REQUIRED, "A change has exactly one member.", path=("change",))
