"""What Tinybooks takes that its facts cannot say: nothing but the form of a VAT number."""

from tests.support.values import Samples

SAMPLES = Samples(values={"vatId": ("NL123456789B01", "NL987654321B02"), "shelf": ("B7", "C2")})
