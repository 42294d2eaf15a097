"""What a PUT or a POST of v1 makes of a contact.

A contact is held as a GET shows it. Names differ on the way in, and what is not taken is not refused:

| sent | shown |
|---|---|
| `CustomId` | `customId` |
| `isperson` true, false | 1, 0 |
| `note` | one more entry of `notes` |
| `shippingAddresses[].privateNote`; in a POST `note`, in a PUT `notes` | `privateNotes`; `notes` |
| `defaults.salesTax` 21, or `defaults.salesTaxes` | `defaults.salesTax` `["s_iva_21"]`; the same of purchases |
| `defaults.expensesAccountRecord`, `expensesAccountName` | `defaults.expensesAccount`, a number or an object |
| `defaults.accumulateInForm347` Yes, No | yes, no |
| `customFields` `[{"Region": "North"}]` | `[{"field": "Region", "value": "North"}]` |
| `vatnumber`, in a PUT `socialNetworks`, whatever nobody has heard of | nothing, and the answer says "Updated" |

Unverified, and here as it harms a careless client most: an object in a PUT takes the place of the one held, so members
that are left out fall back to nothing; so does a list; a null says nothing; an entry that comes without its id is a new
one. What no client could send back (`defaults.tax`, `billAddress.info`, members of an entry that came with its id)
stays. That `sepaRef`, `sepaDate`, `taxOperation`, `numberingSeries` and the members of `defaults` without another name
are shown under the names they are written by is unverified too. So is every refusal of a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal

from ..freshbooks.vocabulary import CURRENCIES
from ..lexware_office.countries import COUNTRIES
from ..simulator import Document
from .answers import NAME_NEEDED, Refusal, wrong
from .references import (
    GROUPS,
    NUMBERING_SERIES,
    PAYMENT_METHODS,
    PURCHASES,
    SALES,
    SALES_CHANNELS,
    expenses_account,
    ids,
    tax_keys,
    vat_key,
)

Check = Callable[[Any], bool]

TYPES = frozenset({"supplier", "debtor", "creditor", "client", "lead"})
LANGUAGES = frozenset({"es", "en", "fr", "de", "it", "ca", "eu"})
TAX_OPERATIONS = frozenset({"general", "intra", "impexp", "nosujeto", "receq", "exento"})

_ISO = {row["countryNameEN"]: row["countryCode"] for row in COUNTRIES if len(row["countryCode"]) == 2}
_IN_SPANISH = {"España": "ES", "Francia": "FR", "Alemania": "DE", "Italia": "IT", "Reino Unido": "GB"}
COUNTRY_CODES = {**_ISO, **_IN_SPANISH}
"""ISO codes by name. A shipping address is written without a code and shown with one, so Holded looks it up."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What is unverified and a test may want otherwise.

    `objects`: whether `billAddress`, `defaults` and `numberingSeries` of a PUT replace what is held or are merged.
    `nulls`: passed by, or refused. `takes_post_fields`: whether a PUT stores what the contract knows of a POST only:
    `CustomId`, `tags`, `note`, `contactPersons`, `defaults.salesTaxes`, `defaults.purchasesTaxes`.
    """

    objects: Literal["replaced", "merged"] = "replaced"
    nulls: Literal["ignored", "refused"] = "ignored"
    takes_post_fields: bool = True


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_country_code(value: Any) -> bool:
    return value == "" or value in _ISO.values()


def is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def one_of(words: frozenset[str], *nothing: str) -> Check:
    return lambda value: isinstance(value, str) and value in (*words, *nothing)


def keys_of(scope: str) -> Check:
    return lambda value: is_list_of_texts(value) and set(value) <= tax_keys(scope)


PLAIN: Mapping[str, Check] = {
    "name": is_text,
    "code": is_text,
    "tradeName": is_text,
    "email": is_text,
    "phone": is_text,
    "mobile": is_text,
    "iban": is_text,
    "swift": is_text,
    "sepaRef": is_text,
    "sepaDate": is_number,
    "type": one_of(TYPES),
    "isperson": is_flag,
    "clientRecord": is_whole,
    "supplierRecord": is_whole,
    "groupId": one_of(ids(GROUPS), ""),
    "taxOperation": one_of(TAX_OPERATIONS, ""),
}
ADDRESS: Mapping[str, Check] = dict.fromkeys(("address", "city", "postalCode", "province", "country"), is_text)
BILL_ADDRESS: Mapping[str, Check] = {**ADDRESS, "countryCode": is_country_code}
DEFAULTS: Mapping[str, Check] = {
    "dueDays": is_whole,
    "paymentDay": is_whole,
    "paymentMethod": one_of(ids(PAYMENT_METHODS), "", "0"),
    "currency": one_of(frozenset(code.lower() for code in CURRENCIES), ""),
    "language": one_of(LANGUAGES, ""),
    "discount": is_whole,
    "salesTax": is_whole,
    "salesTaxes": keys_of(SALES),
    "purchasesTax": is_whole,
    "purchasesTaxes": keys_of(PURCHASES),
    "salesAccountRecord": is_whole,
    "salesAccountName": is_text,
    "expensesAccountRecord": is_whole,
    "expensesAccountName": is_text,
    "salesChannel": one_of(ids(SALES_CHANNELS), ""),
    "accumulateInForm347": one_of(frozenset({"Yes", "No"}), ""),
    "showTradeNameOnDocs": is_flag,
    "showCountryOnDocs": is_flag,
}
SERIES: Mapping[str, Check] = {kind: one_of(ids(rows), "") for kind, rows in NUMBERING_SERIES.items()}
SOCIAL_NETWORKS: Mapping[str, Check] = dict.fromkeys(
    ("website", "facebook", "twitter", "instagram", "linkedin"), is_text
)
PERSON: Mapping[str, Check] = {
    **dict.fromkeys(("name", "job", "phone", "email", "linkedin"), is_text),
    "sendDocumentsByDefault": is_flag,
}
POST_ONLY = frozenset({"CustomId", "tags", "note", "contactPersons", "salesTaxes", "purchasesTaxes"})

BLANK_ADDRESS: Document = {**dict.fromkeys(ADDRESS, ""), "countryCode": None, "info": ""}
BLANK_DEFAULTS: Document = {
    "salesChannel": 0,
    "expensesAccount": 0,
    "dueDays": 0,
    "paymentMethod": "0",
    "discount": 0,
    "language": "",
    "currency": "",
    "salesTax": [],
    "accumulateInForm347": "no",
}
"""As the dossier shows one that holds little. What is not in it is shown only when it holds something."""
SHOWN_DEFAULTS = frozenset(BLANK_DEFAULTS) | (
    frozenset(DEFAULTS) - {"salesTaxes", "purchasesTaxes", "expensesAccountRecord", "expensesAccountName"}
)
"""Members of `defaults`, as shown, that a PUT can write and therefore can lose."""
BLANK: Document = {
    "customId": None,
    "name": "",
    "code": "",
    "vatnumber": "",
    "tradeName": "",
    "email": "",
    "mobile": "",
    "phone": "",
    "type": "client",
    "iban": "",
    "swift": "",
    "sepaRef": "",
    "groupId": "",
    "clientRecord": 0,
    "supplierRecord": 0,
    "billAddress": [],
    "defaults": BLANK_DEFAULTS,
    "socialNetworks": [],
    "tags": [],
    "notes": [],
    "contactPersons": [],
    "shippingAddresses": [],
    "customFields": [],
    "isperson": 0,
}


@dataclass(slots=True)
class Writing:
    """One PUT or POST on its way into a contact. `ignored`: paths of what was passed by."""

    creating: bool
    readings: Readings
    now: int
    new_id: Callable[[], str]
    ignored: list[str] = field(default_factory=list)

    def apply(self, before: Document, sent: Document) -> Document:
        """The contact after this; `Refusal` when a value cannot be taken, and then nothing of it is."""
        after = deepcopy(before)
        for name, value in sent.items():
            if self._is_nothing(name, value, ""):
                continue
            if name in PLAIN:
                after[name] = _in_its_form(name, before.get(name), _must(name, value, PLAIN[name]))
            else:
                self._part(after, name, value)
        if not after.get("name"):
            raise Refusal(NAME_NEEDED)
        return after

    def _part(self, after: Document, name: str, value: Any) -> None:
        """A member that is shown otherwise than it is written, or never."""
        match name:
            case "CustomId":
                after["customId"] = _must(name, value, is_text)
            case "tags":
                after[name] = _must(name, value, is_list_of_texts)
            case "note":
                after["notes"] = [*after["notes"], *self._note(_must(name, value, is_text))]
            case "billAddress":
                after[name] = self._bill_address(_held(after, name), value)
            case "defaults":
                after[name] = self._defaults(_held(after, name), value)
            case "numberingSeries":
                after[name] = self._series(_held(after, name), value)
            case "shippingAddresses":
                after[name] = self._shipping_addresses(after[name], value)
            case "contactPersons":
                after[name] = self._contact_persons(after[name], value)
            case "customFields":
                after[name] = _custom_fields(value)
            case "socialNetworks" if self.creating:
                after[name] = self._members(name, value, SOCIAL_NETWORKS) or []
            case _:
                self.ignored.append(name)

    def _is_nothing(self, name: str, value: Any, place: str) -> bool:
        """Whether a member is passed by before anybody looks at its value."""
        unknown_to_put = name in POST_ONLY and not self.creating and not self.readings.takes_post_fields
        if value is None and self.readings.nulls == "refused":
            raise wrong(name)
        if value is not None and not unknown_to_put:
            return False
        self.ignored.append(place + name)
        return True

    def _members(self, name: str, value: Any, checks: Mapping[str, Check]) -> Document:
        """The members of an object that say something. An empty list is PHP's empty object."""
        if value == []:
            value = {}
        if not isinstance(value, dict):
            raise wrong(name)
        said: Document = {}
        for member, content in value.items():
            if self._is_nothing(member, content, f"{name}."):
                continue
            if member in checks:
                said[member] = _must(member, content, checks[member])
            else:
                self.ignored.append(f"{name}.{member}")
        return said

    def _replaces(self) -> bool:
        return not self.creating and self.readings.objects == "replaced"

    def _bill_address(self, held: Document, value: Any) -> Any:
        checks = ADDRESS if self.creating else BILL_ADDRESS
        said = self._members("billAddress", value, checks)
        kept = {name: content for name, content in held.items() if name not in BILL_ADDRESS or not self._replaces()}
        if not said and not any(kept.values()):
            return []
        after = {**BLANK_ADDRESS, **kept, **said}
        if "countryCode" not in said and "country" in said:
            after["countryCode"] = COUNTRY_CODES.get(said["country"])
        return {**after, "countryCode": after["countryCode"] or None}

    def _defaults(self, held: Document, value: Any) -> Document:
        said = self._members("defaults", value, DEFAULTS)
        kept = {name: content for name, content in held.items() if name not in SHOWN_DEFAULTS or not self._replaces()}
        shown = {name: content for name, content in said.items() if name in SHOWN_DEFAULTS}
        for tax, taxes, scope in (("salesTax", "salesTaxes", SALES), ("purchasesTax", "purchasesTaxes", PURCHASES)):
            if tax in said:
                key = vat_key(scope, said[tax])
                if key is None:
                    raise wrong(tax)
                shown[tax] = [key]
            if taxes in said:
                shown[tax] = said[taxes]
        for name, nothing in (("paymentMethod", "0"), ("salesChannel", 0)):
            if name in said:
                shown[name] = _same_reference(held.get(name), said[name]) or nothing
        if "accumulateInForm347" in said:
            shown["accumulateInForm347"] = said["accumulateInForm347"].lower() or "no"
        account = {
            name: said[f"expensesAccount{suffix}"]
            for name, suffix in (("num", "Record"), ("name", "Name"))
            if f"expensesAccount{suffix}" in said
        }
        if account:
            shown["expensesAccount"] = _account(held.get("expensesAccount"), account, replaces=self._replaces())
        return {**deepcopy(BLANK_DEFAULTS), **kept, **shown}

    def _series(self, held: Document, value: Any) -> Any:
        said = self._members("numberingSeries", value, SERIES)
        kept = {name: content for name, content in held.items() if name not in SERIES or not self._replaces()}
        return {**kept, **said} or []

    def _shipping_addresses(self, held: list[Document], value: Any) -> list[Document]:
        public = "note" if self.creating else "notes"
        checks = {"name": is_text, **ADDRESS, public: is_text, "privateNote": is_text}
        entries = []
        for kept, sent in self._entries("shippingAddresses", "shippingId", held, value):
            said = self._members("shippingAddresses", sent, checks)
            country = said.get("country", "")
            same = country == kept.get("country")
            code = kept.get("countryCode") if same else COUNTRY_CODES.get(country)
            entries.append(
                {
                    **kept,
                    "name": "",
                    **dict.fromkeys(ADDRESS, ""),
                    **{name: content for name, content in said.items() if name not in (public, "privateNote")},
                    "countryCode": code,
                    "notes": said.get(public, ""),
                    "privateNotes": said.get("privateNote", ""),
                }
            )
        return entries

    def _contact_persons(self, held: list[Document], value: Any) -> list[Document]:
        entries = []
        for kept, sent in self._entries("contactPersons", "personId", held, value):
            said = self._members("contactPersons", sent, PERSON)
            if not said.get("name"):
                raise Refusal(NAME_NEEDED)
            blank = {**dict.fromkeys(("name", "job", "phone", "email"), ""), "sendDocumentsByDefault": False}
            entries.append({**kept, **blank, "linkedin": "", **said})
        return entries

    def _entries(self, name: str, key: str, held: list[Document], value: Any) -> list[tuple[Document, Document]]:
        """Each entry that is sent, after what is held of it: all of it where its id came back, else a new id."""
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise wrong(name)
        known = {entry[key]: entry for entry in held}
        pairs = []
        for entry in value:
            native_id = entry.get(key)
            kept = known.pop(native_id, None) if isinstance(native_id, str) else None
            if kept is None:
                kept = {key: self.new_id()}
                if key in entry:
                    self.ignored.append(f"{name}.{key}")
            pairs.append((deepcopy(kept), {member: content for member, content in entry.items() if member != key}))
        return pairs

    def _note(self, text: str) -> list[Document]:
        """A note more; that this adds one is only probable, and what its other members get is this simulator's."""
        if not text:
            return []
        added = {"noteId": self.new_id(), "name": "", "description": text, "color": "primary"}
        return [{**added, "updatedAt": self.now, "userId": ""}]


def _held(contact: Document, name: str) -> Document:
    found = contact.get(name)
    return found if isinstance(found, dict) else {}


def _must(name: str, value: Any, check: Check) -> Any:
    if not check(value):
        raise wrong(name)
    return value


def _custom_fields(value: Any) -> list[Document]:
    """Each name of each map becomes a field of its own, so a field sent as it is read falls into two."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise wrong("customFields")
    pairs = [(name, content) for entry in value for name, content in entry.items()]
    return [{"field": name, "value": _must("customFields", content, is_text)} for name, content in pairs]


def _in_its_form(name: str, held: Any, value: Any) -> Any:
    """A plain value as it is shown. An account that is held as an object stays one while it is the same."""
    if name == "isperson":
        return int(value)
    if name in {"clientRecord", "supplierRecord"} and isinstance(held, dict) and held.get("num") == value:
        return held
    return value


def _same_reference(held: Any, native_id: str) -> Any:
    if native_id == "0":
        return ""
    return held if isinstance(held, dict) and held.get("id") == native_id else native_id


def _account(held: Any, said: Document, *, replaces: bool) -> Any:
    """`defaults.expensesAccount`: what is held keeps its form while it is the same account, an id among others."""
    if isinstance(held, dict):
        before = {"num": held.get("num", 0), "name": held.get("name", "")}
    elif row := expenses_account(held):
        before = {"num": row["accNum"], "name": row["name"]}
    else:
        before = {"num": held or 0, "name": ""}
    after = {**({"num": 0, "name": ""} if replaces else before), **said}
    if after["num"] == before["num"] and said.get("name", before["name"]) == before["name"]:
        return held or 0
    return after if after["name"] else after["num"]
