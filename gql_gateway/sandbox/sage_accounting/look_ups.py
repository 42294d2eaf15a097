"""The endpoints of look-ups and settings, which are read only here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from ..simulator import Document
from .answers import not_found
from .businesses import Business
from .gate import Act, answer
from .reading import flag, show_row
from .registers import LOOK_UPS, financial_settings, invoice_settings, register
from .search import PAGING, known_query, list_page

if TYPE_CHECKING:
    from .service import SageAccountingSimulator

NAMES = (*LOOK_UPS, "product_sales_price_types")
SETTINGS: Mapping[str, Callable[[Business], Document]] = {
    "invoice_settings": invoice_settings,
    "financial_settings": financial_settings,
}
_FILTERS = {"address_regions": "country_id", "product_sales_price_types": "active"}


def look_up_routes(simulator: SageAccountingSimulator, api: str) -> Iterator[web.RouteDef]:
    acts = {f"/{name}": _list(simulator, name) for name in NAMES}
    acts |= {f"/{name}/{{key}}": _show(simulator, name) for name in NAMES}
    acts |= {f"/{name}": _settings(make) for name, make in SETTINGS.items()}
    for path, act in acts.items():
        yield web.get(api + path, simulator.gate.for_business(act, of_contacts=False), allow_head=False)


def _list(simulator: SageAccountingSimulator, name: str) -> Act:
    known = frozenset({_FILTERS.get(name, "page"), *PAGING, "attributes"})

    async def act(request: web.Request, business: Business) -> web.Response:
        query = known_query(request, known, simulator.ignored.parameters)
        rows = list(register(name, business).values())
        if country := query.get("country_id"):
            rows = [row for row in rows if row["id"].startswith(f"{country}-")]
        if "active" in query:
            rows = [row for row in rows if row["active"] == flag(query, "active")]

        def show(row: Document) -> Document:
            return show_row(row, query, listed=True)

        return answer(list_page(rows, query, f"/{name}", show, fills_next=simulator.fills_next))

    return act


def _show(simulator: SageAccountingSimulator, name: str) -> Act:
    async def act(request: web.Request, business: Business) -> web.Response:
        row = register(name, business).get(request.match_info["key"])
        if row is None:
            raise not_found()
        query = known_query(request, {"attributes"}, simulator.ignored.parameters)
        return answer(show_row(row, query, listed=False))

    return act


def _settings(make: Callable[[Business], Document]) -> Act:
    async def act(request: web.Request, business: Business) -> web.Response:
        return answer(make(business))

    return act
