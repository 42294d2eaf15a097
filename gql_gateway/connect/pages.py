"""The pages of the way to a connection. Templates escape whatever is put into them."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("gql_gateway.connect", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ALWAYS: dict[str, Any] = {"step": None, "problem": None}


def render(name: str, **values: Any) -> str:
    """A page by its template's name. `problem` is told at its top, `step` counts up to three, which is done."""
    return _TEMPLATES.get_template(f"{name}.html").render({**_ALWAYS, **values})
