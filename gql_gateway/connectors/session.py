"""One connection in use: credentials, limits, repeats, token refresh and redaction around every call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..errors import ConnectionProblem, ErrorCode, GatewayError, ProviderUnavailable
from ..model.connection import Connection
from ..model.json import Json
from ..oauth.tokens import ReauthorizeNeeded, RefreshUnavailable, TokenKeeper, needs_refresh
from ..outbound.client import Outbound
from ..outbound.message import Answer, Call, NotTaken, Unclear
from ..outbound.redact import redact, redact_json, secrets_of
from ..outbound.retry import RepeatBudget, repeat
from .base import Connector, Conversation
from .homes import Homes


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
    homes: Homes = field(default_factory=Homes)

    async def send(self, call: Call) -> Answer:
        """The answer to a call, with one fresh token when the provider no longer takes the stored one.

        Where the provider tells the place of the calls, it is asked for before the first one, and once more when an
        answer says that the place is wrong.
        """
        token = self.connector.manifest.token
        if (
            token is not None
            and self._refreshable()
            and needs_refresh(self.connection.credentials, self.now(), token.leeway)
        ):
            await self._refresh_in_time()
        answer, base_url = await self._send_home(call)
        if self.connector.misplaced(answer):
            self.homes.forget(self.connection, base_url)
            answer, _ = await self._send_home(call)
        return answer

    def clean(self, text: str) -> str:
        return redact(text, secrets_of(self.connection.credentials))

    def clean_json(self, document: Json) -> Json:
        return redact_json(document, secrets_of(self.connection.credentials))

    async def _send_home(self, call: Call) -> tuple[Answer, str]:
        base_url = await self._home()
        try:
            return await self._ask(call, base_url), base_url
        except NotTaken as problem:
            if problem.reason == "unreachable":
                self.homes.forget(self.connection, base_url)
            raise

    async def _home(self) -> str:
        """Where the calls go: what the provider told, where it tells."""
        front = self.connection.base_url or self.connector.manifest.base_url
        conversation = self.connector.home(self.connection)
        if conversation is None:
            return front
        async with self.homes.asking(self.connection):
            known = self.homes.get(self.connection)
            if known is None:
                known = await self._look_for_home(conversation, front)
                self.homes.keep(self.connection, known)
        return known

    async def _look_for_home(self, conversation: Conversation[str], front: str) -> str:
        """What the provider tells, with one fresh token when that is what it asks for."""
        try:
            return await self._hold(conversation, front)
        except ConnectionProblem as problem:
            again = self.connector.home(self.connection)
            if problem.code is not ErrorCode.REAUTHORIZE or not self._refreshable() or again is None:
                raise
        await self._refresh()
        return await self._hold(again, front)

    async def _hold(self, conversation: Conversation[str], front: str) -> str:
        """Drive the conversation. The limits of the provider's API are not those of the place that answers here."""
        try:
            call = next(conversation)
            while True:
                call = conversation.send(await self._repeat(call, front, asks=True))
        except StopIteration as end:
            found: str = end.value
            return found
        except Unclear as problem:
            # Whatever became of the question, the call that it was asked for was not sent.
            words = f"The provider did not tell where this connection's calls go: {problem}"
            raise ProviderUnavailable(ErrorCode.DOWN, words) from None
        except GatewayError as error:
            if error.provider_message is not None:
                error.provider_message = self.clean(error.provider_message)
            raise

    async def _ask(self, call: Call, base_url: str) -> Answer:
        answer = await self._repeat(call, base_url)
        if self._refreshable() and self.connector.unauthorized(answer):
            self.keeper.note_refused(self.connection)
            await self._refresh()
            answer = await self._repeat(call, base_url)
        return answer

    async def _repeat(self, call: Call, base_url: str, *, asks: bool = False) -> Answer:
        """`asks` for the place of the calls: that counts towards no limit of theirs."""
        budget = None if asks else self.connector.manifest.refusals
        deadline = self.deadline - self.reserve if call.writes else self.deadline

        async def attempt() -> Answer:
            if budget is None:
                return await self._send(call, base_url, deadline, asks=asks)
            endpoint = self.connector.endpoint(call)
            key = self.connection.key.text()
            async with self.outbound.refusals.counted(key, endpoint, budget, deadline) as count:
                if self._refreshable() and self.keeper.is_refused(self.connection):
                    # Learned while waiting for room: the old token would be one more refusal.
                    await self._refresh()
                answer = await self._send(call, base_url, deadline)
                count(answer)
                return answer

        return await repeat(attempt, call, deadline=deadline, not_taken=self.connector.not_taken, budget=self.budget)

    async def _send(self, call: Call, base_url: str, deadline: float, *, asks: bool = False) -> Answer:
        share = self.connector.share(call)
        key = self.connection.key.text()
        key = f"{key}/{share}" if share else key
        answer = await self.outbound.send(
            base_url,
            self.connector.authorized(call, self.connection),
            key=key,
            rates=() if asks else self.connector.manifest.rates,
            headers={"Accept": "application/json", **self.connector.authorize(self.connection)},
            deadline=deadline,
        )
        if (seconds := self.connector.pause_told(answer)) is not None:
            self.outbound.hold(key, seconds)
        return self._told_to_wait(answer, key) if answer.status == 429 else answer

    def _told_to_wait(self, answer: Answer, key: str) -> Answer:
        """A 429 with the time to wait where everybody looks for it; until then nothing else goes out either."""
        seconds = self.connector.wait_asked(answer)
        if seconds is None or "retry-after" in answer.headers:
            return answer
        self.outbound.hold(key, seconds)
        return replace(answer, headers={**answer.headers, "retry-after": str(seconds)})

    def _refreshable(self) -> bool:
        token = self.connector.manifest.token
        known = self.connection.credentials
        return token is not None and ("refresh_token" in known or (token.password_grant and "password" in known))

    async def _refresh_in_time(self) -> None:
        """A fresh token, or the old one once more: until its end it is good, whatever the token endpoint says."""
        try:
            await self._refresh()
        except ProviderUnavailable:
            if needs_refresh(self.connection.credentials, self.now(), leeway=0):
                raise

    async def _refresh(self) -> None:
        token = self.connector.manifest.token
        if token is None:
            return
        label = self.connector.manifest.label
        stale = self.connection.credentials.get("access_token")
        try:
            before = self.connection
            self.connection = await self.keeper.refresh(before, token, stale=stale)
            self.homes.follow(before, self.connection)
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
