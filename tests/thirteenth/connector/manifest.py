"""Tinybooks: identity, authentication, limits. Source: nobody's documents, it is invented."""

from __future__ import annotations

from datetime import date

from gql_gateway.connectors.base import Credential, Manifest, Trust, UpdateSemantics, Versioning

MANIFEST = Manifest(
    name="tinybooks",
    label="Tinybooks",
    docs_url="https://tinybooks.example/docs",
    base_url="https://api.tinybooks.example",
    authentication="An API key in a header of its own.",
    credentials=(Credential("api_key", "key of the company"),),
    semantics=UpdateSemantics.PARTIAL,
    versioning=Versioning.CONTENT,
    trust=Trust.SIMULATED,
    checked_on=date(2026, 11, 20),
    filters=frozenset({"name"}),
    volatile=("balance",),
    notes="Invented, to show that an integration is one folder.",
)
