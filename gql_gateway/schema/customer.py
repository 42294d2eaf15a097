"""The customer as callers see it. Below the root field every value is a plain attribute of the model's objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Union

import strawberry
from strawberry.types import Info

from ..connectors.registry import connectors
from ..errors import ErrorCode, GatewayError
from ..model.caller import Scope
from ..model.customer import Customer as CustomerRecord
from ..model.enums import AddressType, ContactType, EmailType, PhoneType
from ..model.ref import Ref
from .context import Context
from .directives import needs, supported
from .enums import Integration
from .history import CustomerUpdateConnection, history_of
from .paging import USUAL_PAGE
from .prices import CALL, costs, lists
from .scalars import JSON, DateTime
from .selection import selected

if TYPE_CHECKING:
    CustomerDetails = object
else:
    CustomerDetails = Annotated[
        Union[tuple(connector.details for connector in connectors().values())],  # noqa: UP007
        strawberry.union("CustomerDetails", description="What only one integration knows of a customer, typed."),
    ]


@strawberry.interface(description="Something with an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque id; `node` finds the thing again.")


@strawberry.type(description="An address of a customer.")
class Address:
    type: AddressType = supported("addresses", description="What the address is for.")
    name: str | None = supported("addresses.name", description="Name of the recipient.")
    name2: str | None = supported("addresses.name2", description="Second line of the recipient's name.")
    address_line1: str | None = supported("addresses.addressLine1", description="Street and number.")
    address_line2: str | None = supported("addresses.addressLine2", description="Second address line.")
    address_line3: str | None = supported("addresses.addressLine3", description="Third address line.")
    postal_code: str | None = supported("addresses.postalCode", description="Postal code, as the country writes it.")
    city: str | None = supported("addresses.city", description="City or town.")
    region: str | None = supported("addresses.region", description="State, province or county.")
    country_code: str | None = supported(
        "addresses.countryCode", description="Country, ISO 3166-1 alpha-2; a few providers have codes of their own."
    )


@strawberry.type(description="An e-mail address of a customer or contact person.")
class EmailAddress:
    type: EmailType = supported("emailAddresses", description="What the address is used for.")
    email: str | None = supported("emailAddresses.email", description="The address.")
    is_main: bool | None = supported("emailAddresses.isMain", description="Whether it is the main one of its kind.")


@strawberry.type(description="A phone number of a customer or contact person.")
class PhoneNumber:
    type: PhoneType = supported("phoneNumbers", description="What the number is used for.")
    number: str | None = supported("phoneNumbers.number", description="The number as the provider keeps it.")
    is_main: bool | None = supported("phoneNumbers.isMain", description="Whether it is the main one of its kind.")


@strawberry.type(description="A person to talk to at a customer.")
class ContactPerson:
    id: strawberry.ID | None = supported("contactPersons.id", description="The provider's id of the person.")
    salutation: str | None = supported("contactPersons.salutation", description="Form of address.")
    first_name: str | None = supported("contactPersons.firstName", description="Given name.")
    last_name: str | None = supported("contactPersons.lastName", description="Family name.")
    name: str | None = supported(
        "contactPersons.name", description="Full name, where the provider does not tell first and last name apart."
    )
    job_title: str | None = supported("contactPersons.jobTitle", description="What the person does at the customer.")
    academic_title: str | None = supported("contactPersons.academicTitle", description="A title such as Dr.")
    is_primary: bool | None = supported("contactPersons.isPrimary", description="Whether documents name this person.")
    email_addresses: list[EmailAddress] = supported(
        "contactPersons.emailAddresses", description="The person's e-mail addresses."
    )
    phone_numbers: list[PhoneNumber] = supported(
        "contactPersons.phoneNumbers", description="The person's phone numbers."
    )


@strawberry.type(description="A bank account of a customer.")
class BankAccount:
    holder: str | None = supported("bankAccounts.holder", description="Holder of the account.")
    iban: str | None = supported("bankAccounts.iban", description="International bank account number.")
    bic: str | None = supported("bankAccounts.bic", description="The bank's SWIFT code.")
    name: str | None = supported("bankAccounts.name", description="Name of the bank or account.")
    is_main_account: bool | None = supported(
        "bankAccounts.isMainAccount", description="Whether this account is used first."
    )


@strawberry.federation.type(
    keys=["id", "connectionId nativeId"],
    directives=[needs(Scope.READ), costs(CALL)],
    description="A customer in one accounting system, as the provider holds it now.",
)
class Customer(Node):
    id: strawberry.ID = supported("id", always=True, description="Opaque id; `node` finds the customer again.")
    connection_id: strawberry.ID = supported(
        "connectionId", always=True, description="The connection through which the customer is reached."
    )
    native_id: strawberry.ID = supported("nativeId", always=True, description="The provider's own id.")
    integration: Integration = supported("integration", always=True, description="The system that keeps the record.")
    company_id: strawberry.ID | None = supported(
        "companyId", always=True, description="The company whose books the customer is in."
    )
    version: str | None = supported(
        "version",
        always=True,
        description="Changes with every change of the record; send it back as `expectedVersion`. "
        "Null in a list that does not show whole records.",
    )
    contact_type: ContactType | None = supported("contactType", description="Company or person.")
    company_name: str | None = supported("companyName", description="Name of the customer.")
    number: str | None = supported("number", description="Customer number.")
    document_id: str | None = supported("documentId", description="Number of a document kept elsewhere.")
    project_id: str | None = supported("projectId", description="Project that the customer belongs to.")
    vat_id: str | None = supported("vatId", description="VAT registration number.")
    tax_number: str | None = supported("taxNumber", description="Tax or registration number other than the VAT id.")
    addresses: list[Address] = supported("addresses", description="Addresses, one of each type.")
    email_addresses: list[EmailAddress] = supported("emailAddresses", description="E-mail addresses.")
    phone_numbers: list[PhoneNumber] = supported("phoneNumbers", description="Phone and fax numbers.")
    contact_persons: list[ContactPerson] = supported("contactPersons", description="People to talk to.")
    bank_accounts: list[BankAccount] = supported(
        "bankAccounts", description="Accounts that the customer pays from and is paid to."
    )
    currency: str | None = supported("currency", description="Currency of new documents, ISO 4217.")
    language: str | None = supported("language", description="Language of documents.")
    payment_terms: str | None = supported("paymentTerms", description="The provider's code or id of payment terms.")
    website: str | None = supported("website", description="Web address.")
    notes: str | None = supported("notes", description="Internal notes.")
    active: bool | None = supported("active", description="Whether the customer is in use.")
    created_at: DateTime | None = supported("createdAt", description="When the record was made.")
    updated_at: DateTime | None = supported("updatedAt", description="When the record last changed.")
    web_url: str | None = supported("webUrl", always=True, description="Where a person can look at the customer.")
    details: CustomerDetails | None = supported(
        "details", always=True, description="What only this integration knows, typed."
    )
    native: JSON | None = supported(
        "native", always=True, needed=Scope.NATIVE, description="The provider's own document, whole."
    )

    @supported(
        "history",
        always=True,
        description="What was changed through this gateway, newest first, as long as the audit log keeps it.",
        more=[costs(1), lists(USUAL_PAGE, by="first", of=("edges", "nodes"))],
    )
    async def history(
        self,
        info: Info[Context, None],
        first: Annotated[int, strawberry.argument(description="How many, 1 to 100.")] = USUAL_PAGE,
        after: Annotated[str | None, strawberry.argument(description="Go on after this cursor.")] = None,
    ) -> CustomerUpdateConnection:
        record: Any = self
        return await history_of(record, info, first, after)

    @classmethod
    def is_type_of(cls, value: Any, _info: Info[Context, None]) -> bool:
        return isinstance(value, CustomerRecord)

    @classmethod
    async def resolve_references(
        cls, info: Info[Context, None], representations: Sequence[Mapping[str, Any]]
    ) -> list[CustomerRecord | Exception | None]:
        """Entities by one of their keys. Whatever else a representation carries is not taken over."""
        named = [_ref_in(item) for item in representations]
        refs = [item for item in named if isinstance(item, Ref)]
        found = iter(await info.context.gateway.entities(refs, selected(info, "")))
        told = [next(found) if isinstance(item, Ref) else item for item in named]
        return [None if getattr(item, "code", None) is ErrorCode.NOT_FOUND else item for item in told]


def _ref_in(representation: Mapping[str, Any]) -> Ref | GatewayError:
    from .inputs import ref_of_id

    global_id = representation.get("id")
    if isinstance(global_id, str):
        try:
            return ref_of_id(global_id, ("id",))
        except GatewayError as problem:
            return problem
    connection_id, native_id = representation.get("connectionId"), representation.get("nativeId")
    if isinstance(connection_id, str) and isinstance(native_id, str) and native_id:
        company_id = representation.get("companyId")
        return Ref(connection_id, native_id, company_id if isinstance(company_id, str) else None)
    return GatewayError(ErrorCode.BAD_FORMAT, "A customer is named by its id, or by connectionId and nativeId.")
