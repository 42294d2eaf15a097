"""Enums of the schema. `Integration` is made from the connectors that are there, so none is named here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ..connectors.base import Trust, UpdateSemantics, Versioning
from ..connectors.compare import WarningCode
from ..connectors.registry import connectors
from ..errors import ErrorCode
from ..fields.native import ListSemantics
from ..fields.vocabulary import publish
from ..model.audit import UpdateResult
from ..model.vocabulary import Vocabulary

if TYPE_CHECKING:

    class Integration(Enum):
        """One accounting system."""

else:
    Integration = Vocabulary(
        "Integration",
        {
            item.manifest.integration: (item.manifest.integration, f"{item.manifest.label}, an accounting system.")
            for item in connectors().values()
        },
        module=__name__,
    )
    Integration.__doc__ = "An accounting system that the gateway speaks to."
    publish(Integration)

publish(ErrorCode, WarningCode, UpdateSemantics, Versioning, Trust, ListSemantics, UpdateResult)

__all__ = [
    "ErrorCode",
    "Integration",
    "ListSemantics",
    "Trust",
    "UpdateResult",
    "UpdateSemantics",
    "Versioning",
    "WarningCode",
]
