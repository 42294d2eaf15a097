"""Forgetting what the audit log knows of a customer."""

from __future__ import annotations

import strawberry

from ..errors import InvalidChange
from ..gateway import Gateway
from .inputs import CustomerBy, ref_of
from .payloads import UserError, present


@strawberry.input(description="The customer that is to be forgotten.")
class EraseHistoryInput:
    customer: CustomerBy = strawberry.field(
        description="Which customer. Without a company, those of this id in all companies of the connection."
    )


@strawberry.type(description="What was erased, or what is wrong with the wish.")
class EraseHistoryPayload:
    erased: int = strawberry.field(description="How many entries there were.")
    errors: list[UserError] = strawberry.field(description="Every problem at once.")


async def erase(gateway: Gateway, wish: EraseHistoryInput) -> EraseHistoryPayload:
    try:
        ref, _ = ref_of(wish.customer, "customer")
    except InvalidChange as problem:
        return EraseHistoryPayload(erased=0, errors=[present(problem)])
    return EraseHistoryPayload(erased=await gateway.erase_history(ref), errors=[])
