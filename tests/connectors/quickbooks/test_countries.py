"""Countries: two letters here, three letters there, and whatever somebody typed."""

from __future__ import annotations

import pytest

from gql_gateway.connectors.quickbooks.countries import ALPHA3, to_alpha2, to_alpha3


def test_every_code_comes_back() -> None:
    assert len(ALPHA3) == len(set(ALPHA3.values())) == 249
    for alpha2, alpha3 in ALPHA3.items():
        assert (len(alpha2), len(alpha3)) == (2, 3)
        assert to_alpha3(alpha2) == alpha3
        assert to_alpha2(alpha3) == to_alpha2(alpha2) == alpha2


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("USA", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("  united   states of america ", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Trinidad & Tobago", "TT"),
        ("Turkey", "TR"),
        ("Deutschland", "Deutschland"),
        ("Planet Express", "Planet Express"),
        ("", None),
        (None, None),
    ],
)
def test_what_was_typed_is_read_leniently(stored: str | None, read: str | None) -> None:
    assert to_alpha2(stored) == read


@pytest.mark.parametrize(
    ("alpha2", "alpha3"), [("US", "USA"), ("GB", "GBR"), ("DE", "DEU"), ("SE", "SWE"), ("CH", "CHE"), ("ZZ", "ZZ")]
)
def test_codes_are_written_as_three_letters(alpha2: str, alpha3: str) -> None:
    assert to_alpha3(alpha2) == alpha3
