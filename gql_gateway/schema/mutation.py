"""What can be changed: a customer, and who may be reached."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.types import Info

from ..connectors.run import Outcome, Wants
from ..errors import GatewayError
from ..gateway import UpdateRequest
from ..model.caller import Scope
from .connecting import CreateConnectLinkInput, CreateConnectLinkPayload, create_link
from .context import Context
from .directives import needs
from .erasing import EraseHistoryInput, EraseHistoryPayload, erase
from .inputs import UpdateCustomerInput, member_of, ref_of
from .payloads import UpdateCustomerPayload, payload_of, present
from .prices import CALL, costs
from .selection import selected


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    @strawberry.mutation(
        directives=[needs(Scope.WRITE), costs(3 * CALL)],
        description="Change a customer in any connected system. Only what the change names is changed; "
        "every problem is in `errors`. What is selected decides which calls are made: with nothing but `errors` the "
        "record is not read back.",
    )
    async def update_customer(
        self,
        info: Info[Context, None],
        input: Annotated[UpdateCustomerInput, strawberry.argument(description="The customer and the change.")],
    ) -> UpdateCustomerPayload:
        names = selected(info, "")
        wants = Wants(*(name in names for name in ("customer", "changes", "warnings", "requests")))
        try:
            info.context.check_time()
            member, value = member_of(input.change)
            ref, at = ref_of(input.customer, "customer")
            context = info.context
            request = UpdateRequest(
                ref,
                member,
                value,
                input.expected_version,
                input.idempotency_key,
                input.dry_run,
                at,
                context.caller,
                context.correlation_id,
            )
            outcome = await context.gateway.update(request, wants)
        except GatewayError as error:
            outcome = Outcome(errors=[error], dry_run=input.dry_run)
        return payload_of(outcome)

    @strawberry.mutation(
        directives=[needs(Scope.ADMIN)],
        description="Make a link with which a person connects their books: it asks for consent or a key and for the "
        "company, and stores the connection for the caller's tenant.",
    )
    async def create_connect_link(
        self,
        info: Info[Context, None],
        input: Annotated[CreateConnectLinkInput, strawberry.argument(description="The connection to be made.")],
    ) -> CreateConnectLinkPayload:
        context = info.context
        if context.connect is None:
            raise RuntimeError("The application was not started.")
        try:
            context.check_time()
        except GatewayError as error:
            return CreateConnectLinkPayload(link=None, errors=[present(error)])
        return await create_link(context.connect, context.caller.tenant, input)

    @strawberry.mutation(
        directives=[needs(Scope.ADMIN)],
        description="Erase what the audit log knows of a customer, for a person who has the right to be forgotten. "
        "The provider is not asked, so it works for connections and customers that are gone, too.",
    )
    async def erase_customer_history(
        self,
        info: Info[Context, None],
        input: Annotated[EraseHistoryInput, strawberry.argument(description="Whose history.")],
    ) -> EraseHistoryPayload:
        try:
            info.context.check_time()
        except GatewayError as error:
            return EraseHistoryPayload(erased=0, errors=[present(error)])
        return await erase(info.context.gateway, input)
