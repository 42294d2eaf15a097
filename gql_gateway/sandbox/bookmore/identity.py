"""The Keycloak token endpoint of realm `bookmore-admin`: grants `password` and `refresh_token`, one public client.

Rotation of refresh tokens is unverified for this realm. The strict side is played: a refresh token works once, and
using it again ends the whole session, as Keycloak does with "Revoke Refresh Token" on.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from gql_gateway.sandbox.simulator import Clock, Document

CLIENT_ID = "bm-external-api-users"
TOKEN_PATH = "/realms/bookmore-admin/protocol/openid-connect/token"
ACCESS_SECONDS = 300
REFRESH_SECONDS = 30 * 24 * 3600
"""Not documented; long, so that a sandbox left alone for a night still works in the morning."""


@dataclass
class Session:
    """One sign-in. `refresh_tokens` maps each token handed out to whether it was used."""

    state: str
    access_until: dict[str, float] = field(default_factory=dict)
    refresh_tokens: dict[str, bool] = field(default_factory=dict)
    refresh_until: float = 0
    ended: bool = False
    access_token: str = ""
    refresh_token: str = ""


class Identity:
    def __init__(self, clock: Clock, username: str, password: str) -> None:
        self._clock = clock
        self._username = username
        self._password = password
        self._sessions: list[Session] = []
        self._issued = 0

    def sign_in(self) -> Session:
        session = Session(state=str(uuid.uuid5(uuid.NAMESPACE_OID, f"bookmore session {len(self._sessions)}")))
        self._sessions.append(session)
        self._issue_access(session)
        self._issue_refresh(session)
        return session

    def is_alive(self, session: Session) -> bool:
        return not session.ended and self._clock() < session.refresh_until

    def accepts(self, access_token: str) -> bool:
        """Whether the access token is known, of a session not ended, and not expired."""
        return any(
            not session.ended and self._clock() < session.access_until.get(access_token, 0)
            for session in self._sessions
        )

    def expire_access_tokens(self) -> None:
        for session in self._sessions:
            session.access_until.clear()

    def exchange(self, form: Mapping[str, str], *, rotate: bool) -> tuple[int, Document]:
        """Answer a token request: the status and the JSON body."""
        grant = form.get("grant_type")
        if not grant:
            return _error(400, "invalid_request", "Missing form parameter: grant_type")
        if form.get("client_id") != CLIENT_ID:
            return _error(401, "invalid_client", "Invalid client or Invalid client credentials")
        if grant == "password":
            if (form.get("username"), form.get("password")) != (self._username, self._password):
                return _error(401, "invalid_grant", "Invalid user credentials")
            return 200, self._reply(self.sign_in())
        if grant == "refresh_token":
            return self._refresh(form.get("refresh_token", ""), rotate)
        return _error(400, "unsupported_grant_type", "Unsupported grant_type")

    def _refresh(self, token: str, rotate: bool) -> tuple[int, Document]:
        session = next((session for session in self._sessions if token in session.refresh_tokens), None)
        if session is None:
            return _error(400, "invalid_grant", "Invalid refresh token")
        if session.ended:
            return _error(400, "invalid_grant", "Session not active")
        if self._clock() >= session.refresh_until:
            return _error(400, "invalid_grant", "Token is not active")
        if rotate:
            if session.refresh_tokens[token]:
                session.ended = True
                return _error(400, "invalid_grant", "Maximum allowed refresh token reuse exceeded")
            session.refresh_tokens[token] = True
            self._issue_refresh(session)
        self._issue_access(session)
        return 200, self._reply(session)

    def _issue_access(self, session: Session) -> None:
        session.access_token = self._token("access")
        session.access_until[session.access_token] = self._clock() + ACCESS_SECONDS

    def _issue_refresh(self, session: Session) -> None:
        session.refresh_token = self._token("refresh")
        session.refresh_tokens[session.refresh_token] = False
        session.refresh_until = self._clock() + REFRESH_SECONDS

    def _token(self, kind: str) -> str:
        self._issued += 1
        return f"bm-{kind}-{hashlib.sha256(f'bookmore {kind} {self._issued}'.encode()).hexdigest()}"

    def _reply(self, session: Session) -> Document:
        return {
            "access_token": session.access_token,
            "expires_in": ACCESS_SECONDS,
            "refresh_expires_in": max(0, int(session.refresh_until - self._clock())),
            "refresh_token": session.refresh_token,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "session_state": session.state,
            "scope": "email profile",
        }


def _error(status: int, code: str, description: str) -> tuple[int, Document]:
    return status, {"error": code, "error_description": description}
