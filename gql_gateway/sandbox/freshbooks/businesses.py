"""The identity behind the tokens: its businesses, its accounting accounts and what it is on each of them.

Business, membership and account are three things with three ids. An account may be missing, may stand only among
the roles, and its subscription is told in a map beside the businesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..simulator import Document

HOME_ACCOUNT = "q7Rt2X"
TRIAL_ACCOUNT = "mB4kW9"
CANCELLED_ACCOUNT = "tZ81Qa"
UNLINKED_ACCOUNT = "hN62Pv"
"""An account that its business does not name: the membership says null, the roles know better."""
FOREIGN_ACCOUNT = "gX5Yd3"
"""Somebody else's account, of which the identity is a client."""
OWN_RECORD = 700012
"""Who the identity is in the foreign account."""

IDENTITY_ID = 1204417


@dataclass(frozen=True, slots=True)
class Account:
    """An accounting account. `role` is what the identity is on the account, `subscription` its state."""

    id: str
    role: str
    subscription: str
    userid: int = 1

    @property
    def active(self) -> bool:
        return self.subscription.startswith("active")


ACCOUNTS: Mapping[str, Account] = {
    account.id: account
    for account in (
        Account(HOME_ACCOUNT, "admin", "active"),
        Account(TRIAL_ACCOUNT, "business_employee", "active_trial", 2),
        Account(CANCELLED_ACCOUNT, "owner", "cancelled"),
        Account(UNLINKED_ACCOUNT, "owner", "active"),
        Account(FOREIGN_ACCOUNT, "client", "active", OWN_RECORD),
    )
}


def _membership(
    number: int, role: str, name: str, account: str | None, address: tuple[str, str, str, str, str], **business: Any
) -> Document:
    street, city, province, country, postal_code = address
    return {
        "id": 140_000 + number,
        "role": role,
        "unacknowledged_change": False,
        "business": {
            "id": 439_000 + number,
            "business_uuid": f"046cc001-0002-4e93-9db1-{439_000 + number:012d}",
            "name": name,
            "account_id": account,
            "date_format": "mm/dd/yyyy",
            "timezone": "America/Toronto",
            "address": {
                "id": 76_400 + number,
                "street": street,
                "city": city,
                "province": province,
                "country": country,
                "postal_code": postal_code,
            },
            "phone_number": {"id": 666_100 + number, "phone_number": f"416-555-01{number:02d}"},
            "business_clients": [],
            **business,
        },
    }


def _business_client(number: int, business_id: int, account: str) -> Document:
    return {
        "id": 5_400 + number,
        "business_id": 430_000 + number,
        "account_id": account,
        "userid": OWN_RECORD,
        "client_business": {"business_id": business_id},
        "account_business": {"account_business_id": 7_900 + number, "account_id": account},
    }


MEMBERSHIPS: tuple[Document, ...] = (
    _membership(
        1, "owner", "Lakeshore Bindery Inc.", HOME_ACCOUNT, ("12 Queens Quay W", "Toronto", "ON", "Canada", "M5J 2N1")
    ),
    _membership(
        2,
        "business_employee",
        "Pacific Letterpress LLC",
        TRIAL_ACCOUNT,
        ("801 SE Water Ave", "Portland", "Oregon", "United States", "97214"),
        timezone="America/Los_Angeles",
    ),
    _membership(
        3,
        "owner",
        "Old Mill Prints Ltd",
        CANCELLED_ACCOUNT,
        ("4 Mill Lane", "Bath", "", "United Kingdom", "BA1 1AA"),
        date_format="dd/mm/yyyy",
        timezone="Europe/London",
    ),
    _membership(
        4,
        "owner",
        "Studio Île d’Orléans",
        None,
        ("330 chemin Royal", "Québec", "Quebec", "Canada", "G0A 3Z0"),
        business_clients=[_business_client(4, 439_004, UNLINKED_ACCOUNT)],
    ),
    # Owned, but there is no account behind it: the only one it leads to is somebody else's.
    _membership(
        5,
        "owner",
        "Weekend Workshops",
        None,
        ("12 Queens Quay W", "Toronto", "Ontario", "Canada", "M5J 2N1"),
        business_clients=[_business_client(5, 439_005, FOREIGN_ACCOUNT)],
    ),
)


def identity_document() -> Document:
    """What `GET /auth/api/v1/users/me` has below `response`."""
    return {
        "id": IDENTITY_ID,
        "profile": {"setup_complete": True, "first_name": "Imogen", "last_name": "Achterberg", "has_password": True},
        "identity_id": IDENTITY_ID,
        "identity_uuid": "7ee59bc7-c0a1-42d1-8d64-000001204417",
        "first_name": "Imogen",
        "last_name": "Achterberg",
        "email": "imogen@lakeshore-bindery.example",
        "language": "en",
        "confirmed_at": "2019-05-23T05:57:24Z",
        "created_at": "2019-05-23T05:42:42Z",
        "unconfirmed_email": None,
        "setup_complete": True,
        "phone_numbers": [{"title": "", "phone_number": None}],
        "addresses": [None],
        "permissions": {account: {} for account in ACCOUNTS},
        "groups": [
            {
                "id": 12_345 + place,
                "group_id": 7_654 + place,
                "role": membership["role"],
                "identity_id": IDENTITY_ID,
                "business_id": membership["business"]["id"],
                "active": True,
            }
            for place, membership in enumerate(MEMBERSHIPS)
        ],
        "subscription_statuses": {account.id: account.subscription for account in ACCOUNTS.values()},
        "integrations": {},
        "business_memberships": list(MEMBERSHIPS),
        "identity_origin": None,
        "roles": [
            {
                "id": 61_270 + place,
                "role": account.role,
                "systemid": 654_654 + place,
                "userid": account.userid,
                "created_at": "2019-08-15T17:57:02Z",
                "links": {"destroy": f"/service/auth/api/v1/users/role/{61_270 + place}"},
                "accountid": account.id,
            }
            for place, account in enumerate(ACCOUNTS.values())
        ],
    }
