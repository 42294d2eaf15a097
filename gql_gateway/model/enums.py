"""The closed vocabularies of the unified customer."""

from __future__ import annotations

from enum import Enum


class ContactType(Enum):
    """What kind of customer a record is. UNDEFINED is only ever read."""

    COMPANY = "COMPANY"
    CONTACT_PERSON = "CONTACT_PERSON"
    UNDEFINED = "UNDEFINED"


class AddressType(Enum):
    """The role of an address at the customer."""

    BILLING = "BILLING"
    DELIVERY = "DELIVERY"
    VISITING = "VISITING"
    PRIVATE = "PRIVATE"
    WORK = "WORK"
    PICKUP = "PICKUP"
    OTHER = "OTHER"


class EmailType(Enum):
    """What an e-mail address is used for. The CC and BCC words name copies of one kind of document."""

    BUSINESS = "BUSINESS"
    PRIVATE = "PRIVATE"
    OFFICE = "OFFICE"
    INVOICE = "INVOICE"
    INVOICE_CC = "INVOICE_CC"
    INVOICE_BCC = "INVOICE_BCC"
    ORDER = "ORDER"
    ORDER_CC = "ORDER_CC"
    ORDER_BCC = "ORDER_BCC"
    OFFER = "OFFER"
    OFFER_CC = "OFFER_CC"
    OFFER_BCC = "OFFER_BCC"
    PAYMENT = "PAYMENT"
    OTHER = "OTHER"


class PhoneType(Enum):
    """What a phone number is used for."""

    BUSINESS = "BUSINESS"
    MOBILE = "MOBILE"
    OFFICE = "OFFICE"
    FAX = "FAX"
    PRIVATE = "PRIVATE"
    LANDLINE = "LANDLINE"
    SKYPE = "SKYPE"
    WHATSAPP = "WHATSAPP"
    DELIVERY = "DELIVERY"
    DELIVERY_2 = "DELIVERY_2"
    DELIVERY_FAX = "DELIVERY_FAX"
    OTHER = "OTHER"
