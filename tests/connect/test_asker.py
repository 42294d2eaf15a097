"""On whose behalf the pages ask: told where a link says so, else the operator, else nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gql_gateway.connect.flow import hash_of
from gql_gateway.model.link import is_name
from gql_gateway.settings import Settings, unsafe
from gql_gateway.storage.secrets import generate_key
from tests.connect.conftest import Browser, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = 'Kanzlei "Müller & Söhne" A/S'


def shown(browser: Browser) -> str:
    """The page's words, with one blank between them."""
    return " ".join(browser.text.split())


@pytest.fixture
def operator(world: World) -> Iterator[str]:
    world.flow.operator = "Muster Steuerberatung"
    yield world.flow.operator
    world.flow.operator = ""


@pytest.mark.parametrize("integration", ["fortnox", "sevdesk"])
async def test_a_name_stands_on_the_pages_before_anything_is_given(
    world: World, operator: str, integration: str
) -> None:
    url, browser = await world.link(f"asked-{integration}", integration, requestedBy=f" {NAME} "), world.browser()
    await browser.get(url[21:])
    assert f"{NAME} asks you to connect" in shown(browser)
    await browser.post(url[21:], {"integration": integration})
    assert (f"behalf of {NAME}" if integration == "fortnox" else f"for {NAME}") in shown(browser)
    assert operator not in browser.text
    if integration == "fortnox":
        await browser.get(await browser.sign_in(decision="deny"))
        await browser.get("/connect/step")
        assert NAME in browser.text, "also when a no was thought over"
        await browser.get(await browser.sign_in())
        assert browser.title == "Choose the company"


async def test_without_a_name_the_operator_is_told_else_nobody(world: World, operator: str) -> None:
    url, browser = await world.link("operators", "fortnox"), world.browser()
    await browser.get(url[21:])
    assert f"{operator} asks you" in shown(browser)
    world.flow.operator = ""
    await browser.get(url[21:])
    assert "You were asked to connect" in browser.text
    await browser.post(url[21:], {"integration": "fortnox"})
    assert "behalf" not in browser.text


async def test_a_name_is_kept_sealed_and_no_longer_than_needed(world: World) -> None:
    url, browser = await world.link("kept-name", "sevdesk", requestedBy=NAME), world.browser()
    await browser.open(url, "sevdesk")
    link = await world.flow.links.find(hash_of(url.rpartition("/")[2]))
    assert link is not None
    assert link.kept == {"requested_by": NAME}
    assert NAME not in repr(link)


@pytest.mark.parametrize(
    "name",
    [
        *("", "  ", "x" * 81, "two\nlines", "right\u202eleft", "zero\u200bwidth"),
        *("<b>Bank</b>", "https://bank.example", "HTTP:bank", "www.bank.example", "//bank", "me@bank.example", "a\\b"),
    ],
)
async def test_what_is_no_name_is_refused(world: World, name: str) -> None:
    answer = await world.create({"connectionId": "x", "integration": "FORTNOX", "requestedBy": name})
    assert [error["path"] for error in answer["errors"]] == [["requestedBy"]]
    told = unsafe(Settings(operator_name=name, secret_keys=generate_key()))  # type: ignore[arg-type]
    assert [line.partition(":")[0] for line in told] == (["GATEWAY_OPERATOR_NAME"] if name else [])


async def test_names_of_companies_are_names() -> None:
    assert all(map(is_name, (NAME, "Novo A/S", "S.A.R.L. L'Été", "amazon.de GmbH", "株式会社", "x" * 80)))
