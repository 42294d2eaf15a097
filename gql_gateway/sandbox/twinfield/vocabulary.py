"""What a dimension of type DEB consists of, by path below `dimension`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gql_gateway.sandbox.simulator import Document

Kind = Literal["text", "integer", "decimal", "boolean", "date", "word", "group", "rows", "row", "read_only", "dead"]


@dataclass(frozen=True)
class Part:
    """One element. `attributes` may be sent along; all others are of answers only."""

    kind: Kind
    words: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    empty: bool = True
    """Whether a word may be left empty."""


def _texts(paths: str, below: str = "") -> dict[str, Part]:
    return {below + path: Part("text") for path in paths.split()}


PARTS: Mapping[str, Part] = {
    **_texts("office type code name shortname website"),
    **{name: Part("integer") for name in ("beginperiod", "beginyear", "endperiod", "endyear")},
    **{name: Part("dead") for name in ("vatnumber", "cocnumber")},
    **{name: Part("read_only") for name in ("uid", "inuse", "behaviour", "touched", "modified", "editdimensionname")},
    "financials": Part("group"),
    "financials/matchtype": Part("word", ("customersupplier",)),
    "financials/accounttype": Part("word", ("inherit",)),
    "financials/subanalyse": Part("word", ("false",)),
    "financials/duedays": Part("integer"),
    "financials/level": Part("read_only"),
    "financials/payavailable": Part("boolean"),
    "financials/meansofpayment": Part("word", ("none", "paymentfile"), empty=False),
    "financials/ebilling": Part("boolean"),
    "financials/substitutionlevel": Part("word", ("1",)),
    "financials/vatcode": Part("text", attributes=("fixed",)),
    "financials/vatobligatory": Part("boolean"),
    **_texts("paycode ebillmail substitutewith relationsreference vattype performancetype", "financials/"),
    "financials/collectmandate": Part("group"),
    "financials/collectmandate/id": Part("text"),
    "financials/collectmandate/signaturedate": Part("date"),
    "financials/collectmandate/firstrundate": Part("date"),
    "financials/collectionschema": Part("word", ("core", "b2b")),
    "financials/childvalidations": Part("read_only"),
    "creditmanagement": Part("group"),
    "creditmanagement/basecreditlimit": Part("decimal"),
    "creditmanagement/sendreminder": Part("word", ("true", "email", "false"), empty=False),
    "creditmanagement/blocked": Part("boolean"),
    **_texts("responsibleuser reminderemail freetext1 freetext2 freetext3 comment", "creditmanagement/"),
    "remittanceadvice": Part("group"),
    "remittanceadvice/sendtype": Part("word", ("ToFileManager", "ByEmail")),
    "remittanceadvice/sendmail": Part("text"),
    "invoicing": Part("group"),
    "invoicing/discountarticle": Part("text"),
    "addresses": Part("rows"),
    "addresses/address": Part("row", attributes=("id", "type", "default")),
    **_texts("name country ictcountrycode city postcode telephone telefax email contact", "addresses/address/"),
    **_texts("field1 field2 field3 field4 field5 field6", "addresses/address/"),
    "banks": Part("rows"),
    "banks/bank": Part("row", attributes=("id", "default")),
    **_texts("ascription accountnumber bankname biccode iban natbiccode city country postcode state", "banks/bank/"),
    "banks/bank/address": Part("group"),
    **_texts("field2 field3", "banks/bank/address/"),
    "paymentconditions": Part("rows"),
    "paymentconditions/paymentcondition": Part("row"),
    "paymentconditions/paymentcondition/discountdays": Part("integer"),
    "paymentconditions/paymentcondition/discountpercentage": Part("decimal"),
    "postingrules": Part("rows"),
    "postingrules/postingrule": Part("row", attributes=("id", "status")),
    "postingrules/postingrule/amount": Part("decimal"),
    **_texts("currency description", "postingrules/postingrule/"),
    "postingrules/postingrule/lines": Part("rows"),
    "postingrules/postingrule/lines/line": Part("row"),
    "postingrules/postingrule/lines/line/ratio": Part("decimal"),
    **_texts(
        "office dimension1 dimension2 dimension3 vatcode description",
        "postingrules/postingrule/lines/line/",
    ),
    "groups": Part("rows"),
    "groups/group": Part("text"),
}

STATUSES = ("active", "inactive", "deleted")
ADDRESS_TYPES = ("invoice", "postal", "contact")
NUMBERED = ("addresses/address", "banks/bank", "postingrules/postingrule")
"""Rows with a number of their own."""

EMPTY: Mapping[str, Document] = {
    "financials": {
        **{"matchtype": "customersupplier", "accounttype": "inherit", "subanalyse": "false", "duedays": "0"},
        **{"level": "2", "payavailable": "false", "meansofpayment": "none", "paycode": "", "ebilling": "false"},
        **{"ebillmail": "", "substitutionlevel": "1", "substitutewith": "1300", "relationsreference": ""},
        **{"vattype": "", "vattype@name": "", "vattype@shortname": "", "vatcode": "", "vatcode@fixed": "false"},
        **{"vatobligatory": "false", "performancetype": ""},
        "collectmandate": {"id": "", "signaturedate": "", "firstrundate": ""},
        "collectionschema": "core",
        "childvalidations": {"childvalidation": [{"@type": "code", "@level": "1", "#text": "1300"}]},
    },
    "financials/collectmandate": {"id": "", "signaturedate": "", "firstrundate": ""},
    "creditmanagement": {
        **{"responsibleuser": "", "basecreditlimit": "0.00", "sendreminder": "true", "reminderemail": ""},
        **{"blocked": "false", "blocked@locked": "false", "blocked@modified": ""},
        **{"freetext1": "", "freetext2": "", "freetext3": "", "comment": ""},
    },
    "remittanceadvice": {"sendtype": "ToFileManager", "sendmail": ""},
    "invoicing": {"discountarticle": ""},
    "addresses/address": {
        path.rpartition("/")[2]: ""
        for path, part in PARTS.items()
        if path.startswith("addresses/address/") and part.kind == "text"
    },
    "banks/bank": {
        **{
            path.rpartition("/")[2]: ""
            for path, part in PARTS.items()
            if path.startswith("banks/bank/") and part.kind == "text" and path.count("/") == 2
        },
        "address": {"field2": "", "field3": ""},
    },
    "banks/bank/address": {"field2": "", "field3": ""},
}
"""What a part is when nothing was said of it."""

DERIVED: Mapping[str, tuple[str, ...]] = {
    "financials": ("matchtype", "accounttype", "subanalyse", "level", "substitutionlevel", "childvalidations"),
}
"""Members of a group that no client decides on: they outlast whatever is sent."""
