"""How stored objects are shown, and what a reference leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..simulator import Document
from .family import find_contact
from .models import CUSTOM_FIELD, Known
from .registers import REGISTERS, SETTINGS


def look_up(records: Mapping[str, Document], model: str, id: str) -> Document | None:
    """The contact, or the row of a register, that a reference means."""
    if model == "Contact":
        place = find_contact(records, id)
        return place.part if place else None
    return REGISTERS.get(model, {}).get(id)


def knows(records: Mapping[str, Document]) -> Known:
    def known(model: str, id: str, kind: str | None) -> bool:
        found = look_up(records, model, id)
        return found is not None and (kind is None or found["objectType"] == kind)

    return known


def expand(document: Document) -> Document:
    """A custom field is always shown with its whole setting."""
    if document["objectName"] != CUSTOM_FIELD.model:
        return document
    name = "contactCustomFieldSetting"
    return {**document, name: SETTINGS[document[name]["id"]]}


def embed(records: Mapping[str, Document], document: Document, names: Iterable[str]) -> Document:
    """The document with whole objects in place of the references named, which may be dotted: `parent.category`."""
    shown, paths = dict(document), [name.partition(".") for name in names if name]
    for head in {head for head, _, _ in paths}:
        reference = shown.get(head)
        if isinstance(reference, dict) and (found := look_up(records, reference["objectName"], reference["id"])):
            shown[head] = embed(records, found, [tail for other, _, tail in paths if other == head])
    return shown
