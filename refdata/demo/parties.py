"""Counterparties, custodians and our own firm; their LEIs and BICs are public register data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from refdata.demo.house import table
from refdata.states import AgreementKind, Covered

OWN_FIRM: Final = {
    "code": "VALMONT",
    "name": "Valmont Titres SA",
    "lei": "969500DENOUEMENT0075",
    "bic": "",
    "country": "FR",
    "is_own_firm": True,
    "lei_status": "ISSUED",
    "lei_next_renewal": date(2027, 6, 30),
}
COUNTERPARTIES: Final = """
BNPP | BNP Paribas                          | R0MUWSFPU8MPRO8K5P83 | BNPAFRPP | FR
SOGE | Société Générale                     | O2RNE8IBXP4R0TD8PU41 | SOGEFRPP | FR
CACI | Crédit Agricole CIB                  | 1VUV7VQFKUOQSJ21A208 | BSUIFRPP | FR
NATX | Natixis                              | KX1WK48MPD4Y2NCUIZ63 | NATXFRPP | FR
HSBC | HSBC Continental Europe              | F0HUI1NY1AZMJMD8LP67 | CCFRFRPP | FR
BOFA | BofA Securities Europe SA            | 549300FH0WJAPEHTIQ77 | BOFAFRPP | FR
KEPL | Kepler Cheuvreux                     | 9695005EOZG9X8IRJD84 |          | FR
ODDO | Oddo BHF                             | 9695002I9DJHZ3449O66 | ODDOFRPP | FR
EXAN | Exane                                | 969500UP76J52A9OXU27 |          | FR
DEUT | Deutsche Bank AG                     | 7LTWFZYICNSX8D621K86 | DEUTDEFF | DE
COBA | Commerzbank AG                       | 851WYGNLUQLFZBSYGB56 | COBADEFF | DE
JPMO | J.P. Morgan SE                       | 549300ZK53CNGEEI6A29 | CHASDEFX | DE
GOLD | Goldman Sachs Bank Europe SE         | 8IBZUGJ7JPLH368JE346 | GOLDDEFF | DE
MORG | Morgan Stanley Europe SE             | 54930056FHWP7GIWYY08 |          | DE
CITI | Citigroup Global Markets Europe AG   | 6TJCK1B7E7UTXP528Y04 | CITIDEFF | DE
UBSE | UBS Europe SE                        | 5299007QVIQ7IO64NX37 | UBSWDEFF | DE
BERE | Joh. Berenberg, Gossler & Co. KG     | 529900UC2OD7II24Z667 | BEGODEHH | DE
JEFF | Jefferies GmbH                       | 5493004I3LZM39BWHQ75 |          | DE
BARC | Barclays Bank PLC                    | G5GSEF7VJP5I7OUK5573 | BARCGB22 | GB
INGB | ING Bank N.V.                        | 3TK20IVIUJ8J3ZU0QE75 | INGBNL2A | NL
ABNA | ABN AMRO Bank N.V.                   | BFXS5XCH7N0Y05NIXW11 | ABNANL2A | NL
RABO | Coöperatieve Rabobank U.A.           | DG3RU1DBUFHT4ZF9WN62 | RABONL2U | NL
UNIC | UniCredit S.p.A.                     | 549300TRUWO2CD2G5692 | UNCRITMM | IT
SANT | Banco Santander, S.A.                | 5493006QMFDDMYWIAM13 | BSCHESMM | ES
KBCB | KBC Bank NV                          | 6B2PBRV1FCJDMR45RZ53 | KREDBEBB | BE
"""
CUSTODIANS: Final = """
CACE | CACEIS Bank                          | 96950023SCR9X9F3L662 | ISAEFRPP | FR
EURB | Euroclear Bank SA/NV                 | 549300OZ46BRLZ8Y6F65 | MGTCBEBE | BE
CLRF | Clearstream Banking AG               | 549300298FD7AS4PPU70 | DAKVDEFF | DE
STST | State Street Bank International GmbH | ZMHGNT7ZPKZ3UFZ8EO46 | SBOSDEMX | DE
"""
FRENCH_SPEAKING: Final = ("FR", "BE")
CHANNELS: Final = {"BNPP": "API", "JEFF": "HAND"}
"""How a counterparty gets our confirmations, where it is not a file."""
PLACES: Final = {
    "FR": ("SICVFRPP", "BNPAFRPP"),
    "DE": ("DAKVDEFF", "DEUTDEFF"),
    "NL": ("NECINL2A", "INGBNL2A"),
}


HOME_PLACES: Final = {
    "FR": "SICVFRPP", "DE": "DAKVDEFF", "NL": "NECINL2A", "BE": "CIKBBEBB", "IT": "MOTIITMM",
    "ES": "IBRCESMM", "GB": "CRSTGB22", "US": "DTCYUS33", "": "MGTCBEBE",
}  # fmt: skip
"""The depository of each home market, by the country of the ISIN."""


def rows() -> Iterator[dict[str, Any]]:
    """Yield our own firm, 25 counterparties and 4 custodians."""
    yield dict(OWN_FIRM)
    for role, text in (("is_counterparty", COUNTERPARTIES), ("is_custodian", CUSTODIANS)):
        for code, name, lei, bic, country in table(text):
            yield {
                "code": code,
                "name": name,
                "lei": lei,
                "bic": bic,
                "country": country,
                role: True,
                "language": "fr" if country in FRENCH_SPEAKING else "en",
                "confirmation_channel": CHANNELS.get(code, "FILE"),
                "confirmation_email": f"confirmations@{code.lower()}.example",
                "lei_status": "ISSUED",
                "lei_next_renewal": date(2027, 3, 31),
            }


def places(country: str) -> Iterator[tuple[str, str, str]]:
    """Yield (currency, place of settlement, agent) of a counterparty: home, dollars, the rest."""
    place, agent = PLACES.get(country, ("MGTCBEBE", "BNPAFRPP"))
    yield "EUR", place, agent
    yield "USD", "DTCYUS33", "CHASUS33"
    yield "", "MGTCBEBE", "MGTCBEBE"


def agreements(country: str) -> Iterator[tuple[AgreementKind, tuple[Covered, ...]]]:
    """Yield what a counterparty signed with us, and what each agreement covers."""
    yield (
        AgreementKind.FBF if country == "FR" else AgreementKind.ISDA,
        (
            Covered.FORWARD,
            Covered.OTC,
        ),
    )
    yield AgreementKind.GMRA, (Covered.REPO,)
    yield AgreementKind.GMSLA, (Covered.LENDING,)
