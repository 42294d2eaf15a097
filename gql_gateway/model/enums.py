"""The closed vocabularies of the unified customer."""

from __future__ import annotations

from .vocabulary import Vocabulary


class ContactType(Vocabulary):
    """What kind of customer a record is. UNDEFINED is only ever read."""

    COMPANY = "COMPANY", "A company or another organisation."
    CONTACT_PERSON = "CONTACT_PERSON", "A private person."
    UNDEFINED = "UNDEFINED", "The provider does not say, or says something else. Only read, never written."


class AddressType(Vocabulary):
    """The role of an address at the customer."""

    BILLING = "BILLING", "Where invoices go."
    DELIVERY = "DELIVERY", "Where goods go."
    VISITING = "VISITING", "Where the customer receives visitors."
    PRIVATE = "PRIVATE", "A person's home."
    WORK = "WORK", "A person's place of work."
    PICKUP = "PICKUP", "Where goods are fetched."
    OTHER = "OTHER", "An address without a role of its own."


class EmailType(Vocabulary):
    """What an e-mail address is used for. The CC and BCC words name copies of one kind of document."""

    BUSINESS = "BUSINESS", "General correspondence."
    PRIVATE = "PRIVATE", "A person's own address."
    OFFICE = "OFFICE", "The address of an office."
    INVOICE = "INVOICE", "Where invoices go."
    INVOICE_CC = "INVOICE_CC", "Copies of invoices, seen by the others."
    INVOICE_BCC = "INVOICE_BCC", "Copies of invoices, not seen by the others."
    ORDER = "ORDER", "Where orders go."
    ORDER_CC = "ORDER_CC", "Copies of orders, seen by the others."
    ORDER_BCC = "ORDER_BCC", "Copies of orders, not seen by the others."
    OFFER = "OFFER", "Where offers go."
    OFFER_CC = "OFFER_CC", "Copies of offers, seen by the others."
    OFFER_BCC = "OFFER_BCC", "Copies of offers, not seen by the others."
    PAYMENT = "PAYMENT", "Messages about payments."
    OTHER = "OTHER", "An address without a use of its own."


class PhoneType(Vocabulary):
    """What a phone number is used for."""

    BUSINESS = "BUSINESS", "The main number."
    MOBILE = "MOBILE", "A mobile phone."
    OFFICE = "OFFICE", "The number of an office."
    FAX = "FAX", "The number of a machine for faxes."
    PRIVATE = "PRIVATE", "A person's own number."
    LANDLINE = "LANDLINE", "A phone at a fixed place."
    SKYPE = "SKYPE", "A Skype name."
    WHATSAPP = "WHATSAPP", "A WhatsApp number."
    DELIVERY = "DELIVERY", "The phone where goods go."
    DELIVERY_2 = "DELIVERY_2", "A second phone where goods go."
    DELIVERY_FAX = "DELIVERY_FAX", "The fax where goods go."
    OTHER = "OTHER", "A number without a use of its own."
