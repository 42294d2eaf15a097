"""The words of business errors, in the language of the user. Those in English of the first four are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "nl"]

WORDS: Mapping[str, tuple[str, str]] = {
    "mask": ("Code {code} does not fit mask {mask}.", "Code {code} voldoet niet aan het masker {mask}."),
    "name": ("Name must be filled.", "Naam moet worden ingevuld."),
    "missing": ("Dimension {code} does not exist.", "Dimensie {code} bestaat niet."),
    "office": ("No access to office {office}", "Geen toegang tot administratie {office}"),
    "type": ("Dimension type {type} is not allowed.", "Dimensietype {type} is niet toegestaan."),
    "element": ("Element {name} is not allowed.", "Element {name} is niet toegestaan."),
    "repeated": ("Element {name} occurs more than once.", "Element {name} komt meer dan eens voor."),
    "attribute": ("Attribute {name} is not allowed.", "Attribuut {name} is niet toegestaan."),
    "attribute_missing": ("Attribute {name} is missing.", "Attribuut {name} ontbreekt."),
    "content": ("Element {name} cannot hold text.", "Element {name} kan geen tekst bevatten."),
    "children": ("Element {name} cannot hold elements.", "Element {name} kan geen elementen bevatten."),
    "integer": ("Value {value} is not a whole number.", "Waarde {value} is geen geheel getal."),
    "decimal": ("Value {value} is not a number.", "Waarde {value} is geen getal."),
    "boolean": ("Value {value} is not true or false.", "Waarde {value} is niet true of false."),
    "date": ("Value {value} is not a date.", "Waarde {value} is geen datum."),
    "word": ("Value {value} is not one of {words}.", "Waarde {value} is niet een van {words}."),
    "reference": ("{value} does not exist.", "{value} bestaat niet."),
    "default": ("Exactly one must be the default.", "Er moet precies een standaard zijn."),
    "row": ("Line {id} does not exist.", "Regel {id} bestaat niet."),
    "locked": ("The value is locked.", "De waarde is vergrendeld."),
    "means": (
        "Means of payment {means} does not fit payment available {available}.",
        "Betaalwijze {means} past niet bij betaling beschikbaar {available}.",
    ),
    "reminder": ("Reminder e-mail must be filled.", "E-mail voor herinneringen moet worden ingevuld."),
    "used": ("Dimension {code} is in use.", "Dimensie {code} is in gebruik."),
    "obsolete": ("{name} is no longer in use.", "{name} is niet meer in gebruik."),
}


def words(key: str, language: Language, **values: str) -> str:
    english, dutch = WORDS[key]
    return (english if language == "en" else dutch).format(**values)
