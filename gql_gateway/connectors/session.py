"""One connection in use: credentials, limits, repeats, token refresh and redaction around every call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..errors import ConnectionProblem, ErrorCode, ProviderUnavailable
from ..model.connection import Connection
from ..model.json import Json
from ..oauth.tokens import ReauthorizeNeeded, RefreshUnavailable, TokenKeeper, needs_refresh
from ..outbound.client import Outbound
from ..outbound.message import Answer, Call
from ..outbound.redact import redact, redact_json, secrets_of
from ..outbound.retry import RepeatBudget, repeat
from .base import Connector


@dataclass(slots=True)
class Session:
    """Sends the calls of one operation over a connection. `deadline` is in seconds of `monotonic`.

    `reserve` is how many seconds before it a write has to end, so that time is left to read what became of it.
    """

    connection: Connection
    connector: Connector
    outbound: Outbound
    keeper: TokenKeeper
    deadline: float
    budget: RepeatBudget
    reserve: float = 0.0
    now: Callable[[], float] = time.time

    async def send(self, call: Call) -> Answer:
        """The answer to a call, with one fresh token when the provider no longer takes the stored one."""
        if self._refreshable() and needs_refresh(self.connection.credentials, self.now()):
            await self._refresh()
        answer = await self._repeat(call)
        if self._refreshable() and self.connector.unauthorized(answer):
            await self._refresh()
            answer = await self._repeat(call)
        return answer

    def clean(self, text: str) -> str:
        return redact(text, secrets_of(self.connection.credentials))

    def clean_json(self, document: Json) -> Json:
        return redact_json(document, secrets_of(self.connection.credentials))

    async def _repeat(self, call: Call) -> Answer:
        manifest = self.connector.manifest
        deadline = self.deadline - self.reserve if call.writes else self.deadline

        async def attempt() -> Answer:
            answer = await self.outbound.send(
                self.connection.base_url or manifest.base_url,
                self.connector.authorized(call, self.connection),
                key=self.connection.id,
                rates=manifest.rates,
                headers={"Accept": "application/json", **self.connector.authorize(self.connection)},
                deadline=deadline,
            )
            return self._told_to_wait(answer) if answer.status == 429 else answer

        return await repeat(attempt, call, deadline=deadline, not_taken=self.connector.not_taken, budget=self.budget)

    def _told_to_wait(self, answer: Answer) -> Answer:
        """A 429 with the time to wait where everybody looks for it; until then nothing else goes out either."""
        seconds = self.connector.wait_asked(answer)
        if seconds is None or "retry-after" in answer.headers:
            return answer
        self.outbound.hold(self.connection.id, seconds)
        return replace(answer, headers={**answer.headers, "retry-after": str(seconds)})

    def _refreshable(self) -> bool:
        token = self.connector.manifest.token
        known = self.connection.credentials
        return token is not None and ("refresh_token" in known or (token.password_grant and "password" in known))

    async def _refresh(self) -> None:
        token = self.connector.manifest.token
        if token is None:
            return
        label = self.connector.manifest.label
        stale = self.connection.credentials.get("access_token")
        try:
            self.connection = await self.keeper.refresh(self.connection, token, stale=stale)
        except ReauthorizeNeeded as problem:
            raise ConnectionProblem(
                ErrorCode.REAUTHORIZE,
                f"{label} no longer accepts this connection's credentials: it has to be connected again.",
                provider_code=problem.provider_code,
                provider_message=problem.provider_message,
            ) from None
        except RefreshUnavailable as problem:
            raise ProviderUnavailable(
                ErrorCode.DOWN,
                f"{label} gave no new access token this time; nothing was changed by this call.",
                provider_code=problem.provider_code,
                provider_message=problem.provider_message,
            ) from None
