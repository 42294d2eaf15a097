"""Where the providers' contracts are: beside the repository, or where `GATEWAY_CONTRACTS` says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("GATEWAY_CONTRACTS") or REPOSITORY.parent / "shared" / "contracts")


def load(name: str) -> Any:
    """A contract as JSON. Where there is none, the test is skipped, or fails under CI=true."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no contract {name} in ../shared/contracts; GATEWAY_CONTRACTS names another folder")
    return json.loads(path.read_text("utf-8"))
