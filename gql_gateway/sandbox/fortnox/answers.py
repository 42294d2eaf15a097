"""Refusals in Fortnox's words.

Codes and statuses come from the dossier. Of the Swedish messages only those it quotes are Fortnox's own; the others,
and the status 400 of codes it gives no recorded status for, are this simulator's.
"""

from __future__ import annotations

import json

from aiohttp import web

INTERNAL = 1000003
BAD_ACCEPT = 1000030
BAD_CONTENT_TYPE = 1000031
NOT_TEXT = 2000106
NOT_NUMERIC = 2000108
NOT_BOOLEAN = 2000134
ILLEGAL_CHARACTERS = 2000359
CUSTOMER_NOT_FOUND = 2000433
BAD_FILTER = 2000587
BAD_VALUE = 2000588
NUMBER_USED = 2000637
BAD_IDENTIFIER = 2000729
NO_LICENCE = 2001101
ACCOUNT_NOT_FOUND = 2001304
WRONG_BODY = 2001392
UNKNOWN_PROPERTY = 2001399
BAD_JSON = 2002115

MESSAGES = {
    INTERNAL: "System exception",
    BAD_ACCEPT: "Ogiltig Accept-header.",
    BAD_CONTENT_TYPE: "Ogiltig Content-Type-header.",
    NOT_TEXT: "Värdet måste vara alfanumeriskt.",
    NOT_NUMERIC: "Värdet måste vara numeriskt.",
    NOT_BOOLEAN: "Värdet måste vara av typen boolean.",
    ILLEGAL_CHARACTERS: "Värdet innehåller ej tillåtna tecken.",
    CUSTOMER_NOT_FOUND: "Kan inte hitta kunden.",
    BAD_FILTER: "Ett ogiltigt filter har använts.",
    BAD_VALUE: "Ogiltig parameter i anropet.",
    BAD_IDENTIFIER: "Ogiltig identifierare.",
    NO_LICENCE: "Det finns ingen aktiv licens för önskat scope",
    ACCOUNT_NOT_FOUND: "Kan inte hitta kontot.",
    WRONG_BODY: "Anropet saknar innehåll eller har fel innehåll.",
    UNKNOWN_PROPERTY: "Felaktigt fältnamn.",
    BAD_JSON: "Felaktig JSON.",
}


class Refusal(Exception):
    """An answer other than success. `subject` is shown in brackets, as Fortnox names a field."""

    def __init__(self, code: int, subject: str = "", *, status: int = 400, message: str | None = None) -> None:
        words = message or MESSAGES[code]
        super().__init__(words)
        self.status = status
        self.body = error_information(status, code, f"{words} ({subject})" if subject else words)
        self.content_type = "application/json"

    def answer(self) -> web.Response:
        return web.Response(status=self.status, body=self.body, headers={"Content-Type": self.content_type})


class Unauthorized(Refusal):
    def __init__(self) -> None:
        super().__init__(INTERNAL, status=401)
        self.content_type, self.body = plain_error(401)


class TooManyRequests(Refusal):
    def __init__(self) -> None:
        super().__init__(INTERNAL, status=429)
        self.content_type, self.body = plain_error(429)


def error_information(status: int, code: int, message: str) -> bytes:
    """The usual error body: recorded capitalised on 404, in lower case otherwise."""
    error = {"Error": 1, "Message": message, "Code": code}
    if status != 404:
        error = {"error": 1, "message": message, "code": code}
    return json.dumps({"ErrorInformation": error}, ensure_ascii=False).encode()


def plain_error(status: int) -> tuple[str, bytes]:
    """Content type and body of the answers without `ErrorInformation`; the body of a 429 is unverified."""
    if status == 401:
        return "application/json", b'{"message":"unauthorized"}'
    return "text/plain", b"Too Many Requests"


def typical_error(status: int) -> tuple[str, bytes]:
    """Content type and body of an answer with this status, as the dossier's table shows it."""
    if status in {401, 429}:
        return plain_error(status)
    code = {400: ILLEGAL_CHARACTERS, 403: NO_LICENCE, 404: CUSTOMER_NOT_FOUND}.get(status, INTERNAL)
    message = f"{MESSAGES[code]} (Name)" if status == 400 else MESSAGES[code]
    return "application/json", error_information(status, code, message)
