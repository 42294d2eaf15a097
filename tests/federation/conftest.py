"""One supergraph of three subgraphs, composed by both libraries and served by both gateways, for all tests here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from .running import Accounting, accounting_in_thread, compose, node, python, sent, served

ENGINES = ("apollo", "hive")
COMPOSERS = ("apollo", "guild")


@dataclass
class Federation:
    """`supergraphs` by composer; `urls` by engine and composer."""

    accounting: Accounting
    subgraphs: list[dict[str, str]]
    supergraphs: dict[str, str] = field(default_factory=dict)
    urls: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Supergraph:
    """A gateway over a supergraph: `ask` sends it an operation, with the key of a caller."""

    engine: str
    composer: str
    federation: Federation

    @property
    def accounting(self) -> Accounting:
        return self.federation.accounting

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, *, key: str | None = "right") -> Any:
        self.accounting.asked.clear()
        given = self.accounting.key if key == "right" else key
        return sent(self.federation.urls[self.engine, self.composer], query, variables, given)


@pytest.fixture(scope="session")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    node()
    folder = tmp_path_factory.mktemp("federation")
    with ExitStack() as stack:
        accounting = stack.enter_context(accounting_in_thread())
        urls = {
            "accounting": accounting.url,
            **{name: stack.enter_context(python(folder / name, "orders", name)) for name in ("orders", "invoices")},
        }
        subgraphs = [{"name": name, "url": url, "sdl": sdl_at(url, accounting.key)} for name, url in urls.items()]
        found = Federation(accounting, subgraphs)
        for composer, told in compose(subgraphs).items():
            assert told["errors"] == [], composer
            found.supergraphs[composer] = told["supergraph"]
        wanted = [
            (f"{engine} {composer}", engine, found.supergraphs[composer])
            for engine in ENGINES
            for composer in COMPOSERS
        ]
        for name, told in stack.enter_context(served(folder / "gateways", *wanted)).items():
            engine, composer = name.split()
            found.urls[engine, composer] = told["url"]
        yield found


@pytest.fixture(params=[(engine, composer) for engine in ENGINES for composer in COMPOSERS], ids=" over ".join)
def supergraph(request: pytest.FixtureRequest, federation: Federation) -> Supergraph:
    """Each gateway over each composition."""
    engine, composer = request.param
    return Supergraph(engine, composer, federation)


def sdl_at(url: str, key: str | None = None) -> str:
    """What a subgraph says of itself."""
    sdl: str = sent(url, "{ _service { sdl } }", key=key)["data"]["_service"]["sdl"]
    return sdl
