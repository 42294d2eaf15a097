"""A provider with two ways in: consent where the operator has an app, and a key that people have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, Credentials
from tests.connect.conftest import Browser, World
from tests.connect.test_flow import right_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "lexware_office"
OFFICE = connectors()[NAME]


async def choose(world: World, browser: Browser, connection_id: str) -> Connection:
    (company,) = browser.choices()
    await browser.post("/connect/company", {"company": company})
    stored = await world.stored(connection_id)
    assert stored is not None
    return stored


async def test_with_an_app_both_ways_are_offered(world: World) -> None:
    asked, typed = world.browser(), world.browser()
    world.simulator(NAME).reset()
    await asked.open(await world.link("by-consent", NAME), NAME)
    assert asked.title == "Allow access at Lexware Office"
    assert "/connect/step?key" in asked.links()
    await asked.get(await asked.sign_in())
    by_consent = await choose(world, asked, "by-consent")
    assert "api_key" not in by_consent.credentials
    assert by_consent.credentials["refresh_token"]

    await typed.open(await world.link("by-key", NAME), NAME)
    await typed.get("/connect/step?key")
    assert typed.title == "Connect Lexware Office"
    await typed.post("/connect/key", right_key(world, OFFICE))
    by_key = await choose(world, typed, "by-key")
    assert dict(by_key.credentials) == right_key(world, OFFICE)
    assert OFFICE.manifest.token_of(by_key) is None
    assert OFFICE.manifest.token_of(by_consent) is OFFICE.manifest.token

    shown = (await world.ask("{ connections { id needsReauthorization expiresAt } }"))["connections"]
    found = {item["id"]: item for item in shown if item["id"].startswith("by-")}
    assert [item["needsReauthorization"] for item in found.values()] == [False, False]
    assert found["by-key"]["expiresAt"] is None
    assert found["by-consent"]["expiresAt"] is not None


async def test_without_an_app_it_is_the_key(world: World) -> None:
    apps = dict(world.flow.apps)
    try:
        world.flow.apps = {**apps, NAME: replace(apps[NAME], client_secret=None)}
        browser = world.browser()
        await browser.open(await world.link("key-alone", NAME), NAME)
        assert browser.title == "Connect Lexware Office"
    finally:
        world.flow.apps = apps


async def test_a_key_is_given_up_for_tokens_and_back(world: World) -> None:
    """Whatever was stored before is replaced whole: a dead token never stands before a good key."""
    await world.flow.connections.add(
        Connection(
            "changed", NAME, Credentials({"api_key": "old"}), base_url=world.flow.app(NAME).base_url, tenant="default"
        )
    )
    browser = world.browser()
    await browser.open(await world.link("changed"), NAME)
    await browser.get(await browser.sign_in())
    assert "api_key" not in (await choose(world, browser, "changed")).credentials
    browser = world.browser()
    await browser.open(await world.link("changed"), NAME)
    await browser.post("/connect/key", right_key(world, OFFICE))
    assert "access_token" not in (await choose(world, browser, "changed")).credentials


async def test_a_system_with_consent_alone_takes_no_key(world: World) -> None:
    browser = world.browser()
    await browser.open(await world.link("no-key", "fortnox"), "fortnox")
    await browser.get("/connect/step?key")
    assert browser.title == "Allow access at Fortnox"
    assert "/connect/step?key" not in browser.links()


async def test_either_of_the_two_is_enough() -> None:
    key = next(item for item in OFFICE.manifest.credentials if item.name == "api_key")
    assert key.is_needed({"client_id": ""})
    assert not key.is_needed({"access_token": ""})
