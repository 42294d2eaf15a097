"""English names of countries and codes of currencies.

FreshBooks publishes neither list and says only that a country is a name. Which of two usual names it keeps is unknown,
so both are let through; what is no name at all, such as a code, is refused.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(" ".join(name.split()) for name in text.split(";") if name.strip())


COUNTRIES = _names("""
    Afghanistan; Åland Islands; Albania; Algeria; American Samoa; Andorra; Angola; Anguilla; Antarctica;
    Antigua and Barbuda; Argentina; Armenia; Aruba; Australia; Austria; Azerbaijan; Bahamas; Bahrain; Bangladesh;
    Barbados; Belarus; Belgium; Belize; Benin; Bermuda; Bhutan; Bolivia; Bonaire, Sint Eustatius and Saba;
    Bosnia and Herzegovina; Botswana; Bouvet Island; Brazil; British Indian Ocean Territory; British Virgin Islands;
    Brunei; Brunei Darussalam; Bulgaria; Burkina Faso; Burundi; Cabo Verde; Cambodia; Cameroon; Canada; Cape Verde;
    Caribbean Netherlands; Cayman Islands; Central African Republic; Chad; Chile; China; Christmas Island;
    Cocos (Keeling) Islands; Colombia; Comoros; Congo; Congo, Democratic Republic of the;
    Congo, The Democratic Republic of the; Democratic Republic of the Congo; Republic of the Congo; Cook Islands;
    Costa Rica; Côte d'Ivoire; Côte d’Ivoire; Cote d'Ivoire; Ivory Coast; Croatia; Cuba; Curaçao; Cyprus; Czechia;
    Czech Republic; Denmark; Djibouti; Dominica; Dominican Republic; East Timor; Ecuador; Egypt; El Salvador;
    Equatorial Guinea; Eritrea; Estonia; Eswatini; Swaziland; Ethiopia; Falkland Islands;
    Falkland Islands (Malvinas); Faroe Islands; Fiji; Finland; France; French Guiana; French Polynesia;
    French Southern Territories; Gabon; Gambia; Georgia; Germany; Ghana; Gibraltar; Greece; Greenland; Grenada;
    Guadeloupe; Guam; Guatemala; Guernsey; Guinea; Guinea-Bissau; Guyana; Haiti; Heard Island and McDonald Islands;
    Holy See; Holy See (Vatican City State); Vatican City; Honduras; Hong Kong; Hong Kong SAR China; Hungary; Iceland;
    India; Indonesia; Iran; Iran, Islamic Republic of; Iraq; Ireland; Isle of Man; Israel; Italy; Jamaica; Japan;
    Jersey; Jordan; Kazakhstan; Kenya; Kiribati; North Korea; South Korea; Korea, Democratic People's Republic of;
    Korea, Republic of; Kosovo; Kuwait; Kyrgyzstan; Laos; Lao People's Democratic Republic; Latvia; Lebanon; Lesotho;
    Liberia; Libya; Liechtenstein; Lithuania; Luxembourg; Macao; Macau; Macao SAR China; Madagascar; Malawi; Malaysia;
    Maldives; Mali; Malta; Marshall Islands; Martinique; Mauritania; Mauritius; Mayotte; Mexico; Micronesia;
    Micronesia, Federated States of; Moldova; Moldova, Republic of; Monaco; Mongolia; Montenegro; Montserrat; Morocco;
    Mozambique; Myanmar; Myanmar (Burma); Namibia; Nauru; Nepal; Netherlands; New Caledonia; New Zealand; Nicaragua;
    Niger; Nigeria; Niue; Norfolk Island; North Macedonia; Macedonia; Northern Mariana Islands; Norway; Oman; Pakistan;
    Palau; Palestine; Palestine, State of; Palestinian Territories; Panama; Papua New Guinea; Paraguay; Peru;
    Philippines; Pitcairn; Pitcairn Islands; Poland; Portugal; Puerto Rico; Qatar; Réunion; Reunion; Romania; Russia;
    Russian Federation; Rwanda; Saint Barthélemy; St. Barthélemy; Saint Helena;
    Saint Helena, Ascension and Tristan da Cunha; St. Helena; Saint Kitts and Nevis; St. Kitts and Nevis; Saint Lucia;
    St. Lucia; Saint Martin; Saint Martin (French part); St. Martin; Saint Pierre and Miquelon;
    St. Pierre and Miquelon; Saint Vincent and the Grenadines; St. Vincent and the Grenadines; Samoa; San Marino;
    São Tomé and Príncipe; Sao Tome and Principe; Saudi Arabia; Senegal; Serbia; Seychelles; Sierra Leone; Singapore;
    Sint Maarten; Sint Maarten (Dutch part); Slovakia; Slovenia; Solomon Islands; Somalia; South Africa;
    South Georgia and the South Sandwich Islands; South Sudan; Spain; Sri Lanka; Sudan; Suriname;
    Svalbard and Jan Mayen; Sweden; Switzerland; Syria; Syrian Arab Republic; Taiwan; Taiwan, Province of China;
    Tajikistan; Tanzania; Tanzania, United Republic of; Thailand; Timor-Leste; Togo; Tokelau; Tonga;
    Trinidad and Tobago; Tunisia; Turkey; Türkiye; Turkmenistan; Turks and Caicos Islands; Tuvalu;
    U.S. Outlying Islands; U.S. Virgin Islands; Uganda; Ukraine; United Arab Emirates; United Kingdom; United States;
    United States of America; United States Minor Outlying Islands; Uruguay; Uzbekistan; Vanuatu; Venezuela;
    Venezuela, Bolivarian Republic of; Bolivia, Plurinational State of; Vietnam; Viet Nam; Virgin Islands, British;
    Virgin Islands, U.S.; Wallis and Futuna; Western Sahara; Yemen; Zambia; Zimbabwe
    """)

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
