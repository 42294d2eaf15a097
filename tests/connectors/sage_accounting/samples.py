"""What Sage takes that its facts cannot say, and what a read shows of the simulator's record."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from gql_gateway.sandbox.sage_accounting import SageAccountingSimulator
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Document, Samples

LABELS = {"displayed_as", "$path"}
WITH_MORE = {"main_address", "delivery_address", "main_contact_person", "bank_account_details", "cis_settings"}
"""Objects with values of their own; all others that have a label are references."""


def view(simulator: Simulator, native_id: str) -> Document:
    """The record with references as their ids, and with the business that decides over updates."""
    assert isinstance(simulator, SageAccountingSimulator)
    record = deepcopy(simulator.records[native_id])
    del record["balance"]  # shown where it is asked for
    for name in ("main_address", "delivery_address", "main_contact_person"):
        if record[name] is not None:
            for unseen in ("created_at", "updated_at", "bank_account"):
                record[name].pop(unseen, None)
    for address in record["addresses"]:
        address["contact"] = {"id": native_id}
    shown: Document = {name: _reduced(value, is_part=name in WITH_MORE) for name, value in record.items()}
    for name in ("addresses", "contact_persons"):
        shown[name] = sorted(
            (_reduced(item, is_part=True) for item in record[name]), key=lambda item: (item["created_at"], item["id"])
        )
    return {**shown, "business": _business(simulator)}


def _reduced(value: Any, *, is_part: bool) -> Any:
    if isinstance(value, list):
        return [_reduced(item, is_part=False) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) >= LABELS and not is_part:
        return {"id": value["id"]}
    return {name: _reduced(item, is_part=False) for name, item in value.items()}


def _business(simulator: SageAccountingSimulator) -> Document:
    business = simulator.businesses[simulator.company_id()]
    return {
        "id": business.id,
        "country": {"id": business.country},
        "subscriptions": [{"id": it.id, "active": it.active, "status": it.status} for it in business.subscriptions],
    }


SAMPLES = Samples(
    values={
        "vatId": ("GB999999973", "GB888888881"),
        "paymentTerms": ("14", "60"),
        "addressTypeId": ("SALES", "OTHER"),
        "countryGroupId": ("EU", "ALL"),
        "defaultSalesLedgerAccountId": ("67114f3588c6582fb441571d0c2a93fe", "9d452e2eb2d450689fcee9ef3a96acdf"),
        "defaultSalesTaxRateId": ("GB_STANDARD", "GB_ZERO"),
        "priceTypeId": ("b315d35c35995e67ac343194e1fe065c", "a1b4758f86495eda83e3f50569a5aff5"),
    },
    at_length={"vatId": "23e49d71c75652bb90895a365aefdf5a"},
    misshapen={"paymentTerms": ("366", "-1", "030", "7.5", "30 30", "30\n")},
    unwritten={
        "contact_persons[0].contact_person_types[0].id": "What a further person is for goes along as it was read.",
        "contact_persons[0].is_preferred_contact": "Kept of the main contact person only; others go along as read.",
    },
    kept={"currency": "What a contact without a currency trades in is unverified."},
    view=view,
)
