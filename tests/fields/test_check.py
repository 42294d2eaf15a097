"""The facts are held against a change before any call, all problems at once."""

from __future__ import annotations

from typing import Any

import pytest

from gql_gateway.errors import ErrorCode
from gql_gateway.fields.check import check_change

from .thing import AT, assigned, change


def problems(**values: Any) -> list[tuple[str, str]]:
    return [(item.code.name, ".".join(item.path[len(AT) :])) for item in check_change(change(**values))]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("ab", None),
        ("a" * 10, None),
        ("å" * 10, None),
        ("a" * 11, "TOO_LONG"),
        ("a", "BAD_FORMAT"),
        ("", "BAD_FORMAT"),
        ("a\nb\tc", None),
        ("a\x00b", "BAD_FORMAT"),
        ("a\x1bb", "BAD_FORMAT"),
        (None, "CANNOT_CLEAR"),
    ],
)
def test_text(value: Any, code: str | None) -> None:
    assert problems(companyName=value) == ([(code, "companyName")] if code else [])


def test_lone_surrogate_is_refused() -> None:
    [problem] = check_change(assigned(companyName="a\ud800b"))
    assert problem.code is ErrorCode.BAD_FORMAT


@pytest.mark.parametrize(
    ("value", "code"), [("SE", None), ("se", "BAD_FORMAT"), ("SWE", "BAD_FORMAT"), ("SE\n", "BAD_FORMAT")]
)
def test_format_is_that_of_the_whole_text(value: str, code: str | None) -> None:
    found = problems(addresses=[{"type": "BILLING", "countryCode": value}])
    assert found == ([(code, "addresses.0.countryCode")] if code else [])


def test_length_is_told_before_the_format() -> None:
    long = "a" * 41
    assert problems(emailAddresses=[{"type": "BUSINESS", "email": long}]) == [("TOO_LONG", "emailAddresses.0.email")]


def test_word_for_nothing_is_no_value() -> None:
    assert problems(notes="NOTHING") == [("BAD_FORMAT", "notes")]
    assert problems(notes="nothing", vatId="x") == []


def test_word_for_nothing_is_no_value_of_a_field_that_cannot_be_cleared_either() -> None:
    assert problems(companyName="NOTHING") == [("BAD_FORMAT", "companyName")]
    assert problems(contactPersons=[{"firstName": "NOTHING", "lastName": "x"}]) == [
        ("BAD_FORMAT", "contactPersons.0.firstName")
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"contactType": "COMPANY"}, []),
        ({"contactType": "UNDEFINED"}, [("NOT_A_CHOICE", "contactType")]),
        ({"sending": {"way": "POST"}}, []),
        ({"sending": {"way": "post"}}, [("NOT_A_CHOICE", "sending.way")]),
        ({"sending": {"way": ""}}, [("NOT_A_CHOICE", "sending.way")]),
        ({"sending": {"way": None}}, [("CANNOT_CLEAR", "sending.way")]),
        ({"active": None}, [("CANNOT_CLEAR", "active")]),
    ],
)
def test_choices_and_clearing(values: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert problems(**values) == found


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_number_has_an_end(value: float) -> None:
    [problem] = check_change(assigned(discount=value))
    assert (problem.code, problem.path) == (ErrorCode.BAD_FORMAT, (*AT, "discount"))


def test_all_problems_come_at_once() -> None:
    assert problems(
        companyName="a",
        active=None,
        addresses=[{"type": "WORK"}, {"type": "BILLING", "city": "x" * 21, "countryCode": "?"}],
        contactPersons=[{}, {}],
        emailAddresses=[{"type": "OTHER", "email": "nobody"}],
    ) == [
        ("NOT_A_CHOICE", "addresses.0.type"),
        ("UNSUPPORTED", "contactPersons.1"),
        ("BAD_FORMAT", "companyName"),
        ("CANNOT_CLEAR", "active"),
        ("TOO_LONG", "addresses.1.city"),
        ("BAD_FORMAT", "addresses.1.countryCode"),
        ("BAD_FORMAT", "emailAddresses.0.email"),
    ]
