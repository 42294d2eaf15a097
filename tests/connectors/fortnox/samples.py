"""What Fortnox takes that its facts cannot say: codes have to exist in the company, numbers have a Swedish form."""

from tests.support.values import Samples

SAMPLES = Samples(
    values={
        "number": ("K-2001", "K-2002"),
        "taxNumber": ("559900-7019", "559900-7027"),
        "paymentTerms": ("10", "60"),
        "projectId": ("2024-17", "BRF"),
        "costCenter": ("STHLM", "UMEA"),
        "priceList": ("B", "EXPORT"),
        "salesAccount": ("3041", "3105"),
        "termsOfDelivery": ("DAP", "EXW"),
        "wayOfDelivery": ("B", "H"),
        "defaultTemplates.invoice": ("Engelsk", "Svensk"),
        "defaultTemplates.order": ("Engelsk", "Svensk"),
        "defaultTemplates.offer": ("Engelsk", "Svensk"),
        "defaultTemplates.cashInvoice": ("Engelsk", "Svensk"),
    },
    kept={
        "vatType": "That Fortnox can empty it is unverified.",
        "currency": "That Fortnox can empty it is unverified.",
    },
    at_length={"taxNumber": "3001"},  # a Norwegian customer: the form is checked for Swedish ones only
)
