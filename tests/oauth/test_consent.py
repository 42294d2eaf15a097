"""The authorization code grant: where a browser is sent, what may come back, what the code is exchanged with."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from gql_gateway.model.connection import Credentials
from gql_gateway.oauth.consent import Consent, ConsentProblem, address, begin, code_grant, code_of
from gql_gateway.oauth.endpoint import ConsentEndpoint, TokenEndpoint

BACK = "https://gateway.example/connect/callback/fortnox"
PLAIN = ConsentEndpoint("https://login.example/auth", ("customer", "companyinformation"), (("access_type", "offline"),))
PROVED = ConsentEndpoint("https://login.example/auth?filter=v3", ("full",), pkce=True, nonce=True)


def test_the_browser_is_sent_with_everything_the_provider_asks_for() -> None:
    consent = begin(PLAIN, BACK)
    url = urlsplit(address(PLAIN, consent, "the-app"))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://login.example/auth"
    assert dict(parse_qsl(url.query)) == {
        "response_type": "code",
        "client_id": "the-app",
        "redirect_uri": BACK,
        "scope": "customer companyinformation",
        "state": consent.state,
        "access_type": "offline",
    }


def test_a_challenge_goes_and_its_verifier_stays() -> None:
    consent = begin(PROVED, BACK)
    assert consent.verifier and 43 <= len(consent.verifier) <= 128
    told = address(PROVED, consent, "the-app")
    query = dict(parse_qsl(urlsplit(told).query))
    digest = hashlib.sha256(consent.verifier.encode()).digest()
    assert query["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert query["code_challenge_method"] == "S256"
    assert (query["nonce"], query["filter"]) == (consent.nonce, "v3")
    assert consent.verifier not in told
    assert not any(secret in repr(consent) for secret in (consent.verifier, consent.state, str(consent.nonce)))


def test_every_visit_has_secrets_of_its_own() -> None:
    visits = [begin(PROVED, BACK) for _ in range(50)]
    assert len({value for visit in visits for value in (visit.state, visit.verifier, visit.nonce)}) == 150


def test_another_address_stands_in() -> None:
    assert address(PLAIN, begin(PLAIN, BACK), "a", url="http://127.0.0.1:8900/fortnox/auth").startswith(
        "http://127.0.0.1:8900/fortnox/auth?response_type=code&"
    )


def test_a_code_is_taken_as_it_comes() -> None:
    consent = begin(PLAIN, BACK)
    # Sage's codes hold a slash; by now the framework has decoded the query once.
    assert code_of(consent, {"state": consent.state, "code": "GB/4c+x==", "country": "gb"}) == "GB/4c+x=="


@pytest.mark.parametrize("state", ["", "other", None])
def test_an_answer_to_another_visit_is_refused_first(state: str | None) -> None:
    consent = begin(PLAIN, BACK)
    query = {"code": "x", "error": "access_denied"} | ({} if state is None else {"state": state})
    with pytest.raises(ConsentProblem) as caught:
        code_of(consent, query)
    assert not caught.value.denied
    assert caught.value.provider_code is None


def test_a_no_is_told_with_the_providers_words() -> None:
    consent = begin(PLAIN, BACK)
    query = {"state": consent.state, "error": "access_denied", "error_description": "The user said no." + "x" * 900}
    with pytest.raises(ConsentProblem) as caught:
        code_of(consent, query)
    assert caught.value.denied
    assert caught.value.provider_code == "access_denied"
    assert caught.value.provider_message and len(caught.value.provider_message) == 300


def test_neither_code_nor_error_is_a_problem() -> None:
    consent = begin(PLAIN, BACK)
    with pytest.raises(ConsentProblem, match="no code"):
        code_of(consent, {"state": consent.state})


@pytest.mark.parametrize(
    ("auth", "client"),
    [
        ("basic", {}),
        ("body", {"client_id": ["the-app"], "client_secret": ["hush"]}),
        ("public", {"client_id": ["the-app"]}),
    ],
)
def test_a_code_is_exchanged_as_the_provider_wants_it(auth: Any, client: dict[str, list[str]]) -> None:
    endpoint = TokenEndpoint("https://login.example/token", client_auth=auth, rotates=True)
    credentials = Credentials({"client_id": "the-app", "client_secret": "hush"})
    grant = code_grant("c/o+d=e", Consent(BACK, "s", verifier="v" * 43), credentials, endpoint)
    assert parse_qs(grant.body) == {
        "grant_type": ["authorization_code"],
        "code": ["c/o+d=e"],
        "redirect_uri": [BACK],
        "code_verifier": ["v" * 43],
        **client,
    }
    assert "hush" not in repr(grant)
