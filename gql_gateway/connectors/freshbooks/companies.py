"""The accounting accounts of an identity. A business, the user's membership in it and its account have three ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...fields.convert import as_text
from ...model.customer import Company
from ...model.json import JsonObject
from .countries import known_code

CLIENT = "client"
"""A role of somebody else's customer: some reads work, no write does."""


def read_companies(identity: JsonObject) -> list[Company]:
    """Every account that the user may act upon, in the order of the memberships.

    A membership may name no account, even an owner's: then the account of one of its business clients is taken if the
    user has a role on it, and accounts that stand among the roles alone come last and without a name.
    """
    roles = {account: as_text(item.get("role")) for item in _objects(identity, "roles") if (account := _account(item))}
    states = identity.get("subscription_statuses")
    found: dict[str, Company] = {}
    for account, business in [*_named(identity, roles), *((account, None) for account in roles)]:
        if roles.get(account) != CLIENT and account not in found:
            found[account] = _company(account, business or {}, states if isinstance(states, dict) else {})
    return list(found.values())


def _named(identity: JsonObject, roles: dict[str, str | None]) -> Iterator[tuple[str, JsonObject]]:
    """Each account with its business."""
    for membership in _objects(identity, "business_memberships"):
        business = membership.get("business")
        if not isinstance(business, dict):
            continue
        if account := as_text(business.get("account_id")):
            yield account, business
            continue
        known = [_account(item) for item in _objects(business, "business_clients")]
        yield from ((account, business) for account in known if account in roles)


def _company(account: str, business: JsonObject, states: JsonObject) -> Company:
    address, state = business.get("address"), as_text(states.get(account))
    country = address.get("country") if isinstance(address, dict) else None
    return Company(
        account,
        as_text(business.get("name")),
        known_code(country) if isinstance(country, str) else None,
        state,
        None if state is None else state.startswith("active"),
    )


def _account(item: JsonObject) -> str:
    return as_text(item.get("accountid", item.get("account_id"))) or ""


def _objects(holder: JsonObject, name: str) -> list[Any]:
    listed = holder.get(name)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
