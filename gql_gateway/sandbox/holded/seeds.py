"""Whom a bicycle workshop in Barcelona has in its books: companies and persons of Spain, some from abroad, odd ones.

Tax numbers and IBANs have right check digits and are made from serials; mail addresses end in `.example`.
"""

from __future__ import annotations

from ..simulator import Document
from .parts import CREATED, EXAMPLE, WEEK, at, cif, contact, iban, nif, note, person, shipping
from .references import EXPENSES_ACCOUNTS, GROUPS, NUMBERING_SERIES, PAYMENT_METHODS, SALES_CHANNELS

API_KEY = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
V2_TOKEN = "sandbox-holded-v2-token"

EVERYTHING = f"{int(EXAMPLE, 16) + 1:x}"
"""The contact in which every value that can be written holds something."""
LONG_NAME = ("Comunidad de Regantes, Usuarios del Agua y Propietarios de Tierras " * 6).strip()


def seed_contacts() -> dict[str, Document]:
    contacts = [*_companies(), *_persons(), *_abroad(), *_odd_ones(), *_others()]
    return {found["id"]: {**found, **_dates(place)} for place, found in enumerate(contacts)}


def _dates(place: int) -> Document:
    created = CREATED + place * WEEK
    return {
        "createdAt": created,
        "updatedAt": created + (place % 4) * 9 * WEEK,
        "updatedHash": f"{0x5D1C0E + place:x}",
    }


def _companies() -> list[Document]:
    return [
        contact(
            0,
            "Talleres Ribera S.L.",
            code=cif(1234567),
            email="hola@ribera.example",
            phone="+34 93 555 01 44",
            mobile="+34 600 555 014",
            iban="ES9121000418450200051332",
            swift="CAIXESBB",
            sepaRef="RIB-2026-01",
            sepaDate=1767225600,
            clientRecord=43000012,
            billAddress=at("Carrer de la Llum 5", "08001", "Barcelona", "Barcelona"),
            defaults={"accumulateInForm347": "yes"},
        ),
        contact(
            1,
            "Ferretería Hermanos Ibáñez S.L.",
            customId="CRM-000417",
            code=cif(2345601),
            vatnumber=f"ES{cif(2345601)}",
            tradeName="Ferretería Ibáñez",
            email="administracion@ibanez.example",
            phone="+34 96 555 01 20",
            mobile="+34 600 555 020",
            iban=iban(200051340),
            swift="CAIXESBB",
            sepaRef="IBA-2025-07",
            sepaDate=1751328000,
            groupId=GROUPS[0]["id"],
            clientRecord=43000013,
            supplierRecord=40000007,
            taxOperation="general",
            billAddress={**at("Calle de la Paz 17, bajo", "03001", "Alicante", "Alicante"), "info": "Portal azul"},
            numberingSeries={kind: rows[0]["id"] for kind, rows in NUMBERING_SERIES.items()},
            defaults={
                "salesChannel": SALES_CHANNELS[0]["id"],
                "expensesAccount": {"num": 62800001, "name": "Suministros"},
                "salesAccountRecord": 70000003,
                "salesAccountName": "Ventas Levante",
                "dueDays": 45,
                "paymentDay": 15,
                "paymentMethod": PAYMENT_METHODS[0]["id"],
                "discount": 5,
                "language": "ca",
                "salesTax": ["s_iva_21", "s_rec_52"],
                "purchasesTax": ["p_iva_21"],
                "accumulateInForm347": "yes",
                "showTradeNameOnDocs": True,
                "showCountryOnDocs": False,
                "tax": "default",
                "retention": "default",
            },
            socialNetworks={
                "website": "https://www.ibanez.example",
                "facebook": "ferreteriaibanez",
                "twitter": "",
                "instagram": "ferreteria.ibanez",
                "linkedin": "",
                "google": "",
                "youtube": "ibaneztv",
            },
            tags=["mayorista", "levante"],
            notes=[
                note(1, "Portes", "Portes pagados a partir de 300 €"),
                note(2, "Aviso", "No llamar los viernes por la tarde", "#ee575d"),
            ],
            contactPersons=[
                person(
                    1,
                    "Begoña Ibáñez Soler",
                    "Gerente",
                    "+34 600 555 021",
                    "begona@ibanez.example",
                    sendDocumentsByDefault=True,
                    linkedin="begona-ibanez",
                ),
                person(2, "Íñigo Ibáñez", "Almacén", "+34 600 555 022"),
            ],
            shippingAddresses=[
                shipping(
                    1,
                    "Almacén San Vicente",
                    at("Polígono Canastell, nave 4", "03690", "San Vicente del Raspeig", "Alicante"),
                    "Entregas de 8 a 13 h",
                    "Pedir siempre albarán firmado",
                ),
                shipping(2, "Tienda Lyon", at("12 rue Mercière", "69002", "Lyon", "", "France", "FR")),
            ],
            customFields=[{"field": "Region", "value": "Levante"}, {"field": "Comercial", "value": "Nuria"}],
            # Nobody has told of these two.
            rate={"id": "5c1a20b4e6f7a80012b00001", "name": "Tarifa mayorista", "description": ""},
            extraEmails=["pedidos@ibanez.example"],
        ),
        contact(
            2,
            "Bicicletas del Ebro S.A.",
            code=cif(5000121, "A"),
            email="compras@bicisebro.example",
            phone="+34 976 55 01 31",
            clientRecord={"num": 43000014, "name": "Bicicletas del Ebro S.A."},
            billAddress=at("Paseo de la Ribera 88", "50014", "Zaragoza", "Zaragoza"),
            tags=["vip"],
            contactPersons=[person(3, "Pilar Gracia", "Compras", "", "pilar@bicisebro.example")],
        ),
        contact(
            3,
            "Hostal Puerta del Sol S.L.",
            code=cif(8001422),
            tradeName="Hostal Sol",
            email="recepcion@hostalsol.example",
            billAddress=at("Calle del Carmen 3, 2.º izda.", "28013", "Madrid", "Madrid"),
            defaults={"paymentMethod": PAYMENT_METHODS[1]["id"], "accumulateInForm347": "yes"},
        ),
        contact(
            4,
            "Cooperativa Oleícola de Úbeda S.C.A.",
            code=cif(2300077, "F"),
            phone="953 55 01 19",
            billAddress=at("Camino del Molino s/n", "23400", "Úbeda", "Jaén"),
            defaults={"salesTax": ["s_iva_10"], "dueDays": 60},
            notes=[note(3, "", "Paga siempre con confirming")],
        ),
        contact(
            5,
            "Ajuntament de Vilaplana",
            code=cif(4316600, "P"),
            email="secretaria@vilaplana.example",
            billAddress=at("Plaça de la Vila 1", "43380", "Vilaplana", "Tarragona"),
            defaults={"language": "ca", "dueDays": 60},
            customFields=[{"field": "DIR3", "value": "L01431663"}],
            contactPersons=[
                person(6, "Montserrat Queralt", "Tresoreria", "977 55 01 66", "mqueralt@vilaplana.example")
            ],
            shippingAddresses=[
                shipping(4, "Brigada", at("Carrer del Castell 2", "43380", "Vilaplana", "Tarragona"), "De 7 a 15 h"),
            ],
            # Nobody has told of this.
            electronicInvoicing={"format": "facturae", "offices": [{"role": "01", "code": "L01431663"}]},
        ),
        contact(
            6,
            "Gestoría Aránzazu y Asociados",
            code=cif(3100345, "J"),
            email="info@aranzazu.example",
            phone="+34 948 55 01 07",
            groupId=GROUPS[0]["id"],
            billAddress=at("Avenida de Zaragoza 21", "31003", "Pamplona", "Navarra"),
            defaults={"language": "eu", "discount": 10},
        ),
        contact(
            7,
            "Canarias Surf & Bike S.L.U.",
            code=cif(3500888),
            taxOperation="nosujeto",
            mobile="+34 600 555 088",
            billAddress=at("Calle Triana 102", "35002", "Las Palmas de Gran Canaria", "Las Palmas"),
            defaults={"salesTax": ["s_igic_7"]},
            shippingAddresses=[
                shipping(
                    3, "Nave Telde", at("Polígono El Goro 9", "35219", "Telde", "Las Palmas"), "Preguntar por Yeray"
                )
            ],
        ),
        contact(
            8,
            "Logística Castellón 2000 S.L.",
            code=cif(1200456),
            clientRecord=43000020,
            supplierRecord=40000020,
            billAddress=at("Avenida del Puerto 200", "12100", "Castellón de la Plana", "Castellón"),
            defaults={"expensesAccount": EXPENSES_ACCOUNTS[0]["id"], "salesChannel": SALES_CHANNELS[1]["id"]},
        ),
        contact(
            9,
            "Escuela Infantil La Oruga S.L.",
            code=cif(4700912),
            taxOperation="exento",
            email="direccion@laoruga.example",
            billAddress=at("Calle Olmedo 5", "47013", "Valladolid", "Valladolid"),
            contactPersons=[
                person(4, "Remedios", sendDocumentsByDefault=True),
                person(5, "Dr. Julián de la Fuente y Álvarez de Toledo", "Presidente"),
            ],
        ),
        contact(
            10,
            "Panadería Santa Eulàlia S.C.P.",
            code=cif(800131, "J"),
            billAddress=at("Carrer Major 8", "08970", "Sant Joan Despí", "Barcelona"),
        ),
        contact(
            11,
            "Autoescuela Mérida S.L.",
            code=cif(600221),
            billAddress=at("Calle Romero Leal 14", "06800", "Mérida", "Badajoz"),
            phone="924 55 01 26",
        ),
        contact(
            12,
            "Muebles Lucena S.L.",
            code=cif(1400765),
            email="ventas@muebleslucena.example",
            defaults={"dueDays": 90, "discount": 3},
        ),
    ]


def _persons() -> list[Document]:
    return [
        contact(
            20,
            "María del Carmen Núñez Peña",
            isperson=1,
            code=nif(12345678),
            email="mcarmen.nunez@correo.example",
            mobile="+34 600 555 101",
            groupId=GROUPS[1]["id"],
            billAddress=at("Calle Larga 33, 3.º B", "11403", "Jerez de la Frontera", "Cádiz"),
            defaults={"dueDays": 0, "paymentMethod": PAYMENT_METHODS[2]["id"]},
        ),
        contact(
            21,
            "Jordi Puig i Ferrer",
            isperson=1,
            code=nif(1234567),
            mobile="+34 600 555 102",
            billAddress=at("Carrer de Balmes 120, àtic", "08008", "Barcelona", "Barcelona"),
            defaults={"language": "ca"},
        ),
        contact(
            22,
            "Nahia Etxeberria",
            isperson=1,
            code=nif(72345671),
            billAddress=at("Kale Nagusia 4", "20003", "Donostia", "Gipuzkoa"),
            defaults={"language": "eu"},
        ),
        contact(
            23,
            "Xosé Manuel Rodríguez Seoane",
            isperson=1,
            code=nif(33221100),
            billAddress=at("Rúa do Vilar 9", "15705", "Santiago de Compostela", "A Coruña"),
        ),
        contact(24, "Ana Belén Torres", isperson=1, email="anabelen@correo.example", phone="#31#600555104"),
        contact(
            25,
            "Youssef El Idrissi",
            isperson=1,
            code="X1234567L",
            billAddress=at("Calle Real 60", "51001", "Ceuta", "Ceuta"),
        ),
    ]


def _abroad() -> list[Document]:
    return [
        contact(
            30,
            "Cycles Garonne SARL",
            code="FR40303265045",
            taxOperation="intra",
            email="contact@cycles-garonne.example",
            billAddress=at("8 quai de la Daurade", "31000", "Toulouse", "Haute-Garonne", "France", "FR"),
            defaults={"language": "fr", "salesTax": ["s_iva_0"]},
        ),
        contact(
            31,
            "Radhaus Freiburg GmbH",
            code="DE123456788",
            taxOperation="intra",
            billAddress=at("Kaiser-Joseph-Straße 201", "79098", "Freiburg", "", "Germany", "DE"),
            defaults={"language": "de", "salesTax": ["s_iva_0"], "showCountryOnDocs": True},
        ),
        contact(
            32,
            "Pennine Cycles Ltd",
            code="GB123456789",
            taxOperation="impexp",
            billAddress=at("4 Mill Lane", "HX1 1AB", "Halifax", "West Yorkshire", "United Kingdom", "GB"),
            defaults={"language": "en", "currency": "gbp", "salesTax": []},
        ),
        contact(
            33,
            "Bici Milano S.r.l.",
            code="IT12345670017",
            taxOperation="intra",
            billAddress=at("Via Torino 51", "20123", "Milano", "MI", "Italy", "IT"),
            defaults={"language": "it"},
        ),
        contact(
            34,
            "Boston Bike Messengers Inc.",
            billAddress=at("22 Beacon St", "02108", "Boston", "MA", "United States", "US"),
            defaults={"language": "en", "currency": "usd", "salesTax": []},
        ),
    ]


def _odd_ones() -> list[Document]:
    unasked = contact(44, "Contacto del formulario web")
    del unasked["isperson"]
    return [
        # Nothing but a name; its objects are the lists that PHP makes of empty ones.
        contact(
            40,
            "Importado 40",
            billAddress=[],
            socialNetworks=[],
            numberingSeries=[],
            defaults={"language": "", "currency": "", "dueDays": 0, "salesTax": []},
        ),
        contact(
            41,
            "Sin País S.L.",
            code=cif(900041),
            billAddress={
                **at("Apartado de Correos 12", "09080", "Burgos", "Burgos"),
                "country": "",
                "countryCode": None,
            },
        ),
        contact(
            42,
            LONG_NAME,
            code=cif(4400100, "G"),
            notes=[note(4, "Acta", "Acuerdo de la junta general. " * 60)],
            billAddress=at("Acequia Mayor, km 4", "44003", "Teruel", "Teruel"),
        ),
        contact(
            43,
            '&Cía <Recambios> "O\'Donnell" 100%',
            tags=["C&A", "ñandú", ""],
            code=cif(2800999),
            billAddress=at("Calle O'Donnell 7", "28009", "Madrid", "Madrid"),
        ),
        unasked,
        contact(
            45,
            "Ciclos Formas Mixtas S.L.",
            code=cif(800450),
            clientRecord={"num": 43000045, "name": "Ciclos Formas Mixtas S.L."},
            supplierRecord={"num": 40000045, "name": "Ciclos Formas Mixtas S.L."},
            billAddress=at("Passeig de Gràcia 45", "08007", "Barcelona", "Barcelona"),
            defaults={
                "salesChannel": {"id": SALES_CHANNELS[0]["id"], "name": "Taller"},
                "expensesAccount": 60000045,
                "paymentMethod": 0,
                # Nobody has told of this.
                "documentTemplate": {"id": "5c1a20b4e6f7a80012b10001"},
            },
        ),
        contact(
            46,
            "Bicis 🚲 Málaga",
            code=cif(2900460),
            mobile="+34 600 555 146",
            billAddress=at("Calle Larios 1", "29005", "Málaga", "Málaga", "España"),
            customId="00046",
        ),
        contact(47, "Gemelos A", code=cif(1700470), phone="972 55 01 47", customId="GEM"),
        contact(48, "Gemelos B", code=cif(1700470), phone="972 55 01 47", customId="GEM"),
    ]


def _others() -> list[Document]:
    """Contacts that are no customers: the resource is one."""
    return [
        contact(
            60,
            "Recambios Vitoria S.A.",
            type="supplier",
            supplierRecord=40000060,
            code=cif(100600, "A"),
            billAddress=at("Calle Portal de Gamarra 40", "01013", "Vitoria-Gasteiz", "Álava"),
            defaults={"purchasesTax": ["p_iva_21"]},
        ),
        contact(61, "Aguas del Besòs", type="creditor", supplierRecord=41000061),
        contact(
            62,
            "Deudor Moroso S.L.",
            type="debtor",
            clientRecord=44000062,
            code=cif(4600620),
            billAddress=at("Calle Colón 62", "46004", "Valencia", "Valencia"),
        ),
        contact(63, "Club Ciclista Sierra Norte", type="lead", email="presidencia@ccsierranorte.example"),
    ]
