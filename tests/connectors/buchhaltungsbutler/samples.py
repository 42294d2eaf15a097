"""What BuchhaltungsButler takes that its facts cannot say: codes with check digits and forms of their own."""

from tests.support.values import Samples

SAMPLES = Samples(
    values={
        "email": ("rechnung@provbolaget.example", "kontor@provbolaget.example"),
        "vatId": ("DE811128135", "ATU62593358"),
        "iban": ("DE89370400440532013000", "DE02120300000000202051"),
        "bic": ("COBADEFFXXX", "BYLADEM1001"),
    },
)
