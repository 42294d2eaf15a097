"""Shapes of text, and values from a provider's spelling."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gql_gateway.fields.convert import as_flag, as_integer, as_not, as_number, as_text, as_texts, as_time
from gql_gateway.fields.formats import COUNTRY, CURRENCY, DECIMAL, EMAIL, GLN, UUID, Format

from .thing import calm


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (
            EMAIL,
            ["a@b.se", "å.ö+1@bär.example", "a@b.c.se", "a@.b.se"],
            ["", "a", "a@b", "a@.b", "a@b.", "a@..", "a b@c.se", "a@b.se,c@d.se", "a@@b.se", "<a@b.se>"],
        ),
        (COUNTRY, ["SE"], ["se", "S", "SWE", "SE\n", "ÅÅ"]),
        (CURRENCY, ["SEK"], ["sek", "SE", "SEKK"]),
        (GLN, ["7300009000010"], ["730000900001", "73000090000100", "730000900001x", "７300009000010"]),
        (UUID, ["6f1b2a7e-1d0c-4c8e-9a44-3A5E0B6C9D77"], ["6f1b2a7e1d0c4c8e9a443a5e0b6c9d77", "x"]),
        (
            DECIMAL,
            ["0", "12.50", "-3", "123456789012", "1234567890.12", "-1234567890.12", "0.00000000001"],
            ["", "1,5", ".5", "5.", "1e3", "+1", "1234567890123", "12345678901.23", "0.000000000001", "--1", "1 000"],
        ),
    ],
)
def test_format(form: Format, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not form.matches(text)] == []
    assert [text for text in bad if form.matches(text)] == []


@pytest.mark.parametrize("form", [EMAIL, DECIMAL], ids=["email", "decimal"])
@pytest.mark.parametrize(
    "text", ["a@" + "." * 200_000 + "@", "a@" + "b." * 100_000 + " ", "1" * 200_000, "0." * 100_000]
)
def test_no_text_is_matched_at_length(form: Format, text: str) -> None:
    """A pattern that tries every dot against every other holds up all callers for minutes."""
    begun = time.process_time()
    assert not form.matches(text)
    assert time.process_time() - begun < 1


@calm
@given(st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,14})?", fullmatch=True))
def test_decimal_has_twelve_digits_in_all(text: str) -> None:
    digits = [sign for sign in text if sign.isdigit()]
    assert DECIMAL.matches(text) is (len(digits) <= 12 and text.isascii())


@pytest.mark.parametrize(
    ("convert", "native", "ours"),
    [
        (as_text, 12, "12"),
        (as_text, False, "false"),
        (as_flag, "true", None),
        (as_not, True, False),
        (as_not, None, None),
        (as_integer, 5, 5),
        (as_integer, "5", None),
        (as_number, "1.5", 1.5),
        (as_number, "", None),
        (as_number, "nan", None),
        (as_number, float("inf"), None),
        (as_number, 10**400, None),
        (as_number, [], None),
        (as_texts, ["a", 1, "", None], ["a", "1"]),
        (as_texts, "a", []),
    ],
)
def test_conversion(convert: Any, native: Any, ours: Any) -> None:
    assert convert(native) == ours


@pytest.mark.parametrize(
    ("native", "iso"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05.123+01:00", "2026-01-02T03:04:05.123000+01:00"),
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02", "2026-01-02T00:00:00+00:00"),
        ("/Date(0)/", "1970-01-01T00:00:00+00:00"),
        ("/Date(-1000+0000)/", "1969-12-31T23:59:59+00:00"),
        ("/Date(0+0200)/", "1970-01-01T02:00:00+02:00"),
        ("/Date(0-0130)/", "1969-12-31T22:30:00-01:30"),
        ("0001-01-01T00:00:00", None),
        ("/Date(-62135596800000)/", None),
        ("yesterday", None),
        ("", None),
        (17, None),
        (None, None),
    ],
)
def test_time(native: Any, iso: str | None) -> None:
    found = as_time(native)
    assert (None if found is None else found.isoformat()) == iso


@pytest.mark.parametrize("native", ["/Date(99999999999999999)/", "/Date(-99999999999999999)/", "/Date(0+9900)/"])
def test_time_beyond_all_time(native: str) -> None:
    assert as_time(native) is None
