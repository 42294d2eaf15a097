"""Country names to codes and back."""

from __future__ import annotations

import pytest

from gql_gateway.connectors.freshbooks.countries import NAMES, code_of, known_code, name_of
from gql_gateway.sandbox.freshbooks.vocabulary import COUNTRIES


def test_every_code_is_there_once() -> None:
    assert len(NAMES) == 250  # the 249 of ISO 3166-1, and Kosovo
    assert all(len(code) == 2 and code.isupper() and names for code, names in NAMES.items())


def test_no_name_stands_for_two_countries() -> None:
    assert {name: known_code(name) for names in NAMES.values() for name in names} == {
        name: code for code, names in NAMES.items() for name in names
    }


def test_what_is_written_is_read_back() -> None:
    assert [code for code in NAMES if code_of(name_of(code)) != code] == []


def test_the_provider_s_names_are_understood_and_ours_are_taken() -> None:
    """The simulator's list was made apart from this one."""
    assert sorted(name for name in COUNTRIES if known_code(name) is None) == []
    assert sorted(name_of(code) for code in NAMES if name_of(code) not in COUNTRIES) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Canada", "CA"),
        ("canada ", "CA"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Türkiye", "TR"),
        ("Czechia", "CZ"),
        ("Czech Republic", "CZ"),
        ("Congo", "CG"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("Kosovo", "XK"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
    ],
)
def test_names(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_text_that_is_no_country_stays_as_it_is() -> None:
    assert (code_of("Canda"), known_code("Canda"), known_code("")) == ("Canda", None, None)
