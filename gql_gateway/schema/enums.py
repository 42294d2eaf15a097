"""Enums of the schema. `Integration` is made from the connectors that are there, so none is named here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import strawberry

from ..connectors.base import Trust, UpdateSemantics, Versioning
from ..connectors.compare import WarningCode
from ..connectors.registry import connectors
from ..errors import ErrorCode
from ..fields.native import ListSemantics, Required

if TYPE_CHECKING:

    class Integration(Enum):
        """One accounting system."""

else:
    Integration = strawberry.enum(
        Enum("Integration", {item.manifest.integration: item.manifest.integration for item in connectors().values()}),
        description="An accounting system that the gateway speaks to.",
    )

strawberry.enum(ErrorCode, description="Why something did not work. Each belongs to one type of `UserError`.")
strawberry.enum(WarningCode, description="What a caller should know of a write that succeeded.")
strawberry.enum(UpdateSemantics, description="What the provider does with values that an update does not send.")
strawberry.enum(Versioning, description="What a version is made of.")
strawberry.enum(Trust, description="What the statements about an integration rest on.")
strawberry.enum(ListSemantics, description="What giving a list does to the entries that it does not mention.")
strawberry.enum(Required, description="When the provider insists on a value.")

__all__ = [
    "ErrorCode",
    "Integration",
    "ListSemantics",
    "Required",
    "Trust",
    "UpdateSemantics",
    "Versioning",
    "WarningCode",
]
