"""Every connector whose provider has a machine-readable contract is held against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gql_gateway.connectors.registry import connectors

from .folder import FOLDER


@pytest.mark.parametrize("name", connectors())
def test_contract_is_used(name: str) -> None:
    if not FOLDER.is_dir():
        pytest.skip("no folder ../shared/contracts; GATEWAY_CONTRACTS names another one")
    if not (FOLDER / name).is_dir():
        pytest.skip(f"capability: {name} has no machine-readable contract")
    assert (Path(__file__).parent / f"test_{name}.py").is_file(), f"hold {name}'s requests against contracts/{name}"
