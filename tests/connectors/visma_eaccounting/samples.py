"""What Visma takes that its facts cannot say: ids have to exist in the company, VAT numbers at VIES."""

from gql_gateway.sandbox.visma_eaccounting import company
from tests.support.values import Samples

SAMPLES = Samples(
    values={
        "vatId": ("SE556677889901", "DE123456788"),
        "language": ("nl", "fi"),
        "paymentTerms": tuple(terms["Id"] for terms in company.TERMS_OF_PAYMENT[1:3]),
        "deliveryMethodId": tuple(method["Id"] for method in company.DELIVERY_METHODS[1:]),
        "deliveryTermId": tuple(term["Id"] for term in company.DELIVERY_TERMS),
        "priceList": tuple(prices["Id"] for prices in company.PRICE_LISTS),
        "discountAgreementId": tuple(agreement["Id"] for agreement in company.DISCOUNT_AGREEMENTS),
        "discountPercentage": (0.15, 0.0775),
        "directDebit.signingDate": ("2026-02-03", "2026-02-04"),
        "directDebit.endDate": ("2027-02-03", "2027-02-04"),
        "directDebit.latestDirectDebit": ("2026-03-03", "2026-03-04"),
    },
    beside={
        "deliveryBasedVat": {
            "addresses[DELIVERY].city": "Umeå",
            "addresses[DELIVERY].postalCode": "903 28",
            "addresses[DELIVERY].countryCode": "SE",
        },
        "reverseChargeOnConstructionServices": {"vatId": "SE556677889901"},
    },
    kept={
        "directDebit.mandateType": "That Visma can empty it by itself is unverified.",
        "directDebit.sequenceType": "That Visma can empty it by itself is unverified.",
    },
    unwritten={
        **dict.fromkeys(
            ("AutoInvoiceActivationEmailSentDate", "AutoInvoiceRegistrationRequestSentDate"),
            "Visma's own notes of what its AutoInvoice has sent.",
        ),
        "GLN": "Obsolete beside EdiGlnNumber, which `gln` is written to.",
        "EmailAddresses[0]": "What these addresses are for is not described.",
        "CustomerLabels[0].Id": "Labels are records of their own that all customers share.",
        "MessageThreads[0]": "Ids of other records; that an update changes them is unverified.",
        "Notes[0]": "Ids of other records; that an update changes them is unverified.",
        **dict.fromkeys(
            (
                *("CostCenterIds[0]", "IsKeyAccount", "LoyaltyLevel", "PeppolParticipantId"),
                *("ReminderProfile.DaysUntilFirst", "ReminderProfile.Fee", "ReminderProfile.Texts[0]"),
            ),
            "Nobody knows it: it goes back as it was read.",
        ),
    },
)
