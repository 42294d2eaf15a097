from __future__ import annotations

import base64
import json
import re
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gql_gateway.model.json import Json
from gql_gateway.outbound import redact as redaction
from gql_gateway.outbound.redact import MARK, redact, redact_json, secrets_of

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
ODD = 'pä"s/w+o rd\\<&'

# Lexware Office, dossier section 7: the gateway's 403 quotes the Authorization header it received (words invented).
LEXWARE: Json = {
    "message": f"'{KEY}' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer {KEY}'."
}


@pytest.mark.parametrize("known", [[], [KEY], [KEY, "another-secret"]])
def test_lexware_403_never_shows_the_key(known: list[str]) -> None:
    for shown in (redact(json.dumps(LEXWARE), known), json.dumps(redact_json(LEXWARE, known))):
        assert KEY not in shown
        assert "not a valid key=value pair" in shown


@pytest.mark.parametrize(
    "spelt",
    [
        ODD,
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        json.dumps(ODD),
        json.dumps(ODD, ensure_ascii=False),
        json.dumps(json.dumps(ODD)),
        json.dumps({"deep": json.dumps({"value": ODD})}),
        base64.b64encode(ODD.encode()).decode(),
        base64.b64encode(f"a:{ODD}".encode()).decode(),
        base64.b64encode(f"ab:{ODD}".encode()).decode(),
        base64.b64encode(f"abc:{ODD}:trailer".encode()).decode(),
        base64.urlsafe_b64encode(f"user:{ODD}".encode()).decode(),
        quote(base64.b64encode(f"user:{ODD}".encode()).decode(), safe=""),
    ],
)
def test_a_known_secret_is_found_in_every_spelling(spelt: str) -> None:
    shown = redact(f"before {spelt} after", [ODD])
    assert spelt not in shown
    assert MARK in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc", "abc"),
        ("authorization=Basic dXNlcg==", "dXNlcg=="),
        ("sent Basic dXNlcjpwYXNzd29yZA== to it", "dXNlcjpwYXNzd29yZA=="),
        ("got Bearer%20abcdef.ghi", "abcdef.ghi"),
        ('{"refresh_token":"ab cd","expires_in":3600}', "ab cd"),
        (r'"{\"refresh_token\":\"ab cd\",\"x\":1}"', "ab cd"),
        ("grant_type=refresh_token&refresh_token=abcdef&x=1", "abcdef"),
        ("body%3Drefresh_token%3Dabcdef%26x", "abcdef"),
        ("<Password>abcdef</Password>", "abcdef"),
        ("x-api-key: 12-34", "12-34"),
        ('"apiKey": "12 34"', "12 34"),
        ("userPassword='ab cd'", "ab cd"),
        ("client_secret=abcdef", "abcdef"),
        ("at https://user:abcdef@example.test/x", "abcdef"),
        ("jwt eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"),
        ("cut eyJhbGciOiJub25lIn0.eyJzdWIiOiIx", "eyJzdWIiOiIx"),
        ('api_key="unterminated value', "unterminated value"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, hidden: str) -> None:
    shown = redact(text)
    assert hidden not in shown
    assert MARK in shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer token is missing",
        'Bearer realm="exact", error="invalid_token"',
        "Your Basic subscription has ended",
        "Rate limit exceeded: access_token not expired",
        "grant_type=refresh_token",
        '{"token_type":"bearer","expires_in":3600,"refresh_token_expires_in":1}',
        '{"ErrorInformation":{"error":1,"message":"Kan inte hitta kunden.","code":2000433}}',
        "password: null",
        "https://example.test:8080/path?x=1",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_short_secret_is_taken_out_only_where_it_stands_alone() -> None:
    assert redact("PIN 1234 is wrong, not 12345 or x1234", ["1234"]) == f"PIN {MARK} is wrong, not 12345 or x1234"


@pytest.mark.parametrize("secret", ["", " ", "a", "12"])
def test_what_is_too_short_to_be_a_secret_leaves_the_text_readable(secret: str) -> None:
    assert redact("a 12 message", [secret]) == "a 12 message"


def test_overlapping_secrets_leave_no_rest() -> None:
    assert redact("<abcdefXYZuvw>", ["abcdefXYZ", "XYZuvw"]) == f"<{MARK}>"


def test_a_document_is_redacted_in_names_values_and_numbers() -> None:
    document: Json = {
        "list": [{"access_token": "x", "count": 3, "active": True, "token": None}],
        f"name {KEY}": f"value {KEY}",
        "pin": 123456,
        "password": 42,
    }
    assert redact_json(document, [KEY, "123456"]) == {
        "list": [{"access_token": MARK, "count": 3, "active": True, "token": None}],
        f"name {MARK}": f"value {MARK}",
        "pin": MARK,
        "password": MARK,
    }


def test_the_number_of_a_version_is_no_secret() -> None:
    """QuickBooks calls it a token; a dry run has to show it."""
    shown: Json = {"SyncToken": "3", "Id": "58"}
    assert redact_json(shown) == shown
    assert redact('{"SyncToken": "3"}') == '{"SyncToken": "3"}'
    hidden: Json = {"sync_token": "3", "asyncAccessToken": "3"}
    assert redact_json(hidden) == {"sync_token": MARK, "asyncAccessToken": MARK}


def test_a_document_of_any_depth_is_bearable() -> None:
    document: Json = [KEY]
    for _ in range(5000):
        document = [document]
    shown = redact_json(document, [KEY])
    for _ in range(1000):
        if not isinstance(shown, list):
            break
        shown = shown[0]
    assert shown == MARK


def test_credentials_give_their_secrets_without_public_values() -> None:
    credentials = {"access_token": "tok", "client_id": "id", "client_secret": "sec", "expires_at": "17", "password": ""}
    assert sorted(secrets_of(credentials)) == ["sec", "tok"]


@given(st.text(), st.text(min_size=6).filter(lambda secret: secret.strip() == secret), st.text())
@example("Bearer ", "abcdef", "")
@example("token=", "secret", "secret")
def test_a_known_secret_never_survives(before: str, secret: str, after: str) -> None:
    shown = redact(f"{before}{secret}{after}", [secret])
    assert secret not in shown.replace(MARK, "\0")


@pytest.mark.parametrize(
    "evil",
    [
        'password="',
        "password='\\",
        "eyJ",
        "Bearer ",
        "Basic a",
        "a",
        "://a:",
        "token>",
        "\\",
        "authorization ",
        "token\\",
        "token ",
        "a_token-",
        "=",
    ],
)
def test_time_is_linear(evil: str) -> None:
    """Eight times the text may take about eight times as long, and not sixty-four times."""

    def spent(length: int) -> float:
        text = evil * (length // len(evil))
        started = time.process_time()
        redact(text, ["hunter2hunter2", "abc"])
        return time.process_time() - started

    small = min(spent(20_000) for _ in range(3))
    large = min(spent(160_000) for _ in range(2))
    assert large < 24 * max(small, 0.002)


def test_no_letter_beyond_the_known_ones_is_taken_for_an_ascii_one() -> None:
    everything = "".join(chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code <= 0xDFFF)
    found = set(re.findall("[abcdefghijklmnopqrstuvwxyz]", everything, re.IGNORECASE))
    for letter in "abcdefghijklmnopqrstuvwxyz":
        found |= set(re.findall(letter, everything, re.IGNORECASE))

    # Of these `lower` makes a plain k, so the others would do; the list says it all.
    assert found == set(redaction._ODD_LETTERS)


WORDS = """token = : Bearer bearer basic Zm9vOmJhcg== sKey \u212aey ſecret ://user:pw@host api_key pass cookie ü
eyJhbGciOi.J9 authorization client_secret code_verifier%3d " \\" Password> XML å1 abcdef123456 , ; true null"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n"])


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_texts_that_are_not_searched_hold_nothing_to_find(text: str) -> None:
    if not redaction._may_tell(text):
        assert not list(redaction._looks_secret(text))
