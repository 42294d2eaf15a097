"""What Lexware Office takes that its facts cannot say."""

from tests.support.values import Samples

SAMPLES = Samples(
    values={
        "vatId": ("atu12345675", "NL123456782B90"),
        "countryCode": ("AT", "FR"),
    },
    shorter={"number": "That 30 characters are the limit is unverified: other clients drop longer numbers."},
    kept={"allowTaxFreeInvoices": "False is the flag's way of saying no."},
    beside={"buyerReference": {"vendorNumberAtCustomer": "70123"}},
)
