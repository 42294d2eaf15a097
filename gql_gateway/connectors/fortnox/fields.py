"""Every writable value of a Fortnox customer. Source: the OpenAPI document at apps.fortnox.se/apidocs."""

from __future__ import annotations

import strawberry
from strawberry import Maybe

from ...fields.convert import as_text
from ...fields.details import details_type, reads
from ...fields.formats import COUNTRY, CURRENCY, DECIMAL, EMAIL, GLN, Format
from ...fields.native import Clear, Native, at_most_one, by_type, inline, native, slots, type_key
from ...fields.table import build_table
from ...model.enums import AddressType, ContactType, EmailType, PhoneType

API_BLANK = "API_BLANK"
"""The text that empties a property. Reported by users of the API, not listed field by field: unverified."""

NUMBER = Format(r"[A-Za-z0-9+/_-]+", "letters, digits and the signs - + / _")
ACCOUNT = Format(r"[0-9]{4}", "an account number of four digits")
DELIVERY_TYPES = ("PRINT", "EMAIL", "PRINTSERVICE", "ELECTRONICINVOICE")
SEEN_BY_CLIENT = "ELECTRONICINVOICE is known to a client only and not to Fortnox's own document: unverified."
NO_WORD_FOR_NOTHING = "That it can be emptied is unverified, so null is refused."
UNVERIFIED_CLEAR = "That API_BLANK empties it is unverified."


@strawberry.input(description="One address of a Fortnox customer; each type lies in properties of its own.")
class FortnoxAddressInput:
    type: AddressType = type_key("Which of the three addresses.")
    name: Maybe[str | None] = by_type(
        Native(max_length=1024, clear=API_BLANK), DELIVERY="DeliveryName", description="Name of the recipient."
    )
    address_line1: Maybe[str | None] = by_type(
        Native(max_length=1024, clear=API_BLANK, note=UNVERIFIED_CLEAR),
        BILLING="Address1",
        DELIVERY="DeliveryAddress1",
        VISITING=Native("VisitingAddress", max_length=128, clear=API_BLANK),
        description="Street and number.",
    )
    address_line2: Maybe[str | None] = by_type(
        Native(max_length=1024, clear=API_BLANK),
        BILLING="Address2",
        DELIVERY="DeliveryAddress2",
        description="Second address line.",
    )
    postal_code: Maybe[str | None] = by_type(
        Native(max_length=10, clear=API_BLANK),
        BILLING="ZipCode",
        DELIVERY="DeliveryZipCode",
        VISITING="VisitingZipCode",
        description="Postal code, as the country writes it.",
    )
    city: Maybe[str | None] = by_type(
        Native(max_length=1024, clear=API_BLANK),
        BILLING="City",
        DELIVERY="DeliveryCity",
        VISITING=Native("VisitingCity", max_length=128, clear=API_BLANK),
        description="City or town.",
    )
    country_code: Maybe[str | None] = by_type(
        Native(pattern=COUNTRY, clear=API_BLANK, note="Fortnox derives the country's name from it."),
        BILLING="CountryCode",
        DELIVERY="DeliveryCountryCode",
        VISITING="VisitingCountryCode",
        description="Country, two letters.",
    )


@strawberry.input(description="One e-mail address of a Fortnox customer.")
class FortnoxEmailAddressInput:
    type: EmailType = type_key("What the address is used for.")
    email: Maybe[str | None] = by_type(
        Native(max_length=1024, pattern=EMAIL, clear=API_BLANK),
        BUSINESS="Email",
        INVOICE="EmailInvoice",
        INVOICE_CC="EmailInvoiceCC",
        INVOICE_BCC="EmailInvoiceBCC",
        ORDER="EmailOrder",
        ORDER_CC="EmailOrderCC",
        ORDER_BCC="EmailOrderBCC",
        OFFER="EmailOffer",
        OFFER_CC="EmailOfferCC",
        OFFER_BCC="EmailOfferBCC",
        description="The address; null clears it.",
    )


@strawberry.input(description="One phone or fax number of a Fortnox customer.")
class FortnoxPhoneNumberInput:
    type: PhoneType = type_key("What the number is used for.")
    number: Maybe[str | None] = by_type(
        Native(max_length=1024, clear=API_BLANK),
        BUSINESS="Phone1",
        OTHER="Phone2",
        FAX="Fax",
        DELIVERY="DeliveryPhone1",
        DELIVERY_2="DeliveryPhone2",
        DELIVERY_FAX="DeliveryFax",
        description="The number; null clears it.",
    )


@strawberry.input(description="The contact person of a Fortnox customer: a name and nothing else.")
class FortnoxContactPersonInput:
    name: Maybe[str | None] = native("YourReference", max_length=50, clear=API_BLANK, description="Full name.")


@strawberry.input(description="How documents are sent to the customer unless a document says otherwise.")
class FortnoxDefaultDeliveryTypesInput:
    invoice: Maybe[str | None] = native(
        "Invoice", options=DELIVERY_TYPES, clear=Clear.NEVER, note=SEEN_BY_CLIENT, description="For invoices."
    )
    order: Maybe[str | None] = native(
        "Order", options=DELIVERY_TYPES, clear=Clear.NEVER, note=SEEN_BY_CLIENT, description="For orders."
    )
    offer: Maybe[str | None] = native(
        "Offer", options=DELIVERY_TYPES, clear=Clear.NEVER, note=SEEN_BY_CLIENT, description="For offers."
    )


@strawberry.input(description="Print templates of the customer's documents, by name.")
class FortnoxDefaultTemplatesInput:
    invoice: Maybe[str | None] = native("Invoice", clear=Clear.NEVER, description="For invoices.")
    order: Maybe[str | None] = native("Order", clear=Clear.NEVER, description="For orders.")
    offer: Maybe[str | None] = native("Offer", clear=Clear.NEVER, description="For offers.")
    cash_invoice: Maybe[str | None] = native("CashInvoice", clear=Clear.NEVER, description="For cash invoices.")


@strawberry.input(description="Writable values of a Fortnox customer. What is left out stays as it is; null clears.")
class FortnoxCustomerInput:
    contact_type: Maybe[ContactType | None] = native(
        "Type",
        values={ContactType.COMPANY: "COMPANY", ContactType.CONTACT_PERSON: "PRIVATE"},
        clear=Clear.NEVER,
        description="Company or private person.",
    )
    company_name: Maybe[str | None] = native(
        "Name",
        max_length=1024,
        clear=Clear.NEVER,
        note="Fortnox has one name: a private person's full name goes here too.",
        description="Name of the customer.",
    )
    number: Maybe[str | None] = native(
        "CustomerNumber",
        max_length=1024,
        pattern=NUMBER,
        clear=Clear.NEVER,
        note="The key of the record. That an update may change it is unverified; a number once used stays taken.",
        description="Customer number.",
    )
    tax_number: Maybe[str | None] = native(
        "OrganisationNumber",
        max_length=30,
        clear=API_BLANK,
        description="Swedish organisation or personal identity number.",
    )
    vat_id: Maybe[str | None] = native("VATNumber", clear=API_BLANK, description="VAT registration number.")
    vat_type: Maybe[str | None] = native(
        "VATType",
        options=("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT"),
        clear=Clear.NEVER,
        note=NO_WORD_FOR_NOTHING,
        description="How VAT is reckoned on new documents.",
    )
    addresses: Maybe[list[FortnoxAddressInput] | None] = slots(description="Addresses by type.")
    email_addresses: Maybe[list[FortnoxEmailAddressInput] | None] = slots(description="E-mail addresses by use.")
    phone_numbers: Maybe[list[FortnoxPhoneNumberInput] | None] = slots(description="Phone and fax numbers by use.")
    contact_persons: Maybe[list[FortnoxContactPersonInput] | None] = at_most_one(
        description="The contact person at the customer."
    )
    website: Maybe[str | None] = native("WWW", max_length=128, clear=API_BLANK, description="Web address.")
    currency: Maybe[str | None] = native(
        "Currency",
        pattern=CURRENCY,
        clear=Clear.NEVER,
        note=NO_WORD_FOR_NOTHING,
        description="Currency of new documents.",
    )
    payment_terms: Maybe[str | None] = native(
        "TermsOfPayment",
        clear=API_BLANK,
        note="A code of the company's payment terms, not a number of days.",
        description="Code of the payment terms.",
    )
    notes: Maybe[str | None] = native("Comments", max_length=1024, clear=API_BLANK, description="Internal notes.")
    active: Maybe[bool | None] = native("Active", clear=Clear.NEVER, description="Whether the customer is in use.")
    our_reference: Maybe[str | None] = native(
        "OurReference", max_length=50, clear=API_BLANK, description="Contact person on the own side."
    )
    external_reference: Maybe[str | None] = native(
        "ExternalReference", max_length=1024, clear=API_BLANK, description="Free text; a good place for a foreign key."
    )
    project_id: Maybe[str | None] = native("Project", clear=API_BLANK, description="Number of an existing project.")
    cost_center: Maybe[str | None] = native(
        "CostCenter", clear=API_BLANK, description="Code of an existing cost centre."
    )
    price_list: Maybe[str | None] = native("PriceList", clear=API_BLANK, description="Code of an existing price list.")
    sales_account: Maybe[str | None] = native(
        "SalesAccount", pattern=ACCOUNT, clear=API_BLANK, description="Account that sales are booked on."
    )
    terms_of_delivery: Maybe[str | None] = native(
        "TermsOfDelivery", clear=API_BLANK, description="Code of existing terms of delivery."
    )
    way_of_delivery: Maybe[str | None] = native(
        "WayOfDelivery", clear=API_BLANK, description="Code of an existing way of delivery."
    )
    invoice_administration_fee: Maybe[str | None] = native(
        "InvoiceAdministrationFee", pattern=DECIMAL, clear=API_BLANK, description="Fee on each invoice, decimal text."
    )
    invoice_freight: Maybe[str | None] = native(
        "InvoiceFreight", pattern=DECIMAL, clear=API_BLANK, description="Freight on each invoice, decimal text."
    )
    invoice_discount: Maybe[float | None] = native(
        "InvoiceDiscount", clear=Clear.NEVER, note="0 stands for no discount.", description="Discount on invoices."
    )
    invoice_remark: Maybe[str | None] = native(
        "InvoiceRemark", max_length=1024, clear=API_BLANK, description="Remark on each invoice."
    )
    gln: Maybe[str | None] = native("GLN", pattern=GLN, clear=API_BLANK, description="Global location number.")
    gln_delivery: Maybe[str | None] = native(
        "GLNDelivery", pattern=GLN, clear=API_BLANK, description="Global location number of the delivery address."
    )
    show_price_vat_included: Maybe[bool | None] = native(
        "ShowPriceVATIncluded", clear=Clear.NEVER, description="Show prices with VAT."
    )
    default_delivery_types: Maybe[FortnoxDefaultDeliveryTypesInput | None] = inline(
        "DefaultDeliveryTypes", description="How documents are sent."
    )
    default_templates: Maybe[FortnoxDefaultTemplatesInput | None] = inline(
        "DefaultTemplates", description="Print templates."
    )


MISSING = {
    "documentId": "Fortnox keeps no document id on a customer.",
    "bankAccounts": "Fortnox keeps no bank account on a customer.",
    "language": "Fortnox keeps no language on a customer.",
    "addresses.region": "Fortnox keeps no region in an address.",
}


@strawberry.type
class _ReadOnly:
    country: str | None = reads("Country", as_text, description="Name of the billing country, derived from its code.")
    delivery_country: str | None = reads(
        "DeliveryCountry", as_text, description="Name of the delivery country, derived from its code."
    )
    visiting_country: str | None = reads(
        "VisitingCountry", as_text, description="Name of the visiting country, derived from its code."
    )


TABLE = build_table(FortnoxCustomerInput, missing=MISSING)
FortnoxDetails = details_type("FortnoxDetails", TABLE, _ReadOnly, description="What only Fortnox knows of a customer.")
