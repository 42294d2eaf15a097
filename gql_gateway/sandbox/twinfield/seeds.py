"""The customers the sandbox starts with: most of one office, some of its holding and of a Belgian sister.

Codes repeat from office to office, for other customers. Mail and web addresses end in `.example`; bank accounts belong
to the bank TEST; numbers of companies have the right form only.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gql_gateway.sandbox.simulator import Document
from gql_gateway.sandbox.twinfield.offices import HOME
from gql_gateway.sandbox.twinfield.vocabulary import EMPTY
from gql_gateway.sandbox.twinfield.writing import new_customer

EXAMPLE_CODE = "1042"


class Seed(NamedTuple):
    """What is told of a customer by hand; the rest follows from its place."""

    code: str
    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    contact: str = ""
    country: str = "NL"


HOME_CUSTOMERS = (
    Seed("1042", "Bakkerij Zonneveld B.V.", "Marktstraat 7", "2011 AA", "Haarlem", "Mevr. E. Zonneveld"),
    Seed("1043", "Jansen & Zn. Installatietechniek", "Industrieweg 18", "3542 AD", "Utrecht", "Dhr. P. Jansen"),
    Seed("1044", "Café de Blauwe Reiger", "Oude Delft 99", "2611 BD", "Delft", "Mevr. A. El Idrissi"),
    Seed("1045", "Van der Meulen Advocaten", "Herengracht 412", "1017 BX", "Amsterdam", "Mr. J. van der Meulen"),
    Seed("1046", "Stichting Het Groene Hart", "Kerkplein 2", "2801 AC", "Gouda", "Mevr. dr. S. Özgür"),
    Seed("1047", "Autobedrijf ten Brink", "Rijksweg 101", "7011 AZ", "Gaanderen", "Dhr. H. ten Brink"),
    Seed("1048", "Fietsenmakerij 't Ventiel", "Steenstraat 5", "6828 CA", "Arnhem", "Dhr. R. 't Hart"),
    Seed("1049", "Tuincentrum De Zonnebloem", "Lageweg 33", "2641 PG", "Pijnacker", "Mevr. M. Vermeer"),
    Seed("1050", "Kaashandel Alkmaar C.V.", "Waagplein 1", "1811 JP", "Alkmaar", "Dhr. C. Bakker"),
    Seed("1051", "Zeilmakerij IJsselmeer", "Havenkade 8", "8711 BE", "Workum", "Dhr. S. Dijkstra"),
    Seed("1052", "Uitgeverij Ganzenveer", "Singel 250", "1016 AB", "Amsterdam", "Mevr. L. Ganzeveld"),
    Seed("1053", "Drukkerij Noorderlicht", "Energieweg 12", "9743 AN", "Groningen", "Dhr. K. Wiersma"),
    Seed("1054", "Kwekerij Bloemenlust", "Aalsmeerderweg 77", "1432 CJ", "Aalsmeer", "Mevr. T. Buskermolen"),
    Seed("1055", "Müller Maschinenbau GmbH", "Hafenstraße 44", "47119", "Duisburg", "Herr J. Müller", "DE"),
    Seed("1056", "Œuvres d’Art Lémaire SARL", "8 rue de l’Église", "59000", "Lille", "Mme É. Lémaire", "FR"),
    Seed("1057", 'Timmerfabriek "De Schaaf" <Zwolle>', "Ambachtsweg 3", "8021 DK", "Zwolle", "Dhr. W. Schaap"),
    Seed("1058", "Huisartsenpraktijk Oosterpark", "Linnaeusstraat 20", "1092 CL", "Amsterdam", "Mevr. dr. F. Haddad"),
    Seed("1059", "Waterland Charters", "Dorpsstraat 61", "1151 AD", "Broek in Waterland", "Dhr. G. Kuiper"),
    Seed("1060", "Łukasz Kowalski Transport", "Europaweg 200", "3199 LD", "Maasvlakte", "Dhr. Ł. Kowalski"),
    Seed("1061", "Brouwerij De Dolle Mol", "Brouwersgracht 14", "3511 HR", "Utrecht", "Mevr. I. de Mol"),
    Seed("1062", "Belgian Beans BVBA", "Koornmarkt 9", "2000", "Antwerpen", "Dhr. W. Peeters", "BE"),
    Seed("1063", "Hotel Duinzicht", "Boulevard 1", "2202 AA", "Noordwijk", "Mevr. N. van Duin"),
    Seed("1064", "Schildersbedrijf Kwast", "Verfstraat 16", "5041 DS", "Tilburg", "Dhr. B. Kwast"),
    Seed("1065", "Yogastudio Ananda", "Laan van Meerdervoort 300", "2563 AL", "Den Haag", "Mevr. P. Sharma"),
    Seed("1066", "Meubelmakerij Essen & Eiken", "Bosrand 4", "6721 BN", "Bennekom", "Dhr. T. van Essen"),
    Seed("1067", "Rijschool Groen Licht", "Stationsweg 88", "1506 HB", "Zaandam", "Dhr. Y. Yılmaz"),
    Seed("1068", "Oud-Klant Holding B.V.", "Achterom 7", "1621 KT", "Hoorn", "Dhr. O. Klant"),
    Seed("1069", "Leeg Dossier"),
    Seed("0042", "Nul Twee en Veertig V.O.F.", "Nulweg 42", "4611 NX", "Bergen op Zoom", "Mevr. Z. Nul"),
    Seed("0107", "Oude Wijnhandel Kapitein", "Kelderstraat 7", "6211 HK", "Maastricht", "Dhr. J. Kapitein"),
)
OTHER_CUSTOMERS: Mapping[str, tuple[Seed, ...]] = {
    "BV200": (
        Seed("1042", "Deelneming Zuid B.V.", "Zuidas 10", "1082 MD", "Amsterdam", "Mevr. K. Holthuis"),
        Seed("1043", "Vastgoed Voorbeeld B.V.", "Zuidas 12", "1082 MD", "Amsterdam", "Dhr. V. Goedhart"),
        Seed("1099", "Pensioen Voorbeeld B.V.", "Zuidas 14", "1082 MD", "Amsterdam"),
    ),
    "GENT01": (
        Seed("K001", "Brasserie Gravensteen", "Sint-Veerleplein 11", "9000", "Gent", "Dhr. B. De Smet", "BE"),
        Seed("K002", "Vlaamse Fietsen NV", "Coupure Links 55", "9000", "Gent", "Mevr. A. Claes", "BE"),
    ),
}


def seed_customers() -> dict[str, dict[str, Document]]:
    """By office and code."""
    found = {HOME: {seed.code: _customer(HOME, seed, place) for place, seed in enumerate(HOME_CUSTOMERS)}}
    for code, alter in ODD.items():
        alter(found[HOME][code])
    for office, seeds in OTHER_CUSTOMERS.items():
        found[office] = {seed.code: _customer(office, seed, 50 + place) for place, seed in enumerate(seeds)}
    return found


def _customer(office: str, seed: Seed, place: int) -> Document:
    customer = new_customer(office, seed.code, str(uuid.uuid5(uuid.NAMESPACE_OID, f"twinfield {office} {seed.code}")))
    customer |= {
        **{"name": seed.name, "shortname": seed.name.split()[0][:8] if place % 3 == 0 else ""},
        **{"inuse": "true" if place % 4 else "false", "touched": str(place % 9)},
        **{"modified": f"202{place % 6}0{1 + place % 9}{10 + place % 18}1030{place % 60:02d}"},
    }
    if not seed.street:
        return customer
    site = "".join(letter for letter in seed.name.lower() if letter.isascii() and letter.isalpha())[:14]
    customer["website"] = f"www.{site}.example"
    customer["financials"] |= {
        **{"duedays": ("14", "30", "60")[place % 3], "vatcode": ("VH", "VL", "VN")[place % 3]},
        **{"ebilling": "true" if place % 2 == 0 else "false"},
        **{"ebillmail": f"facturen@{site}.example" if place % 2 == 0 else ""},
    }
    customer["creditmanagement"] |= {
        **{"responsibleuser": ("FDW", "SBK", "")[place % 3], "basecreditlimit": f"{place % 5 * 500}.00"},
        **{"comment": "Belt liever dan dat hij mailt" if place % 5 == 0 else ""},
    }
    customer["addresses"]["address"].append(
        address(
            "1",
            default=True,
            **{"name": seed.name, "contact": seed.contact, "country": seed.country},
            **{"city": seed.city, "postcode": seed.postcode, "field2": seed.street, "email": f"info@{site}.example"},
            **{"telephone": f"020-55501{place:02d}", "field5": f"{90000000 + place}" if seed.country == "NL" else ""},
            **{"field4": f"NL{800000000 + place}B01" if seed.country == "NL" else ""},
            **{"ictcountrycode": seed.country, "ictcountrycode@locked": "true"},
        )
    )
    if place % 2 == 0:
        customer["banks"]["bank"].append(bank("1", place, default=True, ascription=seed.name))
    return customer


def address(number: str, type: str = "invoice", *, default: bool = False, **values: str) -> Document:
    return {
        **{"@id": number, "@type": type, "@default": "true" if default else "false"},
        **EMPTY["addresses/address"],
        **values,
    }


def bank(number: str, place: int, *, default: bool = False, **values: str) -> Document:
    account = iban(place)
    return {
        **{"@id": number, "@default": "true" if default else "false"},
        **EMPTY["banks/bank"],
        **{"address": dict(EMPTY["banks/bank/address"]), "iban": account, "biccode": "TESTNL2A"},
        **{"bankname": "Testbank", "accountnumber": account[-10:].lstrip("0")},
        **values,
    }


def iban(serial: int) -> str:
    """A Dutch account at the bank TEST."""
    account = f"TEST{serial + 1_000_000:010d}"
    digits = "".join(str(int(letter, 36)) for letter in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


def _rich(customer: Document) -> None:
    """Every element that can be written has a value."""
    customer["shortname"] = "Jansen"
    customer |= {"beginperiod": "1", "beginyear": "2020", "endperiod": "12", "endyear": "2030"}
    customer["financials"] |= {
        **{"payavailable": "true", "meansofpayment": "paymentfile", "paycode": "SEPANLDD", "collectionschema": "b2b"},
        **{"ebilling": "true", "ebillmail": "facturen@jansenzn.example", "substitutewith": "1310", "duedays": "21"},
        **{"vatcode": "VL", "vatcode@fixed": "true"},
        "collectmandate": {"id": "MND-1043", "signaturedate": "20210301", "firstrundate": "20210401"},
    }
    customer["creditmanagement"] |= {
        **{"responsibleuser": "FDW", "basecreditlimit": "2500.50", "sendreminder": "email", "freetext1": "true"},
        **{"reminderemail": "herinnering@jansenzn.example", "freetext2": "INST", "freetext3": "oud"},
        "comment": "Betaalt aan het einde van de maand.\nBel mevrouw De Vries & niet de baas.",
    }
    customer["remittanceadvice"] |= {"sendtype": "ByEmail", "sendmail": "betaaladvies@jansenzn.example"}
    customer["invoicing"] |= {"discountarticle": "KORT2"}
    main = customer["addresses"]["address"][0]
    main |= {
        "telefax": "020-5550299",
        "field1": "T.a.v. crediteurenadministratie",
        "field3": "Unit B",
        "field6": "vrij",
    }
    customer["banks"]["bank"] = [
        bank("1", 143, default=True, ascription="Jansen & Zn.", city="Utrecht", country="NL", postcode="3511 AA")
        | {"state": "UT", "natbiccode": "TEST", "address": {"field2": "Bankplein 1", "field3": "2e etage"}},
        bank("2", 144, ascription="Jansen G-rekening") | {"@destination": "1"},
    ]
    customer["paymentconditions"] = {"paymentcondition": [{"discountdays": "8", "discountpercentage": "2.00"}]}
    customer["groups"] = {"group": ["INSTALL"]}


def _two_addresses(customer: Document) -> None:
    """The default one is not the first."""
    main = customer["addresses"]["address"][0]
    customer["addresses"]["address"] = [
        address("1", "postal", name="Postbus", country="NL", city="Delft", postcode="2600 AA", field2="Postbus 12"),
        main | {"@id": "2"},
    ]


def _three_addresses(customer: Document) -> None:
    """One of each type, one with a country for intra-community supplies that is not locked."""
    customer["addresses"]["address"] += [
        address("4", "contact", name="Bezoekadres", country="NL", city="Amsterdam", field2="Keizersgracht 1"),
        address("3", "postal", country="BE", city="Brugge", postcode="8000", field2="Markt 3", ictcountrycode="BE"),
    ]


def _banks_without_number(customer: Document) -> None:
    customer["banks"]["bank"] = [
        bank("-1", 146, default=True, ascription="Stichting Het Groene Hart") | {"@destination": "1"},
        bank("-1", 147, ascription="Stichting Het Groene Hart spaar"),
    ]


def _posting_rules(customer: Document) -> None:
    lines: list[Document] = [
        {"office": "", "dimension1": code, "dimension2": "", "dimension3": "", "ratio": ratio, "vatcode": "VH", **more}
        for code, ratio, more in (("8020", "70.00", {"description": "Omzet"}), ("8021", "30.00", {"description": ""}))
    ]
    rule = {"currency": "EUR", "amount": "125.00", "description": "Abonnement", "lines": {"line": lines}}
    other = {**rule, "@id": "3", "@status": "inactive", "description": "Oud", "lines": {"line": lines[:1]}}
    customer["postingrules"] = {"postingrule": [{"@id": "1", "@status": "active", **rule}, other]}


def _blocked(customer: Document) -> None:
    customer["creditmanagement"] |= {
        "blocked": "true",
        "blocked@locked": "true",
        "blocked@modified": "20250110120000",
    }


def _groups(customer: Document) -> None:
    customer["groups"] = {"group": ["HORECA", "NOORD"]}


def _old_ledger(customer: Document) -> None:
    """A balance sheet account with a leading zero."""
    customer["financials"]["substitutewith"] = "0130"


def _conditions(customer: Document) -> None:
    customer["invoicing"]["discountarticle"] = "KORT5"
    customer["paymentconditions"] = {
        "paymentcondition": [
            {"discountdays": "5", "discountpercentage": "3.00"},
            {"discountdays": "10", "discountpercentage": "1.50"},
        ]
    }


def _mandate(customer: Document) -> None:
    customer["financials"] |= {"payavailable": "true", "meansofpayment": "paymentfile", "paycode": "SEPANLDD"}
    customer["financials"]["collectmandate"] = {"id": "0000173", "signaturedate": "20190612", "firstrundate": ""}


def _inactive(customer: Document) -> None:
    customer |= {"@status": "inactive", "endperiod": "6", "endyear": "2022"}


def _template(customer: Document) -> None:
    customer["behaviour"] = "template"


def _no_reminders(customer: Document) -> None:
    customer["creditmanagement"]["sendreminder"] = "false"


def _addresses_without_bank(customer: Document) -> None:
    customer["banks"]["bank"] = []
    customer["financials"]["paycode"] = "SEPABEDD"
    customer["addresses"]["address"][0] |= {"ictcountrycode": "BE"}
    del customer["addresses"]["address"][0]["ictcountrycode@locked"]


def _with(path: str, value: Any) -> Callable[[Document], None]:
    """An element that the description of a dimension does not have."""

    def alter(customer: Document) -> None:
        *holder, name = path.split("/")
        for part in holder:
            customer = customer[part]
        customer[name] = value

    return alter


def _all(*alterations: Callable[[Document], None]) -> Callable[[Document], None]:
    def alter(customer: Document) -> None:
        for each in alterations:
            each(customer)

    return alter


ODD: Mapping[str, Callable[[Document], None]] = {
    "1043": _all(_rich, _with("peppol", {"participant": "0106:90000001", "scheme": {"code": "0106", "country": "NL"}})),
    "1044": _two_addresses,
    "1045": _three_addresses,
    "1046": _banks_without_number,
    "1047": _all(_posting_rules, _with("financials/paymentreference", "RF18539007547034")),
    "1048": _all(_groups, _no_reminders),
    "1049": _blocked,
    "1050": _old_ledger,
    "1051": _all(_mandate, _with("loyalty", {"tier": "goud", "since": "20180101"})),
    "1053": _conditions,
    "1057": _with("financials/paymentreference", "RF45G72UUR"),
    "1062": _addresses_without_bank,
    "1066": _all(_three_addresses, _with("peppol", {"participant": "0106:90000024"})),
    "1067": _template,
    "1068": _inactive,
}
"""What is peculiar about some of them. Elements in `_with` are invented, in place of those a later version may add."""
