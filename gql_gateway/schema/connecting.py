"""Connect links: what callers ask for to have books connected by the people whose books they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import strawberry

from ..connect.flow import USUAL_LIFE, BadLink, ConnectFlow
from ..errors import ErrorCode
from ..errors import InvalidChange as Problem
from .enums import Integration
from .payloads import UserError, present
from .scalars import DateTime


@strawberry.input(description="The connection that a link makes, or makes anew.")
class CreateConnectLinkInput:
    connection_id: strawberry.ID = strawberry.field(description="What `connectionId` takes once it is connected.")
    integration: Integration | None = strawberry.field(
        default=None, description="The system; left out, whoever opens the link chooses."
    )
    return_url: str | None = strawberry.field(
        default=None, description="Where to go afterwards; one of those that the operator has allowed."
    )
    expires_in: int = strawberry.field(
        default=int(USUAL_LIFE.total_seconds()), description="Seconds, from a minute to seven days."
    )
    requested_by: str | None = strawberry.field(
        default=None, description="On whose behalf the page asks: a name of up to 80 characters, shown as it is."
    )


@strawberry.type(description="An address for one person, in one browser, once.")
class ConnectLink:
    url: str = strawberry.field(description="To be opened by whoever may give access. It is not shown again.")
    expires_at: DateTime = strawberry.field(description="Until when it can be opened.")


@strawberry.type(description="The link, or what is wrong with the wish for one.")
class CreateConnectLinkPayload:
    link: ConnectLink | None = strawberry.field(description="The link; null when there are errors.")
    errors: list[UserError] = strawberry.field(description="Every problem at once.")


async def create_link(flow: ConnectFlow, tenant: str, wish: CreateConnectLinkInput) -> CreateConnectLinkPayload:
    integration = None if wish.integration is None else wish.integration.value.lower()
    # A number of seconds that no calendar holds is as wrong as any other that is too long.
    life = timedelta(seconds=max(0, min(wish.expires_in, 10**9)))
    try:
        token, link = await flow.create(
            tenant, str(wish.connection_id), integration, wish.return_url, life, wish.requested_by
        )
    except BadLink as bad:
        return CreateConnectLinkPayload(link=None, errors=[_shown(*item) for item in bad.problems.items()])
    expires_at: Any = link.expires_at
    return CreateConnectLinkPayload(link=ConnectLink(url=flow.address(token), expires_at=expires_at), errors=[])


def _shown(argument: str, words: str) -> UserError:
    return present(Problem(ErrorCode.BAD_FORMAT, words, path=(argument,)))
