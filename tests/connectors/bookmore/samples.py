"""What BookMore takes that its facts cannot say: payment terms have to exist in e-accounting."""

from gql_gateway.sandbox.bookmore.seeds import TERMS_OF_PAYMENT
from tests.support.values import Samples

SAMPLES = Samples(values={"paymentTerms": tuple(terms["Id"] for terms in TERMS_OF_PAYMENT[1:3])})
