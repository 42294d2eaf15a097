"""Finds the connectors: every folder beside this module whose package has a `CONNECTOR`. No list of names anywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from .base import Connector


@cache
def connectors() -> Mapping[str, Connector]:
    """All connectors by name, in alphabetical order."""
    package = importlib.import_module(__package__ or "")
    found: dict[str, Connector] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if not module.ispkg:
            continue
        kind = importlib.import_module(f"{package.__name__}.{module.name}").CONNECTOR
        connector = kind()
        if connector.manifest.name != module.name:
            raise TypeError(f"connectors/{module.name} calls itself {connector.manifest.name}")
        found[module.name] = connector
    return found
