"""Countries as lists write them (names, adjectives, old names) and their ISO 3166 codes."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from babel import Locale

OTHERWISE: Final = """
AE Emirati|UAE|Abu Dhabi|Dubai
AF Afghan
AL Albanian
AM Armenian
AO Angolan
AR Argentine|Argentinian
AT Austrian
AU Australian
AZ Azerbaijani|Azeri
BA Bosnia|Bosnian|Bosnia and Herzegovina|Bosnia-Herzegovina|Republika Srpska
BD Bangladeshi
BE Belgian
BG Bulgarian
BH Bahraini
BI Burundian
BO Bolivia, Plurinational State of|Bolivian
BR Brazilian
BS Bahamas, The
BY Belarusian|Republic of Belarus
CA Canadian
CD Congo, Democratic Republic of the|Democratic Republic of the Congo
CD Democratic Republic of Congo|DRC|DR Congo|Zaire
CF Central African|Central African Republic (CAR)|CAR
CG Congo, Republic of the|Republic of the Congo
CH Swiss
CI Cote d Ivoire|Cote d'Ivoire|Ivory Coast|Ivorian
CL Chilean
CM Cameroonian
CN Chinese|People's Republic of China|PRC
CO Colombian
CR Costa Rican
CU Cuban
CY Cypriot
CZ Czech|Czech Republic
DE German|Federal Republic of Germany
DK Danish
DO Dominican
DZ Algerian
EC Ecuadorian|Ecuadorean
EG Egyptian
ER Eritrean
ES Spanish
ET Ethiopian
FI Finnish
FR French
GB British|United Kingdom of Great Britain and Northern Ireland|UK|England|Great Britain|Scotland
GE Georgian
GH Ghanaian
GM Gambia, The|The Gambia
GN Guinean
GR Greek
GT Guatemalan
HK Hong Kong|Hong Kong, China|Hong Kong SAR
HN Honduran
HR Croatian
HT Haitian
HU Hungarian
ID Indonesian
IE Irish
IL Israeli
IN Indian
IQ Iraqi
IR Iranian|Iran (Islamic Republic of)|Iran, Islamic Republic of|Islamic Republic of Iran
IT Italian
JM Jamaican
JO Jordanian
JP Japanese
KE Kenyan
KG Kyrgyz|Kyrgyz Republic
KP Korea, North|Democratic People's Republic of Korea|DPRK|North Korean
KR Korea, South|Republic of Korea|South Korean
KW Kuwaiti
KZ Kazakh|Kazakhstani
LA Lao People's Democratic Republic|Laotian
LB Lebanese
LK Sri Lankan
LR Liberian
LT Lithuanian
LU Luxembourgish
LV Latvian
LY Libyan|Libyan Arab Jamahiriya
MA Moroccan
MD Moldova|Republic of Moldova|Moldovan
ME Montenegrin
MK Macedonia|The former Yugoslav Republic of Macedonia|Macedonian
ML Malian
MM Burma|Myanmar/Burma|Myanmar (Burma)|Myanmar|Burmese
MO Macau
MR Mauritanian
MT Maltese
MU Mauritian
MV Maldivian
MX Mexican
MY Malaysian
MZ Mozambican
NE Nigerien
NG Nigerian
NI Nicaraguan
NL Dutch|Netherlands, The|The Netherlands
NO Norwegian
NZ New Zealander
OM Omani
PA Panamanian
PE Peruvian
PH Filipino|Philippine|Republic of the Philippines
PK Pakistani
PL Polish
PS Palestinian|Palestine|Palestinian Territories|State of Palestine
PS West Bank|Gaza|Gaza Strip|Gaza Strip, West Bank
PT Portuguese
PY Paraguayan
QA Qatari
RO Romanian
RS Serbian|Republic of Serbia
RU Russian|Russian Federation|Russian Federaton
RW Rwandan|Rwandese
SA Saudi|Saudi Arabian|Kingdom of Saudi Arabia
SD Sudanese|The Sudan
SE Swedish
SG Singaporean
SI Slovenian
SK Slovak
SN Senegalese
SO Somali
SS South Sudanese
SV Salvadoran
SY Syrian|Syrian Arab Republic
TD Chadian
TH Thai
TJ Tajik
TM Turkmen
TN Tunisian
TR Turkey|Turkish|Türkiye|Republic of Türkiye
TT Trinidadian
TW Taiwanese|Taiwan, China
TZ United Republic of Tanzania|Tanzania, United Republic of|Tanzanian
UA Ukrainian
UG Ugandan
US American|USA|United States of America
UY Uruguayan
UZ Uzbek|Uzbekistani
VE Venezuelan|Venezuela, Bolivarian Republic of|Venezuela (Bolivarian Republic of)
VG British Virgin Islands|Virgin Islands, British
VN Vietnamese|Viet Nam
XK Kosovar
YE Yemeni|Republic of Yemen
ZA South African
ZW Zimbabwean
"""
APART: Final = re.compile(r"\s*(?:[;,/]|\band\b|\(\w\))\s*")
BRACKETS: Final = re.compile(r"\(.*?\)")
JOINING: Final = re.compile(r"^the |\band\b|&|\bst\b")
LETTERS: Final = re.compile(r"[^a-z]+")
NOWHERE: Final = frozenset({"", "unknown", "undetermined", "stateless", "none", "na"})
ISO: Final = re.compile(r"[A-Z]{2}")


def codes_in(text: str) -> tuple[list[str], list[str]]:
    """Return the countries that a text names, and the parts of it that name none that we know."""
    if not text or _bare(text) in NOWHERE:
        return [], []
    whole = code_of(text) or code_of(BRACKETS.sub(" ", text).strip())
    if whole:
        return [whole], []
    codes, unknown = [], []
    for part in APART.split(text):
        code = code_of(part)
        if code:
            codes.append(code)
        elif _bare(part) not in NOWHERE:
            unknown.append(part)
    return codes, unknown


def code_of(text: str) -> str:
    """Return the ISO 3166 code of one country, empty when it is none that we know."""
    if ISO.fullmatch(text) and text in _codes():
        return text
    return _names().get(_bare(text), "")


def _bare(text: str) -> str:
    return LETTERS.sub("", JOINING.sub("", text.casefold().replace("saint ", "st ")))


@cache
def _codes() -> frozenset[str]:
    known = {code for code in map(str, Locale("en").territories) if ISO.fullmatch(code)}
    return frozenset(known - {"EU", "UN", "ZZ"})


@cache
def _names() -> dict[str, str]:
    territories = Locale("en").territories
    known = {_bare(territories[code]): code for code in sorted(_codes())}
    for line in OTHERWISE.strip().splitlines():
        code, names = line.split(" ", 1)
        known |= {_bare(name): code for name in names.split("|")}
    return known
