"""What QuickBooks takes that its facts cannot say: ids have to exist in the company."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from gql_gateway.sandbox.quickbooks import QuickbooksSimulator
from gql_gateway.sandbox.quickbooks.customer import masked
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Samples

NAMES = ("salutation", "firstName", "lastName", "middleName", "nameSuffix", "displayName", "printOnCheckName")


def view(simulator: Simulator, native_id: str) -> dict[str, Any]:
    """A customer as it is read: tax ids are masked."""
    assert isinstance(simulator, QuickbooksSimulator)
    return masked(deepcopy(simulator.records[native_id]))


SAMPLES = Samples(
    values={
        **dict.fromkeys(NAMES, ("Zoë-Ann", "Łukasz")),
        "displayName": ("Café Zoë & Söner", "Casco Bay Ferries"),
        # Of eleven signs each, as the one known example: then the mask is as long as the value.
        "vatId": ("12-34567890", "98-76543210"),
        "secondaryTaxNumber": ("55 66777 88", "11 22333 44"),
        "website": ("https://www.provbolaget.example/om-oss", "https://provbolaget.example"),
        "paymentTerms": ("3", "4"),
        "paymentMethodId": ("2", "3"),
        "customerTypeId": ("100000001", "100000002"),
        "defaultTaxCodeId": ("TAX", "NON"),
        "receivableAccountId": ("84", "85"),
        "parentId": ("58", "61"),
    },
    misshapen=dict.fromkeys(NAMES, ("a:b", "a\tb", "a\n")),
    along={
        "active": ("DisplayName",),
        "isSubCustomer": ("ParentRef", "ParentRef.value", "BillWithParent"),
    },
    view=view,
)
