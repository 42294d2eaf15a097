"""The countries Lexware Office knows: ISO 3166-1 alpha-2 plus codes for regions that are taxed apart.

The provider's own list is read with `GET /v1/countries`; a live account answered with 257 rows. Only two of the
extended codes are documented (`ES_CN`, `GR_69`), so no other is here. Names are ISO's usual ones, not the provider's.
"""

from __future__ import annotations

# code|English|German|tax classification, where it is not thirdPartyCountry; what the extended codes are classed as
# is not documented, but they exist because EU VAT does not reach them
_NAMES = """
AD|Andorra|Andorra
AE|United Arab Emirates|Vereinigte Arabische Emirate
AF|Afghanistan|Afghanistan
AG|Antigua and Barbuda|Antigua und Barbuda
AI|Anguilla|Anguilla
AL|Albania|Albanien
AM|Armenia|Armenien
AO|Angola|Angola
AQ|Antarctica|Antarktis
AR|Argentina|Argentinien
AS|American Samoa|Amerikanisch-Samoa
AT|Austria|Österreich|intraCommunity
AU|Australia|Australien
AW|Aruba|Aruba
AX|Åland Islands|Ålandinseln
AZ|Azerbaijan|Aserbaidschan
BA|Bosnia and Herzegovina|Bosnien und Herzegowina
BB|Barbados|Barbados
BD|Bangladesh|Bangladesch
BE|Belgium|Belgien|intraCommunity
BF|Burkina Faso|Burkina Faso
BG|Bulgaria|Bulgarien|intraCommunity
BH|Bahrain|Bahrain
BI|Burundi|Burundi
BJ|Benin|Benin
BL|Saint Barthélemy|Saint-Barthélemy
BM|Bermuda|Bermuda
BN|Brunei Darussalam|Brunei
BO|Bolivia|Bolivien
BQ|Bonaire, Sint Eustatius and Saba|Bonaire, Sint Eustatius und Saba
BR|Brazil|Brasilien
BS|Bahamas|Bahamas
BT|Bhutan|Bhutan
BV|Bouvet Island|Bouvetinsel
BW|Botswana|Botsuana
BY|Belarus|Belarus
BZ|Belize|Belize
CA|Canada|Kanada
CC|Cocos (Keeling) Islands|Kokosinseln
CD|Congo (Democratic Republic)|Kongo (Demokratische Republik)
CF|Central African Republic|Zentralafrikanische Republik
CG|Congo|Kongo
CH|Switzerland|Schweiz
CI|Côte d'Ivoire|Elfenbeinküste
CK|Cook Islands|Cookinseln
CL|Chile|Chile
CM|Cameroon|Kamerun
CN|China|China
CO|Colombia|Kolumbien
CR|Costa Rica|Costa Rica
CU|Cuba|Kuba
CV|Cabo Verde|Kap Verde
CW|Curaçao|Curaçao
CX|Christmas Island|Weihnachtsinsel
CY|Cyprus|Zypern|intraCommunity
CZ|Czechia|Tschechien|intraCommunity
DE|Germany|Deutschland|de
DJ|Djibouti|Dschibuti
DK|Denmark|Dänemark|intraCommunity
DM|Dominica|Dominica
DO|Dominican Republic|Dominikanische Republik
DZ|Algeria|Algerien
EC|Ecuador|Ecuador
EE|Estonia|Estland|intraCommunity
EG|Egypt|Ägypten
EH|Western Sahara|Westsahara
ER|Eritrea|Eritrea
ES|Spain|Spanien|intraCommunity
ES_CN|Canary Islands|Kanarische Inseln
ET|Ethiopia|Äthiopien
FI|Finland|Finnland|intraCommunity
FJ|Fiji|Fidschi
FK|Falkland Islands|Falklandinseln
FM|Micronesia|Mikronesien
FO|Faroe Islands|Färöer
FR|France|Frankreich|intraCommunity
GA|Gabon|Gabun
GB|United Kingdom|Vereinigtes Königreich
GD|Grenada|Grenada
GE|Georgia|Georgien
GF|French Guiana|Französisch-Guayana
GG|Guernsey|Guernsey
GH|Ghana|Ghana
GI|Gibraltar|Gibraltar
GL|Greenland|Grönland
GM|Gambia|Gambia
GN|Guinea|Guinea
GP|Guadeloupe|Guadeloupe
GQ|Equatorial Guinea|Äquatorialguinea
GR|Greece|Griechenland|intraCommunity
GR_69|Mount Athos|Berg Athos
GS|South Georgia and the South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln
GT|Guatemala|Guatemala
GU|Guam|Guam
GW|Guinea-Bissau|Guinea-Bissau
GY|Guyana|Guyana
HK|Hong Kong|Hongkong
HM|Heard Island and McDonald Islands|Heard und McDonaldinseln
HN|Honduras|Honduras
HR|Croatia|Kroatien|intraCommunity
HT|Haiti|Haiti
HU|Hungary|Ungarn|intraCommunity
ID|Indonesia|Indonesien
IE|Ireland|Irland|intraCommunity
IL|Israel|Israel
IM|Isle of Man|Isle of Man
IN|India|Indien
IO|British Indian Ocean Territory|Britisches Territorium im Indischen Ozean
IQ|Iraq|Irak
IR|Iran|Iran
IS|Iceland|Island
IT|Italy|Italien|intraCommunity
JE|Jersey|Jersey
JM|Jamaica|Jamaika
JO|Jordan|Jordanien
JP|Japan|Japan
KE|Kenya|Kenia
KG|Kyrgyzstan|Kirgisistan
KH|Cambodia|Kambodscha
KI|Kiribati|Kiribati
KM|Comoros|Komoren
KN|Saint Kitts and Nevis|St. Kitts und Nevis
KP|Korea (North)|Nordkorea
KR|Korea (South)|Südkorea
KW|Kuwait|Kuwait
KY|Cayman Islands|Kaimaninseln
KZ|Kazakhstan|Kasachstan
LA|Laos|Laos
LB|Lebanon|Libanon
LC|Saint Lucia|St. Lucia
LI|Liechtenstein|Liechtenstein
LK|Sri Lanka|Sri Lanka
LR|Liberia|Liberia
LS|Lesotho|Lesotho
LT|Lithuania|Litauen|intraCommunity
LU|Luxembourg|Luxemburg|intraCommunity
LV|Latvia|Lettland|intraCommunity
LY|Libya|Libyen
MA|Morocco|Marokko
MC|Monaco|Monaco
MD|Moldova|Moldau
ME|Montenegro|Montenegro
MF|Saint Martin (French part)|Saint-Martin
MG|Madagascar|Madagaskar
MH|Marshall Islands|Marshallinseln
MK|North Macedonia|Nordmazedonien
ML|Mali|Mali
MM|Myanmar|Myanmar
MN|Mongolia|Mongolei
MO|Macao|Macau
MP|Northern Mariana Islands|Nördliche Marianen
MQ|Martinique|Martinique
MR|Mauritania|Mauretanien
MS|Montserrat|Montserrat
MT|Malta|Malta|intraCommunity
MU|Mauritius|Mauritius
MV|Maldives|Malediven
MW|Malawi|Malawi
MX|Mexico|Mexiko
MY|Malaysia|Malaysia
MZ|Mozambique|Mosambik
NA|Namibia|Namibia
NC|New Caledonia|Neukaledonien
NE|Niger|Niger
NF|Norfolk Island|Norfolkinsel
NG|Nigeria|Nigeria
NI|Nicaragua|Nicaragua
NL|Netherlands|Niederlande|intraCommunity
NO|Norway|Norwegen
NP|Nepal|Nepal
NR|Nauru|Nauru
NU|Niue|Niue
NZ|New Zealand|Neuseeland
OM|Oman|Oman
PA|Panama|Panama
PE|Peru|Peru
PF|French Polynesia|Französisch-Polynesien
PG|Papua New Guinea|Papua-Neuguinea
PH|Philippines|Philippinen
PK|Pakistan|Pakistan
PL|Poland|Polen|intraCommunity
PM|Saint Pierre and Miquelon|Saint-Pierre und Miquelon
PN|Pitcairn|Pitcairninseln
PR|Puerto Rico|Puerto Rico
PS|Palestine|Palästina
PT|Portugal|Portugal|intraCommunity
PW|Palau|Palau
PY|Paraguay|Paraguay
QA|Qatar|Katar
RE|Réunion|Réunion
RO|Romania|Rumänien|intraCommunity
RS|Serbia|Serbien
RU|Russia|Russland
RW|Rwanda|Ruanda
SA|Saudi Arabia|Saudi-Arabien
SB|Solomon Islands|Salomonen
SC|Seychelles|Seychellen
SD|Sudan|Sudan
SE|Sweden|Schweden|intraCommunity
SG|Singapore|Singapur
SH|Saint Helena|St. Helena
SI|Slovenia|Slowenien|intraCommunity
SJ|Svalbard and Jan Mayen|Svalbard und Jan Mayen
SK|Slovakia|Slowakei|intraCommunity
SL|Sierra Leone|Sierra Leone
SM|San Marino|San Marino
SN|Senegal|Senegal
SO|Somalia|Somalia
SR|Suriname|Suriname
SS|South Sudan|Südsudan
ST|São Tomé and Príncipe|São Tomé und Príncipe
SV|El Salvador|El Salvador
SX|Sint Maarten (Dutch part)|Sint Maarten
SY|Syria|Syrien
SZ|Eswatini|Eswatini
TC|Turks and Caicos Islands|Turks- und Caicosinseln
TD|Chad|Tschad
TF|French Southern Territories|Französische Süd- und Antarktisgebiete
TG|Togo|Togo
TH|Thailand|Thailand
TJ|Tajikistan|Tadschikistan
TK|Tokelau|Tokelau
TL|Timor-Leste|Osttimor
TM|Turkmenistan|Turkmenistan
TN|Tunisia|Tunesien
TO|Tonga|Tonga
TR|Türkiye|Türkei
TT|Trinidad and Tobago|Trinidad und Tobago
TV|Tuvalu|Tuvalu
TW|Taiwan|Taiwan
TZ|Tanzania|Tansania
UA|Ukraine|Ukraine
UG|Uganda|Uganda
UM|United States Minor Outlying Islands|Kleinere Inselbesitzungen der Vereinigten Staaten
US|United States|Vereinigte Staaten von Amerika
UY|Uruguay|Uruguay
UZ|Uzbekistan|Usbekistan
VA|Holy See|Vatikanstadt
VC|Saint Vincent and the Grenadines|St. Vincent und die Grenadinen
VE|Venezuela|Venezuela
VG|Virgin Islands (British)|Britische Jungferninseln
VI|Virgin Islands (U.S.)|Amerikanische Jungferninseln
VN|Viet Nam|Vietnam
VU|Vanuatu|Vanuatu
WF|Wallis and Futuna|Wallis und Futuna
WS|Samoa|Samoa
YE|Yemen|Jemen
YT|Mayotte|Mayotte
ZA|South Africa|Südafrika
ZM|Zambia|Sambia
ZW|Zimbabwe|Simbabwe
"""


def _read(row: str) -> dict[str, str]:
    code, english, german, *classification = row.split("|")
    return {
        "countryCode": code,
        "countryNameEN": english,
        "countryNameDE": german,
        "taxClassification": classification[0] if classification else "thirdPartyCountry",
    }


COUNTRIES = [_read(row) for row in _NAMES.split("\n") if row]
CODES = frozenset(country["countryCode"] for country in COUNTRIES)
