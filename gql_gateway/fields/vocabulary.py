"""Vocabularies as GraphQL enums, described with their own words."""

from __future__ import annotations

from typing import Any

import strawberry

from ..model.vocabulary import Vocabulary


def publish(*vocabularies: type[Vocabulary]) -> None:
    """Make vocabularies known to Strawberry, which takes no descriptions of values from a plain enum."""
    for vocabulary in vocabularies:
        published: Any = strawberry.enum(vocabulary, description=vocabulary.__doc__)
        for value in published.__strawberry_definition__.values:
            value.description = vocabulary[value.name].words
