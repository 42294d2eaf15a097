"""The error tree, and what a customer, a ref and credentials are to the gateway."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gql_gateway import errors
from gql_gateway.errors import (
    ConnectionProblem,
    ErrorCode,
    GatewayError,
    IdempotencyProblem,
    InvalidChange,
    OutcomeUnknown,
    PartlyApplied,
    ProviderProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    VersionConflict,
)
from gql_gateway.model.connection import Connection, Credentials
from gql_gateway.model.customer import Customer
from gql_gateway.model.ref import Ref, parse_global_id

ALL: list[GatewayError] = [
    InvalidChange(ErrorCode.REQUIRED, "words", path=("change", "fortnox", "name")),
    IdempotencyProblem(ErrorCode.KEY_REUSED, "words"),
    ConnectionProblem(ErrorCode.NOT_CONNECTED, "words"),
    ProviderRejected(ErrorCode.OTHER, "words", provider_code="1", provider_message="nej"),
    VersionConflict("words"),
    ProviderUnavailable(ErrorCode.DOWN, "words"),
    RateLimited("words", retry_after=2.0),
    OutcomeUnknown("words"),
    PartlyApplied("words", applied=["a"], failed="b", not_tried=["c"]),
    ProviderProtocolError("words"),
]


def test_every_error_is_here_and_in_the_drawing() -> None:
    kinds = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, GatewayError)}
    assert kinds - {GatewayError} == {type(error) for error in ALL}
    assert [kind.__name__ for kind in kinds if kind.__name__ not in (errors.__doc__ or "")] == []
    assert [code.name for code in ErrorCode if code.name not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_error_can_be_acted_upon(error: GatewayError) -> None:
    assert error.message == str(error) == "words"
    assert type(error).__name__ in repr(error) and error.code.name in repr(error)


def test_what_was_not_taken_may_be_tried_again() -> None:
    retryable = {type(error).__name__ for error in ALL if error.retryable}
    assert retryable == {"ProviderUnavailable", "RateLimited"}
    assert IdempotencyProblem(ErrorCode.KEY_IN_PROGRESS, "words").retryable


def test_equal_errors_tell_the_same() -> None:
    one = ProviderRejected(ErrorCode.OTHER, "words", provider_code="1")
    assert one == ProviderRejected(ErrorCode.OTHER, "words", provider_code="1")
    assert one != ProviderRejected(ErrorCode.OTHER, "words", provider_code="2")
    assert one != ProviderUnavailable(ErrorCode.OTHER, "words", provider_code="1")
    assert len({one, one}) == 1


def test_partly_applied_passes_the_words_of_its_cause_on() -> None:
    cause = ProviderRejected(ErrorCode.OTHER, "no", provider_code="7", provider_message="nej")
    error = PartlyApplied("words", applied=["a"], failed="b", not_tried=[], cause=cause)
    assert (error.provider_code, error.provider_message, error.cause) == ("7", "nej", cause)
    assert (error.applied, error.failed, error.not_tried) == (("a",), "b", ())


TEXTS = st.text(min_size=1, max_size=20)


@settings(deadline=None)
@given(TEXTS, TEXTS, st.none() | st.text(max_size=20))
def test_global_id_names_one_customer(connection: str, native: str, company: str | None) -> None:
    ref = Ref(connection, native, company)
    text = ref.global_id()
    assert parse_global_id(text) == ref
    assert text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def test_global_id_leaves_out_a_company_that_the_connection_decides() -> None:
    assert Ref("c", "n", "7", company_fixed=True).global_id() == Ref("c", "n").global_id()
    assert parse_global_id(Ref("c", "n", "7", company_fixed=True).global_id()) == Ref("c", "n")
    assert Ref("c", "n", "7").global_id() != Ref("c", "n", "8").global_id()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "====",
        "å",
        "W10",
        "eyJhIjoxfQ",
        "WyJDdXN0b21lciIsImEiXQ",
        "WyJDdXN0b21lciIsIiIsImIiXQ",
        "W1tbW1tb",
        "A" * 70_000,
    ],
)
def test_text_that_is_no_global_id(text: str) -> None:
    assert parse_global_id(text) is None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_ids(text: str) -> None:
    ref = parse_global_id(text)
    assert ref is None or (ref.connection_id and ref.native_id)


def test_credentials_are_not_shown() -> None:
    credentials = Credentials({"access_token": "top-secret", "client_id": "me"})
    connection = Connection("acme", "fortnox", credentials, tenant="default")
    for text in (repr(credentials), str(credentials), repr(connection), f"{connection}"):
        assert "top-secret" not in text
        assert "access_token" in text
    assert dict(credentials) == {"access_token": "top-secret", "client_id": "me"}
    assert credentials == {"access_token": "top-secret", "client_id": "me"}


def test_credentials_are_replaced_in_a_copy() -> None:
    credentials = Credentials({"access_token": "a", "refresh_token": "r"})
    replaced = credentials.replaced(access_token="b", expires_at="1")
    assert dict(replaced) == {"access_token": "b", "refresh_token": "r", "expires_at": "1"}
    assert credentials["access_token"] == "a"
    assert dict(pickle.loads(pickle.dumps(replaced))) == dict(replaced)


def test_customer_has_nothing_unless_told() -> None:
    customer = Customer("i", "c", "n", "FORTNOX")
    told = {"id", "connection_id", "native_id", "integration"}
    assert {getattr(customer, item.name) for item in fields(customer) if item.name not in told} == {None, ()}
