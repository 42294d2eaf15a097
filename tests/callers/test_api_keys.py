"""API keys: their form, what is kept of them, and that a wrong one is known without asking anybody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_gateway.callers import api_keys
from gql_gateway.model.api_key import ApiKey
from gql_gateway.model.caller import Scope, is_tenant
from gql_gateway.outbound.redact import redact

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = re.compile(r"gqlgw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")
"""As docs/callers.md gives it to secret scanners."""


def made(**other: datetime) -> tuple[str, ApiKey]:
    return api_keys.create("acme", frozenset({Scope.READ}), "a name", NOON, **other)


def test_key_is_one_word_that_says_what_it_is() -> None:
    text, kept = made()
    assert FORM.fullmatch(text)
    assert api_keys.id_in(text) == kept.id
    assert text.startswith(f"gqlgw_{kept.id}_")


def test_keys_are_random() -> None:
    keys = [made()[0] for _ in range(500)]
    secrets = [key.split("_")[2][:43] for key in keys]
    assert len(set(secrets)) == 500
    # 256 bits in 43 letters to the base 62: the first one is small, all others can be any.
    assert all(len({secret[place] for secret in secrets}) > 40 for place in range(1, 43))


def test_nothing_that_is_kept_lets_anybody_in() -> None:
    text, kept = made()
    shown = repr(kept)
    secret = text.split("_")[2]
    assert secret not in shown and secret[:20] not in shown
    assert re.fullmatch("[0-9a-f]{64}", kept.hash)
    assert not api_keys.is_key(kept.hash, kept)


def test_only_the_key_itself_is_the_key() -> None:
    text, kept = made()
    other, _ = made()
    assert api_keys.is_key(text, kept)
    assert not api_keys.is_key(other, kept)
    assert not api_keys.is_key(text, None)


def test_any_letter_that_is_lost_or_changed_is_noticed() -> None:
    text, _ = made()
    for place in range(len(text)):
        assert api_keys.id_in(text[:place] + text[place + 1 :]) is None
        for letter in "aZ0_-é":
            if letter != text[place]:
                assert api_keys.id_in(text[:place] + letter + text[place + 1 :]) is None
    for odd in ("", text + "0", f" {text}", text + "\n", text.upper(), text.replace("gqlgw_", "ghp_")):
        assert api_keys.id_in(odd) is None


@given(st.text(max_size=100))
def test_no_other_text_is_a_key(text: str) -> None:
    assert api_keys.id_in(text) is None
    assert api_keys.id_in(f"gqlgw_{text}") is None


@pytest.mark.parametrize(
    "around", ["{}", "Bearer {}", "the key {} was sent", '{{"authorization": "{}"}}', "({})", "x={}&"]
)
def test_key_in_a_log_line_is_taken_out(around: str) -> None:
    text, _ = made()
    assert text.split("_")[2][:12] not in redact(around.format(text))


def test_states() -> None:
    _, key = made(expires_at=NOON + timedelta(days=1))
    assert (key.status(NOON), key.works(NOON)) == ("active", True)
    assert (key.status(NOON + timedelta(days=1)), key.works(NOON + timedelta(days=1))) == ("expired", False)
    _, lasting = made()
    assert lasting.works(NOON + timedelta(days=10_000))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("default", True),
        ("a", True),
        ("x" * 100, True),
        ("https://idp.example/t|1", True),
        ("Åäö 漢", True),
        ("", False),
        ("x" * 101, False),
        (" a", False),
        ("a ", False),
        ("a\nb", False),
        ("a\0b", False),
        ("\ud800", False),
    ],
)
def test_names_of_tenants(text: str, fits: bool) -> None:
    assert is_tenant(text) is fits
