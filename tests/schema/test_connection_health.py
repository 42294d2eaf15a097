"""What `connections` tells of how long a connection will work."""

from __future__ import annotations

from dataclasses import replace

from gql_gateway.model.connection import Connection, Credentials

from .conftest import Run

FORTNOX = Connection(
    "books",
    "fortnox",
    Credentials({"access_token": "a", "expires_at": "4102444800", "refresh_expires_at": "4105123200"}),
    tenant="default",
)


class Connections:
    async def connections(self) -> list[Connection]:
        ended = FORTNOX.credentials.replaced(expires_at="1000000000")
        return [
            FORTNOX,
            replace(FORTNOX, id="ended", credentials=ended),
            replace(FORTNOX, id="refused", status="reauthorize", status_reason="invalid_grant"),
            Connection("key", "lexware_office", Credentials({"api_key": "k"}), tenant="default"),
        ]


class Abandoned:
    async def connections(self) -> list[Connection]:
        return [replace(FORTNOX, id="abandoned", integration="of_another_release"), FORTNOX]


async def test_one_without_a_connector_hides_no_other(run: Run) -> None:
    answer = await run("{ connections { id integration } }", gateway=Abandoned())
    assert answer.body["data"]["connections"] == [
        {"id": "abandoned", "integration": None},
        {"id": "books", "integration": "FORTNOX"},
    ]


async def test_ends_and_needs_are_shown(run: Run) -> None:
    query = "{ connections { id status statusReason lastUsedAt expiresAt refreshExpiresAt needsReauthorization } }"
    answer = await run(query, gateway=Connections())
    assert answer.body["data"]["connections"] == [
        {
            "id": id,
            "status": status,
            "statusReason": reason,
            "lastUsedAt": None,
            "expiresAt": expires_at,
            "refreshExpiresAt": refresh_expires_at,
            "needsReauthorization": needed,
        }
        for id, status, reason, expires_at, refresh_expires_at, needed in [
            ("books", "ready", None, "2100-01-01T00:00:00Z", "2100-02-01T00:00:00Z", False),
            ("ended", "ready", None, "2001-09-09T01:46:40Z", "2100-02-01T00:00:00Z", True),
            ("refused", "reauthorize", "invalid_grant", "2100-01-01T00:00:00Z", "2100-02-01T00:00:00Z", True),
            ("key", "ready", None, None, None, False),
        ]
    ]
