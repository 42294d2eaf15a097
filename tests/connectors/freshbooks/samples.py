"""What FreshBooks takes that its facts cannot say, and what a read shows of the simulator's record."""

from copy import deepcopy

from gql_gateway.sandbox.freshbooks.client import shown
from gql_gateway.sandbox.simulator import Simulator
from tests.support.values import Document, Samples

DEPRECATED = "Deprecated at FreshBooks, which asks to leave it alone."


def view(simulator: Simulator, native_id: str) -> Document:
    """What is included by asking for it: the contacts, and nothing else."""
    return deepcopy(shown(simulator.records[native_id], ["contacts"]))


SAMPLES = Samples(
    values={"language": ("de", "pt")},
    kept={"companyName": "What FreshBooks makes of an empty organization in an update is unverified."},
    unwritten={
        "allow_late_fees": DEPRECATED,
        "allow_late_notifications": DEPRECATED,
        "username": "The login name in the client portal is the customer's own.",
    },
    unpublished="FreshBooks refuses overlong texts with 1017 and publishes no lengths.",
    view=view,
)
