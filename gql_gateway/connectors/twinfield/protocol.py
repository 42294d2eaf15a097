"""Twinfield's calls: SOAP around documents of its own. A write carries the whole element that was read.

A write with a code that is not there makes a customer, so that nothing is ever written that was not read before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from ...errors import ConnectionProblem, ErrorCode, GatewayError, InvalidChange, ProviderProtocolError
from ...fields.change import Change
from ...fields.convert import as_time
from ...fields.document import NativePath, Select, get, parse_path, put
from ...fields.table import Leaf
from ...fields.wire import full_record, predicted
from ...model.connection import Connection
from ...model.customer import Company
from ...model.json import JsonObject
from ...model.ref import Ref
from ...outbound.message import Answer, Call
from ..base import Connector, Conversation, ListFilter, Listing, Step, read_object
from ..entries import unmet
from . import errors
from .dimension import is_repeated, read_document, to_element
from .fields import DEBTOR, DELETED, TABLE, TwinfieldCustomerInput, TwinfieldDetails
from .finder import CODE, CODE_OR_NAME, NAME, read_found
from .manifest import MANIFEST
from .markup import find, make, name_of, text_of
from .soap import FINDER, PROCESS, headers, process, request_of, result_of, search, with_token
from .strip import fit_for_writing, is_xml_text

VALIDATION = "/auth/authentication/connect/accesstokenvalidation"
CLUSTER = "twf.clusterUrl"
DOMAIN = ".twinfield.com"
ADDRESS, BANK = ("addresses", "address"), ("banks", "bank")
WRITE_CREDITS = 3
"""Of the credits that a minute has; a question costs one."""
DEFAULT = ("@default", "true")
FIRST_TYPE = ("@type", "invoice")
PAY_AVAILABLE, MEANS = parse_path("financials.payavailable"), parse_path("financials.meansofpayment")


class Twinfield(Connector):
    manifest = MANIFEST
    table = TABLE
    input_type = TwinfieldCustomerInput
    details = TwinfieldDetails
    needs_current = True
    listed = frozenset({"number", "companyName", "contactType"})

    def authorize(self, connection: Connection) -> Mapping[str, str]:
        """The token travels in the SOAP header: see `authorized`."""
        return {}

    def authorized(self, call: Call, connection: Connection) -> Call:
        token = connection.credentials.get("access_token", "")
        if call.path == VALIDATION:
            return replace(call, query=(("token", token),))
        return call if call.content is None else replace(call, content=with_token(call.content, token))

    def home(self, connection: Connection) -> Conversation[str]:
        """The cluster of the token. The token goes there next, so that it has to be one of Twinfield's own."""
        answer = yield Call("validation", "GET", VALIDATION)
        if not answer.ok:
            raise errors.explain_token(answer)
        cluster = read_object(answer).get(CLUSTER)
        if not isinstance(cluster, str) or not _is_cluster(cluster, connection.base_url):
            raise ProviderProtocolError("Twinfield's validation of the token names no cluster of its own.")
        return cluster

    def misplaced(self, answer: Answer) -> bool:
        return errors.has_code(answer, errors.WRONG_CLUSTER)

    def read(self, ref: Ref) -> Conversation[JsonObject | None]:
        office = _office(ref.company_id)
        if not is_xml_text(ref.native_id):
            return None
        words = (("type", "dimensions"), ("office", office), ("dimtype", DEBTOR), ("code", ref.native_id))
        question = make("read", *(make(name, text=text) for name, text in words))
        answer = yield _asked("dimension", question, office)
        refused = errors.told(answer)
        if refused is None:
            return _dimension(answer, office, ref.native_id)
        # Decided by the element: the words are localized. A skeleton with the code comes with it.
        if any(item.place == "code" for item in refused):
            return None
        if all(item.place in ("", "office") for item in refused):
            raise errors.explain_office(refused)
        raise errors.explain(answer)

    def plan(self, ref: Ref, change: Change, current: JsonObject | None) -> Iterator[Step]:
        if current is None:
            return
        record = full_record(unmet(change, current, self.locate), current, self.locate)
        if record == current:
            return
        _follow(record, current)
        content = process(to_element(fit_for_writing(record, current)), _office(ref.company_id))
        yield Step("dimension", "POST", PROCESS, content=content, headers=headers(PROCESS), cost=WRITE_CREDITS)

    def locate(self, leaf: Leaf, document: JsonObject) -> NativePath | None:
        """The default row, or the first where none is marked. A first one that is to be made is the default one.

        The values of the default address and those of the invoice address meet in it then.
        """
        rows, row, inside = leaf.native[:2], leaf.native[2:3], leaf.native[3:]
        if rows == BANK and inside:
            return (*BANK, _main_row(document, BANK), *inside)
        if rows != ADDRESS or not row or not isinstance(row[0], Select):
            return leaf.native
        main = _main_row(document, ADDRESS, FIRST_TYPE)
        if DEFAULT in row[0].where or (row[0].where == (FIRST_TYPE,) and isinstance(main, Select)):
            return (*ADDRESS, main, *inside)
        return leaf.native

    def check(self, change: Change, current: JsonObject) -> Iterator[InvalidChange]:
        yield from super().check(change, current)
        yield from _check_texts(change)
        yield from _check_state(change, current)
        record = predicted(change, current, self.locate)
        yield from _check_reminder(change, record)
        blocked = change.get("blocked")
        if blocked is not None and get(current, ("creditmanagement", "blocked@locked")) == "true":
            words = "Twinfield has locked whether this customer is blocked."
            yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=blocked.path)

    def risks(self, change: Change, current: JsonObject | None) -> Iterable[str]:
        yield (
            "Whether Twinfield's update empties what it does not carry is unverified, so it carries the whole record. "
            "Nothing of a version is checked by Twinfield: an edit that somebody makes between the gateway's read and "
            "its write is overwritten."
        )

    def stored(self, step: Step, answer: Answer) -> JsonObject | None:
        """The echo lacks what a read tells beside references, and more: the record is read again."""
        sent = request_of(step.content or b"")
        office, code = (text_of(find(sent, name)) for name in ("office", "code"))
        _dimension(answer, office, code)
        return None

    def succeeded(self, answer: Answer) -> bool:
        return answer.ok and errors.told(answer) is None

    def refused(self, answer: Answer) -> bool:
        told = errors.is_refusal(answer)
        return super().refused(answer) if told is None else told

    def remarks(self, answer: Answer) -> Iterable[str]:
        return errors.remarks(answer)

    def unauthorized(self, answer: Answer) -> bool:
        return errors.is_bad_token(answer)

    def not_taken(self, answer: Answer) -> bool:
        """The token could not be checked just now: nothing was executed."""
        return errors.has_code(answer, errors.UNCHECKED)

    def explain(self, answer: Answer) -> GatewayError:
        return errors.explain(answer)

    def blamed(self, answer: Answer) -> Iterable[str]:
        return [item.place for item in errors.told(answer) or () if item.place]

    def native_id(self, document: JsonObject) -> str:
        code = document.get("code")
        if not isinstance(code, str) or not code:
            raise ProviderProtocolError("Twinfield's answer holds a customer without a code.")
        return code

    def version(self, document: JsonObject) -> str | None:
        """The time of the last change with its counter; without them one made from the content."""
        modified, touched = document.get("modified"), document.get("touched")
        if isinstance(modified, str) and modified:
            return f"{modified}-{touched or 0}"
        return super().version(document)

    def list(self, company_id: str | None, wanted: ListFilter, offset: int, limit: int) -> Conversation[Listing]:
        """The list itself comes in one piece without an end; a search with the pattern of everything is paged."""
        office = _office(company_id)
        texts = [text for text in (wanted.number, wanted.name) if text is not None]
        if not all(map(is_xml_text, texts)) or (wanted.number is not None and not wanted.number.strip("*?")):
            return Listing([], False, 0)
        pattern, field = _pattern(wanted)
        options = [("dimtype", DEBTOR), ("office", office), *_since(wanted)]
        content = search(pattern, field, offset + 1, limit, options, office)
        answer = yield Call("search", "POST", FINDER, content=content, headers=headers(FINDER))
        if not self.succeeded(answer):
            raise errors.explain(answer)
        found = read_found(answer)
        fitting = [row for row in found.customers if wanted.number in (None, row["code"])]
        documents: Sequence[JsonObject] = [{"office": office, "type": DEBTOR, **row} for row in fitting]
        more = found.rows > 0 and offset + found.rows < found.total
        return Listing(documents, more, found.total if len(fitting) == found.rows else None)

    def companies(self, connection: Connection) -> Conversation[Sequence[Company]]:
        """The offices that the user reaches. The question is asked without an office in the header."""
        answer = yield _asked("offices", make("list", make("type", text="offices")), None)
        if not self.succeeded(answer):
            raise errors.explain(answer)
        root = result_of(answer)
        if name_of(root) != "offices" or not errors.is_done(root):
            raise ProviderProtocolError("Twinfield's list of offices is none.", provider_code=str(answer.status))
        offices = [(text_of(item).strip(), item.get("name")) for item in root if name_of(item) == "office"]
        return [Company(code, name or None) for code, name in offices if code]


def _is_cluster(url: str, overridden: str | None) -> bool:
    """Where the connection has an address of its own, a stand-in answers and names itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if overridden is not None and host == urlsplit(overridden).hostname:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and host.endswith(DOMAIN) and parts.username is None


def _office(company_id: str | None) -> str:
    if company_id is None or not is_xml_text(company_id):
        words = "Twinfield needs a companyId, the code of an office; `companies` lists them."
        raise ConnectionProblem(ErrorCode.COMPANY_REQUIRED, words, path=errors.COMPANY)
    return company_id


def _asked(step: str, question: Any, office: str | None) -> Call:
    return Call(step, "POST", PROCESS, content=process(question, office), headers=headers(PROCESS))


def _dimension(answer: Answer, office: str, code: str) -> JsonObject:
    """The customer in an answer, which has to be the one that was meant."""
    if not answer.ok:
        raise errors.explain(answer)
    root = result_of(answer)
    told = text_of(find(root, "code")).strip()
    meant = name_of(root) == "dimension" and errors.is_done(root) and text_of(find(root, "type")).strip() == DEBTOR
    # Some answers lose leading zeros: the code is the one that was asked for.
    if not meant or not told or told.lstrip("0") != code.lstrip("0") or text_of(find(root, "office")).strip() != office:
        raise ProviderProtocolError(
            "Twinfield answered without the customer that was meant.", provider_code=str(answer.status)
        )
    return {**read_document(root), "office": office, "type": DEBTOR, "code": code}


def _main_row(document: JsonObject, rows: NativePath, *more: tuple[str, str]) -> int | Select:
    found = get(document, rows)
    if not isinstance(found, list) or not found:
        return Select((*more, DEFAULT))
    return Select((DEFAULT,)).index_in(found) or 0


def _follow(record: JsonObject, current: JsonObject) -> None:
    """Whether direct debit is allowed stands in two places, which Twinfield wants to agree."""
    allowed = get(record, PAY_AVAILABLE)
    if allowed != get(current, PAY_AVAILABLE):
        put(record, MEANS, "paymentfile" if allowed == "true" else "none")


def _check_texts(change: Change) -> Iterator[InvalidChange]:
    for item in change.assignments:
        if isinstance(item.value, str) and not is_xml_text(item.value):
            words = f"{item.leaf.path} holds a character that XML cannot say."
            yield InvalidChange(ErrorCode.BAD_FORMAT, words, path=item.path)


def _check_state(change: Change, current: JsonObject) -> Iterator[InvalidChange]:
    """What is sent along must not delete, nor choose between two groups that contradict each other."""
    active = change.get("active")
    if current.get("@status") == DELETED and not (active is not None and active.value is True):
        words = "This customer is deleted at Twinfield, and writing would delete it again. active: true restores it."
        yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=errors.CUSTOMER)
    if is_repeated(current):
        words = (
            "Twinfield answers this customer with a group that comes twice and contradicts itself: the gateway cannot "
            "tell what to send along, so that it can be changed in Twinfield only."
        )
        yield InvalidChange(ErrorCode.UNSUPPORTED, words, path=errors.CUSTOMER)


def _check_reminder(change: Change, record: JsonObject) -> Iterator[InvalidChange]:
    """Reminders by e-mail need an address. Where the change is about neither, it is left to Twinfield."""
    how, address = change.get("sendReminder"), change.get("reminderEmail")
    credit = record.get("creditmanagement")
    if (how is None and address is None) or not isinstance(credit, dict):
        return
    if credit.get("sendreminder") != "email" or credit.get("reminderemail"):
        return
    if address is not None:
        words = "reminderEmail cannot be cleared while sendReminder is `email`."
        yield InvalidChange(ErrorCode.CANNOT_CLEAR, words, path=address.path)
    else:
        words = "Twinfield needs reminderEmail where sendReminder is `email`."
        yield InvalidChange(ErrorCode.REQUIRED, words, path=(*change.at, "reminderEmail"))


def _pattern(wanted: ListFilter) -> tuple[str, int]:
    """A pattern and where it is looked for. The signs of patterns cannot be escaped: any sign fits in their place."""
    if wanted.number is not None:
        return _plain(wanted.number), CODE
    if wanted.name is not None:
        return f"*{_plain(wanted.name)}*", NAME
    return "*", CODE_OR_NAME


def _plain(text: str) -> str:
    return text.replace("*", "?")


def _since(wanted: ListFilter) -> Iterator[tuple[str, str]]:
    """The time zone is unverified: of UTC and Dutch time, UTC lists more rather than fewer."""
    if (moment := as_time(wanted.updated_since)) is not None:
        yield "modifiedsince", moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")
