"""Countries, which FreshBooks keeps by their English names.

It publishes no list of them, so that the usual names of ISO 3166-1 and CLDR are all understood: of each country the
first is written, the others are read as well. Kosovo has the code that CLDR and the EU give it.
"""

from __future__ import annotations

import unicodedata

_NAMES = """
AD Andorra
AE United Arab Emirates
AF Afghanistan
AG Antigua and Barbuda | Antigua & Barbuda
AI Anguilla
AL Albania
AM Armenia
AO Angola
AQ Antarctica
AR Argentina
AS American Samoa
AT Austria
AU Australia
AW Aruba
AX Åland Islands
AZ Azerbaijan
BA Bosnia and Herzegovina | Bosnia & Herzegovina
BB Barbados
BD Bangladesh
BE Belgium
BF Burkina Faso
BG Bulgaria
BH Bahrain
BI Burundi
BJ Benin
BL Saint Barthélemy | St. Barthélemy
BM Bermuda
BN Brunei | Brunei Darussalam
BO Bolivia | Bolivia, Plurinational State of
BQ Bonaire, Sint Eustatius and Saba | Caribbean Netherlands
BR Brazil
BS Bahamas
BT Bhutan
BV Bouvet Island
BW Botswana
BY Belarus
BZ Belize
CA Canada
CC Cocos (Keeling) Islands
CD Congo, Democratic Republic of the | Congo, The Democratic Republic of the | Democratic Republic of the Congo \
| Congo - Kinshasa
CF Central African Republic
CG Congo | Republic of the Congo | Congo - Brazzaville
CH Switzerland
CI Côte d'Ivoire | Ivory Coast
CK Cook Islands
CL Chile
CM Cameroon
CN China
CO Colombia
CR Costa Rica
CU Cuba
CV Cape Verde | Cabo Verde
CW Curaçao
CX Christmas Island
CY Cyprus
CZ Czech Republic | Czechia
DE Germany
DJ Djibouti
DK Denmark
DM Dominica
DO Dominican Republic
DZ Algeria
EC Ecuador
EE Estonia
EG Egypt
EH Western Sahara
ER Eritrea
ES Spain
ET Ethiopia
FI Finland
FJ Fiji
FK Falkland Islands | Falkland Islands (Malvinas)
FM Micronesia | Micronesia, Federated States of
FO Faroe Islands
FR France
GA Gabon
GB United Kingdom | United Kingdom of Great Britain and Northern Ireland
GD Grenada
GE Georgia
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece
GS South Georgia and the South Sandwich Islands | South Georgia & South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau
GY Guyana
HK Hong Kong | Hong Kong SAR China
HM Heard Island and McDonald Islands | Heard & McDonald Islands
HN Honduras
HR Croatia
HT Haiti
HU Hungary
ID Indonesia
IE Ireland
IL Israel
IM Isle of Man
IN India
IO British Indian Ocean Territory
IQ Iraq
IR Iran | Iran, Islamic Republic of
IS Iceland
IT Italy
JE Jersey
JM Jamaica
JO Jordan
JP Japan
KE Kenya
KG Kyrgyzstan
KH Cambodia
KI Kiribati
KM Comoros
KN Saint Kitts and Nevis | St. Kitts and Nevis | St. Kitts & Nevis
KP North Korea | Korea, Democratic People's Republic of
KR South Korea | Korea, Republic of
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Laos | Lao People's Democratic Republic
LB Lebanon
LC Saint Lucia | St. Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania
LU Luxembourg
LV Latvia
LY Libya
MA Morocco
MC Monaco
MD Moldova | Moldova, Republic of
ME Montenegro
MF Saint Martin | Saint Martin (French part) | St. Martin
MG Madagascar
MH Marshall Islands
MK North Macedonia | Macedonia
ML Mali
MM Myanmar | Myanmar (Burma)
MN Mongolia
MO Macao | Macau | Macao SAR China
MP Northern Mariana Islands
MQ Martinique
MR Mauritania
MS Montserrat
MT Malta
MU Mauritius
MV Maldives
MW Malawi
MX Mexico
MY Malaysia
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NF Norfolk Island
NG Nigeria
NI Nicaragua
NL Netherlands
NO Norway
NP Nepal
NR Nauru
NU Niue
NZ New Zealand
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines
PK Pakistan
PL Poland
PM Saint Pierre and Miquelon | St. Pierre and Miquelon | St. Pierre & Miquelon
PN Pitcairn | Pitcairn Islands
PR Puerto Rico
PS Palestine | Palestine, State of | Palestinian Territories
PT Portugal
PW Palau
PY Paraguay
QA Qatar
RE Réunion
RO Romania
RS Serbia
RU Russia | Russian Federation
RW Rwanda
SA Saudi Arabia
SB Solomon Islands
SC Seychelles
SD Sudan
SE Sweden
SG Singapore
SH Saint Helena | Saint Helena, Ascension and Tristan da Cunha | St. Helena
SI Slovenia
SJ Svalbard and Jan Mayen | Svalbard & Jan Mayen
SK Slovakia
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan
ST São Tomé and Príncipe | São Tomé & Príncipe
SV El Salvador
SX Sint Maarten | Sint Maarten (Dutch part)
SY Syria | Syrian Arab Republic
SZ Eswatini | Swaziland
TC Turks and Caicos Islands | Turks & Caicos Islands
TD Chad
TF French Southern Territories
TG Togo
TH Thailand
TJ Tajikistan
TK Tokelau
TL Timor-Leste | East Timor
TM Turkmenistan
TN Tunisia
TO Tonga
TR Turkey | Türkiye
TT Trinidad and Tobago | Trinidad & Tobago
TV Tuvalu
TW Taiwan | Taiwan, Province of China
TZ Tanzania | Tanzania, United Republic of
UA Ukraine
UG Uganda
UM United States Minor Outlying Islands | U.S. Outlying Islands
US United States | United States of America
UY Uruguay
UZ Uzbekistan
VA Vatican City | Holy See | Holy See (Vatican City State)
VC Saint Vincent and the Grenadines | St. Vincent and the Grenadines | St. Vincent & Grenadines
VE Venezuela | Venezuela, Bolivarian Republic of
VG British Virgin Islands | Virgin Islands, British
VI U.S. Virgin Islands | Virgin Islands, U.S.
VN Vietnam | Viet Nam
VU Vanuatu
WF Wallis and Futuna | Wallis & Futuna
WS Samoa
XK Kosovo
YE Yemen
YT Mayotte
ZA South Africa
ZM Zambia
ZW Zimbabwe
"""


def _fold(name: str) -> str:
    """A name without the differences that its spellings have: case, accents, the shape of the apostrophe."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'").casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


NAMES = {line[:2]: line[3:].split(" | ") for line in _NAMES.strip().splitlines()}
"""By code, the name that is written and after it the others."""
_CODES = {_fold(name): code for code, names in NAMES.items() for name in names}


def known_code(name: str) -> str | None:
    """The code of a country by any of its usual names."""
    return _CODES.get(_fold(name))


def code_of(name: object) -> str:
    """The code of a stored name; a text that is no known name is given back as it is."""
    text = str(name)
    return known_code(text) or text


def name_of(code: str) -> str:
    """The name that FreshBooks is sent; `code_of` understands it."""
    return NAMES[code][0] if code in NAMES else code
