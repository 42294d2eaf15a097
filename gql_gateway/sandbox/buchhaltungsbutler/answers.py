"""What BuchhaltungsButler answers: the envelope, error codes that belong to a path, an HTML page where nothing is.

Codes and words are those of the vendor's description file 1.9.1, also where the words are wrong: code 14 is the city
and says street. Where no code is documented, the choice is noted beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from ..simulator import Document

Error = tuple[int, int, str]
"""HTTP status, error code, words."""

JSON = "application/json"
HTML = "text/html"

# Every path has these; batch calls say more about code 4.
FAILED = (500, 0, "error while processing the request")
TIMED_OUT = (504, 30, "a timeout occurred while processing the request")
UNKNOWN_CLIENT = (401, 3, "API credentials unknown or invalid")
UNKNOWN_CUSTOMER = (401, 4, "customer not found or insufficient privileges")
UNKNOWN_CUSTOMER_OF_BATCH = (
    401,
    4,
    "customer not found or invalid api client for customer or insufficient privileges",
)
INACTIVE_CUSTOMER = (403, 11, "customer has no active status")
RESTRICTED = (403, 15, "adding temporarily restricted")
# Defined in general, listed at other paths than the debtors': what these answer to no POST and to no body is a choice.
NOT_POST = (400, 2, "Api method calls require POST requests")
NO_CONTENT = (400, 23, "no post and files content received or declined")

WRONG_NUMBER = (400, 1, "wrong debtor account postingaccount_number specified")
WRONG_NEW_NUMBER = (400, 7, "invalid postingaccount_number specified")
NO_DEBTOR = (400, 24, "no debtor found for specified postingaccount_number")

# The posting accounts have codes of their own for these two. None is listed for debtors: a choice by analogy.
WRONG_LIMIT = (400, 6, "invalid limit specified")
WRONG_OFFSET = (400, 7, "invalid offset specified")

INVALID_FIELD: Mapping[str, Error] = {
    "name": (400, 8, "invalid name specified"),
    "contact_person_name": (400, 9, "invalid contact_person_name specified"),
    "street": (400, 10, "invalid street specified"),
    "additional_address_line": (400, 12, "invalid additional_addressline specified"),
    "zip": (400, 13, "invalid zip specified"),
    "city": (400, 14, "invalid street specified"),
    "country": (400, 16, "invalid country specified"),
    "sales_tax_id": (400, 17, "invalid sales_tax_id specified"),
    "iban": (400, 18, "invalid iban specified"),
    "bic": (400, 19, "invalid bic specified"),
    "email": (400, 20, "invalid email specified"),
    "customer_number": (400, 21, "invalid customer_number specified"),
}

_TYPICAL = {
    400: (400, 5, "invalid settings type specified"),
    401: UNKNOWN_CLIENT,
    403: INACTIVE_CUSTOMER,
    500: FAILED,
    504: TIMED_OUT,
}

# As measured: a session and two cookies of the load balancer with every answer, nothing about limits.
HEADERS = {
    "Server": "nginx",
    "Expires": "Thu, 19 Nov 1981 08:52:00 GMT",
    "Cache-Control": "no-store, no-cache, must-revalidate",
    "Pragma": "no-cache",
}
COOKIES = ("AWSALB", "AWSALBCORS", "bbutler")


class Refusal(Exception):
    """Ends the handling of a request with an error in the envelope."""

    def __init__(self, error: Error) -> None:
        super().__init__(error)
        self.status, self.code, self.words = error

    def document(self) -> Document:
        return {"success": False, "error_code": self.code, "message": self.words}


class TooMany(Exception):
    """Ends the handling of a request with 429 and a page, as a server in front of the application would."""


def dump(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def envelope(document: Document, status: int = 200) -> web.Response:
    return web.Response(status=status, body=dump(document), content_type=JSON, charset="utf-8")


def rows(found: list[Document]) -> Document:
    """A list's answer. `rows` counts what is in this answer; the total stands nowhere."""
    return {"success": True, "message": "", "rows": len(found), "data": found}


def page(status: int) -> web.Response:
    return web.Response(status=status, body=_page(status), content_type=HTML, charset="utf-8")


def typical_error(status: int) -> tuple[str, bytes]:
    """Content type and body of an answer with this status; those the vendor does not list are its front server's."""
    if error := _TYPICAL.get(status):
        return f"{JSON}; charset=utf-8", dump(Refusal(error).document())
    return f"{HTML}; charset=utf-8", _page(status)


def _page(status: int) -> bytes:
    try:
        title = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        title = str(status)
    return f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n".encode()
