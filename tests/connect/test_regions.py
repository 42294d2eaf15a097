"""A provider with a host for each country: the person says which, and everything goes there and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gql_gateway.app import apps_of, unsafe
from gql_gateway.connect.apps import App, by_region
from gql_gateway.connect.flow import LinkProblem
from gql_gateway.connectors.registry import connectors
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.settings import Settings
from tests.connect.conftest import Browser, World
from tests.connect.test_flow import good_company

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "exact_online"
EXACT = connectors()[NAME].manifest
HERE = {"BE": "/be", "DE": "/de", "UK": "/co.uk", "FR": "/fr", "ES": "/es", "US": "/com"}


def token_calls(world: World) -> list[str]:
    paths = [entry["path"] for entry in world.site.prepared.sandbox.requests(NAME)]
    return [path for path in paths if path.endswith("/token")]


async def until_company(browser: Browser, url: str, region: str) -> str:
    """Answers where the person signed in."""
    await browser.open(url, NAME, region)
    (address,) = [link for link in browser.links() if "response_type=code" in link]
    await browser.get(await browser.sign_in())
    assert browser.title == "Choose the company", browser.text
    return address


@pytest.mark.parametrize("name", [region.name for region in EXACT.regions])
async def test_consent_token_and_calls_go_to_the_chosen_host(world: World, name: str) -> None:
    browser, mount = world.browser(), world.site.prepared.sandbox.mounts[NAME]
    base = world.site.prepared.sandbox.url(NAME) + HERE.get(name, "")
    mount.log.clear()
    address = await until_company(browser, await world.link(f"at-{name}", NAME), name)
    assert address.startswith(f"{base}/api/oauth2/auth?")
    assert token_calls(world) == [f"{HERE.get(name, '')}/api/oauth2/token"]
    await browser.post("/connect/company", {"company": good_company(world, browser, NAME)})
    assert browser.title == "Connected", browser.text
    stored = await world.stored(f"at-{name}")
    assert stored is not None
    assert stored.base_url == base
    mount.log.clear()
    listed = await world.ask(
        "query($id: ID!) { customers(connectionId: $id, first: 1) { nodes { nativeId } } }", id=f"at-{name}"
    )
    calls = [entry["path"] for entry in world.site.prepared.sandbox.requests(NAME)]
    assert calls
    assert all(path.startswith(f"{HERE.get(name, '')}/api/v1/") for path in calls)
    assert listed["customers"] is not None


async def test_a_country_is_asked_for_and_can_be_thought_over(world: World) -> None:
    """Whatever belongs to the host chosen first is of no use at the second: no code travels to another host."""
    browser, url = world.browser(), await world.link("thought-over", NAME)
    mount = world.site.prepared.sandbox.mounts[NAME]
    await browser.post(url[21:], {"integration": NAME})
    assert browser.title == "Choose your country"
    assert all(region.label in browser.text for region in EXACT.regions)
    for wrong in ("", "XX", "nl"):
        await browser.post("/connect/region", {"region": wrong})
        assert (browser.reply.status, browser.title) == (400, "Choose your country"), wrong
    await browser.post("/connect/region", {"region": "BE"})
    belgian = await browser.sign_in()
    assert "/connect/step?region" in browser.links()
    await browser.get("/connect/step?region")
    assert 'value="BE" required checked' in browser.reply.body.decode()
    await browser.post("/connect/region", {"region": "DE"})
    mount.log.clear()
    await browser.get(belgian)
    assert (browser.reply.status, browser.title) == (400, "That did not work")
    assert token_calls(world) == []
    await browser.get("/connect/step")
    await browser.get(await browser.sign_in())
    assert token_calls(world) == ["/de/api/oauth2/token"]
    await browser.post("/connect/region", {"region": "BE"})
    assert browser.reply.status == 409


async def test_a_connection_made_anew_stays_at_its_host(world: World) -> None:
    base = world.site.prepared.sandbox.url(NAME)
    old = Connection("moved", NAME, Credentials({"access_token": "x"}), base_url=f"{base}/fr/", tenant="default")
    await world.flow.connections.add(old)
    browser = world.browser()
    address = await until_company(browser, await world.link("moved"), "NL")
    assert address.startswith(f"{base}/fr/")
    await browser.post("/connect/company", {"company": good_company(world, browser, NAME)})
    stored = await world.stored("moved")
    assert stored is not None
    assert stored.base_url == f"{base}/fr/"
    assert stored.credentials["client_id"] == world.simulator(NAME).regions()["FR"][1]["client_id"]


async def test_a_host_without_an_app_is_told_before_anybody_is_asked(world: World) -> None:
    far = Connection(
        "far", NAME, Credentials({"access_token": "x"}), base_url="https://elsewhere.example", tenant="default"
    )
    await world.flow.connections.add(far)
    answer = await world.create({"connectionId": "far"})
    assert [error["path"] for error in answer["errors"]] == [["integration"]]
    assert "no app at the host" in answer["errors"][0]["message"]


async def test_two_links_for_one_connection_store_no_token_at_a_wrong_host(world: World) -> None:
    browsers = {name: world.browser() for name in ("NL", "DE")}
    urls = {name: await world.link("contested", NAME) for name in browsers}
    for name, browser in browsers.items():
        await until_company(browser, urls[name], name)
    await browsers["NL"].post("/connect/company", {"company": good_company(world, browsers["NL"], NAME)})
    before = await world.stored("contested")
    link, connector = await world.flow.of_browser(browsers["DE"].cookies["gqlgw_connect"])
    german = world.flow._connection(link, connector, link.kept["credentials"], None)
    with pytest.raises(LinkProblem, match="other books"):
        await world.flow._store(german)
    assert await world.stored("contested") == before


async def test_where_there_is_one_app_nobody_is_asked(world: World) -> None:
    apps = dict(world.flow.apps)
    try:
        world.flow.apps = {**apps, NAME: replace(apps[NAME], regions={})}
        browser, url = world.browser(), await world.link("only-one", NAME)
        await browser.post(url[21:], {"integration": NAME})
        assert browser.title == "Allow access at Exact Online"
        assert "Netherlands" in browser.text
        assert "/connect/step?region" not in browser.links()
    finally:
        world.flow.apps = apps


async def test_an_app_belongs_to_the_host_it_is_set_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "CLIENT_ID": "dutch",
        "CLIENT_SECRET": "s",
        "REGIONS__DE__CLIENT_ID": "german",
        "REGIONS__DE__CLIENT_SECRET": "s",
        "REGIONS__FR__CLIENT_ID": "half of it",
    }.items():
        monkeypatch.setenv(f"GATEWAY_APPS__EXACT_ONLINE__{name}", value)
    found = by_region(EXACT, apps_of(Settings())[NAME])
    assert {name: (app.client_id, app.base_url) for name, app in found.items()} == {
        "NL": ("dutch", None),
        "DE": ("german", "https://start.exactonline.de"),
    }
    belgian = App("id", "secret", base_url="https://start.exactonline.be/")
    assert list(by_region(EXACT, belgian)) == ["BE"]
    assert by_region(connectors()["fortnox"].manifest, App("id", "secret")) == {}


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("GATEWAY_APPS__EXACT_ONLINE__REGIONS__IT__CLIENT_ID", "NL, BE, DE, UK, FR, ES, US"),
        ("GATEWAY_APPS__FORTNOX__REGIONS__SE__CLIENT_ID", "Fortnox has none"),
        ("GATEWAY_APPS__FORTKNOX__CLIENT_ID", "no such integration"),
    ],
)
async def test_an_app_at_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, words: str) -> None:
    monkeypatch.setenv(variable, "PLANTED")
    told = [line for line in unsafe(Settings()) if line.startswith("GATEWAY_APPS")]
    assert [words in line for line in told] == [True], told
    assert told[0].startswith(variable.removesuffix("__CLIENT_ID"))
    assert "PLANTED" not in told[0]
