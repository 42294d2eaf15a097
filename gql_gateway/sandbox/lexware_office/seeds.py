"""The contacts of a small Hamburg wholesaler, as `GET /v1/contacts/{id}` would give them."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..simulator import Document


def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://lexware-office.example/{name}"))


ORGANIZATION_ID = _uuid("organization")

PROFILE: Document = {
    "organizationId": ORGANIZATION_ID,
    "companyName": "Hafenkante Großhandel GmbH",
    "created": {
        "userId": _uuid("user"),
        "userName": "Frau Wiebke Claasen",
        "userEmail": "wiebke.claasen@hafenkante.example",
        "date": "2021-04-06T09:30:12.000+02:00",
    },
    "connectionId": _uuid("connection"),
    "features": ["cashbox"],
    "businessFeatures": ["INVOICING", "INVOICING_PRO", "BOOKKEEPING"],
    "subscriptionStatus": "active",
    "taxType": "net",
    "smallBusiness": False,
}


def contact_id(key: str) -> str:
    """Id of the seeded contact with this key."""
    return _uuid(f"contact/{key}")


def seed_contacts() -> dict[str, Document]:
    """Fresh documents by id."""
    return {contact["id"]: contact for contact in (*_companies(), *_persons(), *_contacts_with_two())}


def _contact(
    key: str, version: int, *, customer: int | None = None, vendor: int | None = None, **rest: Any
) -> Document:
    archived = rest.pop("archived", False)
    numbers = {"customer": customer, "vendor": vendor}
    return {
        "id": contact_id(key),
        "organizationId": ORGANIZATION_ID,
        "version": version,
        "roles": {role: {"number": number} for role, number in numbers.items() if number is not None},
        **rest,
        "archived": archived,
    }


def _address(street: str, postcode: str, city: str, country: str = "DE", supplement: str | None = None) -> Document:
    address = {"street": street, "zip": postcode, "city": city, "countryCode": country}
    return {"supplement": supplement, **address} if supplement else address


def _employee(
    salutation: str, first: str, last: str, email: str | None = None, phone: str | None = None, *, primary: bool = True
) -> Document:
    person: Document = {"salutation": salutation, "firstName": first, "lastName": last, "primary": primary}
    if email:
        person["emailAddress"] = email
    if phone:
        person["phoneNumber"] = phone
    return person


def _person(salutation: str, first: str, last: str) -> Document:
    return {"salutation": salutation, "firstName": first, "lastName": last}


def _companies() -> list[Document]:
    return [
        _contact(
            "nordlicht",
            4,
            customer=10412,
            vendor=70188,
            company={
                "name": "Nordlicht Kaffee GmbH",
                "taxNumber": "22/815/08150",
                "vatRegistrationId": "DE987654321",
                "allowTaxFreeInvoices": False,
                "contactPersons": [
                    _employee("Frau", "Jule", "Harms", "jule.harms@nordlicht.example", "+49 431 5550112")
                ],
            },
            addresses={
                "billing": [_address("Kaistraße 7", "24103", "Kiel", supplement="Hof 2")],
                "shipping": [_address("Lagerweg 3", "24113", "Kiel")],
            },
            emailAddresses={"business": ["rechnung@nordlicht.example"]},
            phoneNumbers={"business": ["+49 431 5550100"], "mobile": ["+49 170 5550199"]},
            note="Lieferung nur dienstags",
        ),
        _contact(
            "everything",
            11,
            customer=10413,
            vendor=70189,
            company={
                "name": "Bäckerei Müller & Söhne OHG",
                "taxNumber": "41/234/56789",
                "vatRegistrationId": "DE123456789",
                "allowTaxFreeInvoices": True,
                "contactPersons": [
                    _employee("Herr", "Jörg", "Müller", "joerg@baeckerei-mueller.example", "+49 40 66969 201")
                ],
            },
            addresses={
                "billing": [_address("Große Bergstraße 160", "22767", "Hamburg", supplement="Hinterhaus")],
                "shipping": [_address("Schützenstraße 9", "22761", "Hamburg", supplement="Rampe 2")],
            },
            xRechnung={"buyerReference": "04011000-1234512345-35", "vendorNumberAtCustomer": "70123456"},
            emailAddresses={
                "business": ["rechnung@baeckerei-mueller.example"],
                "office": ["buero@baeckerei-mueller.example"],
                "private": ["familie@baeckerei-mueller.example"],
                "other": ["backstube@baeckerei-mueller.example"],
            },
            phoneNumbers={
                "business": ["+49 40 66969 200"],
                "office": ["+49 40 66969 202"],
                "mobile": ["+49 171 3920001"],
                "private": ["+49 40 66969 203"],
                "fax": ["+49 40 66969 299"],
                "other": ["+49 40 66969 204"],
            },
            note="Bestellt bis 14 Uhr, Lieferung am nächsten Morgen",
        ),
        # Properties beyond the documentation: the provider's web application knows more than its API admits.
        _contact(
            "papeterie",
            7,
            customer=10414,
            company={
                "name": "Elbufer Papeterie e. K.",
                "taxNumber": "17/055/12045",
                "allowTaxFreeInvoices": False,
                "commercialRegister": {"court": "Amtsgericht Dresden", "number": "HRA 4711"},
                "contactPersons": [
                    {**_employee("Frau", "Anke", "Größchen", "anke@elbufer.example"), "department": "Einkauf"}
                ],
            },
            addresses={
                "billing": [{**_address("Neustädter Markt 4", "01097", "Dresden"), "addressQuality": "checked"}]
            },
            emailAddresses={"business": ["bestellung@elbufer.example"]},
            note="Zahlt mit Skonto",
            paymentConditionRef={"id": _uuid("payment-condition/14-2"), "discount": {"days": 14, "percentage": 2.0}},
        ),
        _contact(
            "stadtwerke",
            3,
            customer=10415,
            company={
                "name": "Stadtwerke Altenmünde",
                "vatRegistrationId": "DE811234567",
                "allowTaxFreeInvoices": False,
            },
            addresses={
                "billing": [_address("Am Wasserturm 1", "26919", "Altenmünde", supplement="Kreditorenbuchhaltung")]
            },
            xRechnung={
                "buyerReference": "03452012-SWA01-27",
                "vendorNumberAtCustomer": "L-4432",
                "deliveryChannel": {"kind": "PEPPOL", "participant": "0204:03452012-SWA01-27"},
            },
            emailAddresses={"business": ["erechnung@stadtwerke-altenmuende.example"]},
            customFields=[{"key": "kostenstelle", "value": "4711"}, {"key": "rahmenvertrag", "value": True}],
        ),
        _contact(
            "xrechnung",
            2,
            customer=10416,
            company={"name": "Bezirksamt Wandsbek-Süd", "allowTaxFreeInvoices": False},
            addresses={"billing": [_address("Schloßstraße 60", "22041", "Hamburg")]},
            xRechnung={"buyerReference": "02000000-WAN0000-67", "vendorNumberAtCustomer": "K1000234"},
            emailAddresses={"business": ["rechnungseingang@bezirksamt.example"]},
        ),
        _contact(
            "university",
            5,
            customer=10417,
            company={
                "name": "Universität Weserbergen",
                "allowTaxFreeInvoices": True,
                "contactPersons": [_employee("Prof. Dr.", "Käthe", "Öztürk", "oeztuerk@uni-weserbergen.example")],
            },
            addresses={"billing": [_address("Bibliothekstraße 1", "28359", "Bremen", supplement="Dezernat 3")]},
            xRechnung={"buyerReference": "04011000-UNIW-12", "vendorNumberAtCustomer": "900417"},
            emailAddresses={"office": ["einkauf@uni-weserbergen.example"]},
        ),
        _contact(
            "canaries",
            1,
            customer=10418,
            company={"name": "Islas Bike Rental S.L.", "allowTaxFreeInvoices": True},
            addresses={"billing": [_address("Calle Triana 12", "35002", "Las Palmas", "ES_CN")]},
            emailAddresses={"business": ["admin@islasbike.example"]},
        ),
        _contact(
            "austria",
            2,
            customer=10419,
            company={
                "name": "Wörthersee Segelschule GmbH",
                "vatRegistrationId": "ATU12345678",
                "allowTaxFreeInvoices": True,
            },
            addresses={"billing": [_address("Seepromenade 3", "9220", "Velden", "AT")]},
            phoneNumbers={"office": ["+43 4274 55501"]},
        ),
        _contact(
            "netherlands",
            0,
            customer=10420,
            company={
                "name": "Grachten Thee B.V.",
                "vatRegistrationId": "NL123456789B01",
                "allowTaxFreeInvoices": True,
                "contactPersons": [_employee("Herr", "Sander", "de Wit", "sander@grachtenthee.example", primary=False)],
            },
            addresses={
                "billing": [_address("Prinsengracht 801", "1017 KA", "Amsterdam", "NL")],
                "shipping": [_address("Westhavenweg 40", "1042 AL", "Amsterdam", "NL")],
            },
            emailAddresses={"business": ["facturen@grachtenthee.example"]},
        ),
        _contact(
            "switzerland",
            6,
            customer=10421,
            company={"name": "Zürisee Optik AG", "taxNumber": "CHE-123.456.789", "allowTaxFreeInvoices": True},
            addresses={"billing": [_address("Seestraße 88", "8002", "Zürich", "CH")]},
        ),
        _contact(
            "minimal-company",
            0,
            customer=10422,
            company={"name": "Ærø Handelskontor"},
        ),
        _contact(
            "markup",
            1,
            customer=10423,
            company={"name": "Schmidt & Partner <Werbung> GbR", "allowTaxFreeInvoices": False},
            emailAddresses={"business": ["post_eingang@schmidt-partner.example"]},
            note="Rabatt 5 % ab 500 €",
        ),
        _contact(
            "archived",
            9,
            customer=10424,
            company={"name": "Altonaer Fischräucherei KG i. L.", "allowTaxFreeInvoices": False},
            addresses={"billing": [_address("Fischmarkt 20", "22767", "Hamburg")]},
            archived=True,
        ),
        _contact(
            "vendor-only",
            3,
            vendor=70190,
            company={
                "name": "Kartonagen Brömmel GmbH",
                "vatRegistrationId": "DE136695976",
                "allowTaxFreeInvoices": False,
            },
            addresses={"billing": [_address("Industriestraße 14", "31785", "Hameln")]},
            emailAddresses={"business": ["vertrieb@broemmel.example"]},
        ),
        _contact(
            "long-note",
            8,
            customer=10425,
            company={"name": "Gärtnerei Grünfink", "taxNumber": "33/444/55556", "allowTaxFreeInvoices": False},
            note="Frostfreie Anlieferung. " * 41,
            phoneNumbers={"mobile": ["+49 171 3920044"], "fax": ["+49 30 23125 099"]},
        ),
        _contact(
            "tax-number",
            2,
            customer=10426,
            vendor=70191,
            company={"name": "Tischlerei Holzwurm GmbH", "taxNumber": "12345/12345", "allowTaxFreeInvoices": False},
            addresses={"billing": [_address("Mühlenweg 5", "29439", "Lüchow")]},
        ),
    ]


def _persons() -> list[Document]:
    return [
        _contact(
            "inge",
            0,
            customer=10427,
            person=_person("Frau", "Inge", "Bärwald"),
            addresses={"billing": [_address("Lindenallee 17", "20259", "Hamburg")]},
            emailAddresses={"private": ["inge.baerwald@post.example"]},
            phoneNumbers={"private": ["+49 40 66969 301"]},
        ),
        # The customer role carries more than its number here.
        _with_role_details(
            _contact(
                "matthias",
                5,
                customer=10428,
                person={**_person("Herr", "Matthias", "Weiß"), "dateOfBirth": "1971-06-30"},
                addresses={"billing": [_address("Uferstraße 2", "23552", "Lübeck")]},
                emailAddresses={"private": ["m.weiss@post.example"], "invoice": ["rechnung.weiss@post.example"]},
                phoneNumbers={"mobile": ["+49 171 3920077"]},
                note="Selbstabholer",
            ),
            dunningBlocked=True,
        ),
        _contact("minimal-person", 0, customer=10429, person={"lastName": "Özdemir"}),
        _contact(
            "jana",
            3,
            customer=10430,
            person=_person("Frau", "Jana", "Nováková"),
            addresses={"billing": [_address("Dlouhá 12", "110 00", "Praha", "CZ")]},
            emailAddresses={"office": ["jana@novakova.example"], "private": ["jana.novakova@post.example"]},
        ),
        _contact(
            "henning",
            1,
            customer=10431,
            vendor=70192,
            person=_person("Herr", "Henning", "Ætzel"),
            addresses={
                "billing": [_address("Deichstraße 44", "25746", "Heide")],
                "shipping": [_address("Hofweg 1", "25746", "Heide", supplement="Scheune")],
            },
            phoneNumbers={"business": ["+49 481 555070"], "mobile": ["+49 171 3920088"]},
            note="Liefert auch Kartoffeln",
        ),
        _contact(
            "aylin",
            2,
            customer=10432,
            person=_person("Frau", "Aylin", "Şahin"),
            emailAddresses={"private": ["aylin@sahin.example"], "other": ["aylin.atelier@sahin.example"]},
            phoneNumbers={"mobile": ["+49 171 3920099"], "other": ["+49 30 23125 110"]},
        ),
        _contact(
            "divers",
            4,
            customer=10433,
            person={"firstName": "Kim", "lastName": "Sörensen"},
            addresses={"billing": [_address("Norderstraße 70", "24939", "Flensburg")]},
            note="Keine Anrede verwenden",
        ),
    ]


def _with_role_details(contact: Document, **details: Any) -> Document:
    contact["roles"]["customer"].update(details)
    return contact


def _contacts_with_two() -> list[Document]:
    """Contacts that only the web application can change any more: some list has two entries."""
    return [
        _contact(
            "two-contact-persons",
            6,
            customer=10434,
            company={
                "name": "Möbelhaus Krögers GmbH & Co. KG",
                "vatRegistrationId": "DE222333444",
                "allowTaxFreeInvoices": False,
                "contactPersons": [
                    _employee("Herr", "Uwe", "Krögers", "uwe@kroegers.example"),
                    _employee("Frau", "Britta", "Lüders", "britta@kroegers.example", primary=False),
                ],
            },
            addresses={"billing": [_address("Ringstraße 100", "21502", "Geesthacht")]},
        ),
        _contact(
            "two-business-emails",
            3,
            customer=10435,
            company={"name": "Fahrradladen Speiche eG", "allowTaxFreeInvoices": False},
            emailAddresses={"business": ["laden@speiche.example", "buchhaltung@speiche.example"]},
        ),
        _contact(
            "two-shipping-addresses",
            2,
            customer=10436,
            company={"name": "Eiscafé Dolomiti", "allowTaxFreeInvoices": False},
            addresses={
                "billing": [_address("Marktplatz 3", "29221", "Celle")],
                "shipping": [_address("Marktplatz 3", "29221", "Celle"), _address("Südwall 8", "29221", "Celle")],
            },
        ),
        _contact(
            "two-mobiles",
            1,
            customer=10437,
            person=_person("Herr", "Björn", "Jägermann"),
            phoneNumbers={"mobile": ["+49 171 3920111", "+49 171 3920112"]},
        ),
        _contact(
            "two-billing-addresses",
            4,
            customer=10438,
            vendor=70193,
            company={"name": "Druckerei Schöndruck GmbH", "allowTaxFreeInvoices": False},
            addresses={
                "billing": [
                    _address("Gutenbergring 52", "22848", "Norderstedt"),
                    _address("Postfach 12 34", "22802", "Norderstedt"),
                ]
            },
        ),
        _contact(
            "two-faxes",
            0,
            customer=10439,
            person=_person("Frau", "Gesa", "Thömen"),
            emailAddresses={"private": ["gesa@thoemen.example"]},
            phoneNumbers={"fax": ["+49 40 66969 401", "+49 40 66969 402"]},
        ),
    ]
