"""Sixty-odd real instruments with their real ISINs, and the venues that deal them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from kernel.coupons import DayCount
from refdata.demo.house import table
from refdata.states import AssetClass, PriceType, RecordState

VENUES: Final = """
XPAR | XPAR | EURONEXT - EURONEXT PARIS               | FR | PARIS
XMON | XPAR | EURONEXT DERIVATIVES PARIS              | FR | PARIS
ALXP | XPAR | EURONEXT GROWTH PARIS                   | FR | PARIS
XAMS | XAMS | EURONEXT - EURONEXT AMSTERDAM           | NL | AMSTERDAM
XBRU | XBRU | EURONEXT - EURONEXT BRUSSELS            | BE | BRUSSELS
XLIS | XLIS | EURONEXT - EURONEXT LISBON              | PT | LISBOA
XDUB | XDUB | IRISH STOCK EXCHANGE - ALL MARKET       | IE | DUBLIN
XMIL | XMIL | BORSA ITALIANA S.P.A.                   | IT | MILANO
XMAD | BMEX | BOLSA DE MADRID                         | ES | MADRID
XETR | XETR | XETRA                                   | DE | FRANKFURT
XFRA | XFRA | DEUTSCHE BOERSE AG                      | DE | FRANKFURT
XLON | XLON | LONDON STOCK EXCHANGE                   | GB | LONDON
XSWX | XSWX | SIX SWISS EXCHANGE                      | CH | ZURICH
XSTO | XSTO | NASDAQ STOCKHOLM AB                     | SE | STOCKHOLM
XNYS | XNYS | NEW YORK STOCK EXCHANGE, INC.           | US | NEW YORK
XNAS | XNAS | NASDAQ - ALL MARKETS                    | US | NEW YORK
CEUX | CCXE | CBOE EUROPE - DXE ORDER BOOKS           | NL | AMSTERDAM
TQEX | TQEX | TURQUOISE EUROPE                        | NL | AMSTERDAM
AQEU | AQEU | AQUIS EXCHANGE EUROPE                   | FR | PARIS
BTFE | BTFE | BLOOMBERG TRADING FACILITY B.V.         | NL | AMSTERDAM
XOFF | XOFF | OFF-EXCHANGE TRANSACTIONS - LISTED      | ZZ | NO CITY
SINT | SINT | SYSTEMATIC INTERNALISER                 | ZZ | NO CITY
XXXX | XXXX | NO MARKET                               | ZZ | NO CITY
"""
SHARES: Final = """
TTE   | FR0000120271 | TotalEnergies SE                 | EUR | XPAR | 55.40  | 529900S21EQ1BO4ESM68
MC    | FR0000121014 | LVMH Moët Hennessy Louis Vuitton | EUR | XPAR | 612.30 | IOG4E947OATN0KJYSD45
SAN   | FR0000120578 | Sanofi                           | EUR | XPAR | 84.12  | 549300E9PC51EN656011
OR    | FR0000120321 | L'Oréal                          | EUR | XPAR | 371.90 |
BNP   | FR0000131104 | BNP Paribas                      | EUR | XPAR | 78.25  | R0MUWSFPU8MPRO8K5P83
AIR   | NL0000235190 | Airbus SE                        | EUR | XPAR | 201.55 | MINO79WLOO247M1IL051
SU    | FR0000121972 | Schneider Electric SE            | EUR | XPAR | 241.20 |
AI    | FR0000120073 | Air Liquide SA                   | EUR | XPAR | 172.86 |
CS    | FR0000120628 | AXA SA                           | EUR | XPAR | 40.17  | F5WCUMTUM4RKZ1MAIE39
KER   | FR0000121485 | Kering                           | EUR | XPAR | 289.70 |
RMS   | FR0000052292 | Hermès International             | EUR | XPAR | 2140   |
DG    | FR0000125486 | Vinci SA                         | EUR | XPAR | 119.05 |
SGO   | FR0000125007 | Compagnie de Saint-Gobain        | EUR | XPAR | 88.64  |
CAP   | FR0000125338 | Capgemini SE                     | EUR | XPAR | 131.45 |
ACA   | FR0000045072 | Crédit Agricole SA               | EUR | XPAR | 16.92  | 969500TJ5KRTCJQWXH05
GLE   | FR0000130809 | Société Générale                 | EUR | XPAR | 56.38  | O2RNE8IBXP4R0TD8PU41
ORA   | FR0000133308 | Orange                           | EUR | XPAR | 14.03  | 969500MCOONR8990S771
ENGI  | FR0010208488 | Engie                            | EUR | XPAR | 20.41  | LAXUQCHT4FH58LRZDY46
VIE   | FR0000124141 | Veolia Environnement             | EUR | XPAR | 28.77  |
RNO   | FR0000131906 | Renault SA                       | EUR | XPAR | 35.52  |
ML    | FR001400AJ45 | Michelin                         | EUR | XPAR | 30.19  |
SAF   | FR0000073272 | Safran                           | EUR | XPAR | 298.40 |
BN    | FR0000120644 | Danone                           | EUR | XPAR | 74.66  |
RI    | FR0000120693 | Pernod Ricard                    | EUR | XPAR | 86.90  |
STMPA | NL0000226223 | STMicroelectronics N.V.          | EUR | XPAR | 24.31  |
PUB   | FR0000130577 | Publicis Groupe                  | EUR | XPAR | 84.48  |
SAP   | DE0007164600 | SAP SE                           | EUR | XETR | 231.75 | 529900D6BF99LW9R2E68
SIE   | DE0007236101 | Siemens AG                       | EUR | XETR | 236.20 | W38RGI023J3WT1HWRP32
ALV   | DE0008404005 | Allianz SE                       | EUR | XETR | 362.10 | 529900K9B0N5BT694847
BMW   | DE0005190003 | Bayerische Motoren Werke AG      | EUR | XETR | 84.04  |
BAS   | DE000BASF111 | BASF SE                          | EUR | XETR | 43.68  |
DTE   | DE0005557508 | Deutsche Telekom AG              | EUR | XETR | 29.15  |
DBK   | DE0005140008 | Deutsche Bank AG                 | EUR | XETR | 31.27  | 7LTWFZYICNSX8D621K86
ASML  | NL0010273215 | ASML Holding N.V.                | EUR | XAMS | 834.60 | 724500Y6DUVHQD6OXN27
INGA  | NL0011821202 | ING Groep N.V.                   | EUR | XAMS | 21.94  | 549300NYKK9MWM7GGW15
HEIA  | NL0000009165 | Heineken N.V.                    | EUR | XAMS | 70.36  |
ADYEN | NL0012969182 | Adyen N.V.                       | EUR | XAMS | 1402   |
AAPL  | US0378331005 | Apple Inc.                       | USD | XNAS | 271.30 | HWUPKR0MPOU8FGXBT394
MSFT  | US5949181045 | Microsoft Corporation            | USD | XNAS | 492.15 | INR2EJN1ERAN0W5ZP974
AMZN  | US0231351067 | Amazon.com, Inc.                 | USD | XNAS | 228.40 | ZXTILKJKG63JELOEG630
NVDA  | US67066G1040 | NVIDIA Corporation               | USD | XNAS | 186.75 |
JPM   | US46625H1005 | JPMorgan Chase & Co.             | USD | XNYS | 305.10 |
XOM   | US30231G1022 | Exxon Mobil Corporation          | USD | XNYS | 116.95 |
IBM   | US4592001014 | International Business Machines  | USD | XNYS | 301.20 |
SHEL  | GB00BP6MXD84 | Shell plc                        | GBP | XLON | 27.85  |
AZN   | GB0009895292 | AstraZeneca PLC                  | GBP | XLON | 128.60 |
HSBA  | GB0005405286 | HSBC Holdings plc                | GBP | XLON | 10.72  |
ULVR  | GB00B10RZP78 | Unilever PLC                     | GBP | XLON | 45.06  |
BP    | GB0007980591 | BP p.l.c.                        | GBP | XLON | 4.51   |
"""
BONDS: Final = """
OAT-1129 | FR0013451507 | OAT 0,00 % 25/11/2029  | XPAR | 90.85  | 0    | 2029-11-25
OAT-0529 | FR0013407236 | OAT 0,50 % 25/05/2029  | XPAR | 93.40  | 0.5  | 2029-05-25
OAT-1131 | FR0014002WK3 | OAT 0,00 % 25/11/2031  | XPAR | 84.95  | 0    | 2031-11-25
OAT-1132 | FR001400BKZ3 | OAT 2,00 % 25/11/2032  | XPAR | 93.62  | 2    | 2032-11-25
OAT-0533 | FR001400H7V7 | OAT 3,00 % 25/05/2033  | XPAR | 98.74  | 3    | 2033-05-25
OAT-1133 | FR001400L834 | OAT 3,50 % 25/11/2033  | XPAR | 101.55 | 3.5  | 2033-11-25
OAT-1134 | FR001400QMF9 | OAT 3,00 % 25/11/2034  | XPAR | 97.12  | 3    | 2034-11-25
BUND-0232| DE0001102580 | Bund 0,00 % 15/02/2032 | XETR | 86.10  | 0    | 2032-02-15
BUND-0233| DE000BU2Z007 | Bund 2,30 % 15/02/2033 | XETR | 98.45  | 2.3  | 2033-02-15
BUND-0833| DE000BU2Z015 | Bund 2,60 % 15/08/2033 | XETR | 100.12 | 2.6  | 2033-08-15
BUND-0234| DE000BU2Z023 | Bund 2,20 % 15/02/2034 | XETR | 96.90  | 2.2  | 2034-02-15
"""
ETFS: Final = """
CAC  | FR0007052782 | Amundi CAC 40 UCITS ETF Dist             | XPAR | 78.90
CW8  | LU1681043599 | Amundi MSCI World Swap UCITS ETF EUR Acc | XPAR | 601.25
IWDA | IE00B4L5Y983 | iShares Core MSCI World UCITS ETF        | XAMS | 109.84
SXR8 | IE00B5BMR087 | iShares Core S&P 500 UCITS ETF           | XETR | 618.30
MEUD | LU0908500753 | Amundi Core Stoxx Europe 600 UCITS ETF   | XPAR | 268.45
EXS1 | DE0005933931 | iShares Core DAX UCITS ETF (DE)          | XETR | 196.72
"""
FUNDS: Final = """
CARPAT | FR0010135103 | Carmignac Patrimoine A EUR Acc | 758.41 | 2
CARSEC | FR0010149120 | Carmignac Sécurité A EUR Acc   | 1934.52 | 2
"""
CONTRACTS: Final = """
FCE-Z28      | FRENX28ZFCE6 | CAC 40 future, déc. 2028    | FFICSX | 8120.5 | 0.5 |      |
PXC-Z28-8000 | FRENX28ZPXC5 | CAC 40 call 8000, déc. 2028 | OCEICS | 612.4  | 0.1 | CALL | 8000
"""
"""Their ISINs are invented, with right check digits; both are ten euros a point."""
EXPIRY: Final = date(2028, 12, 15)
SUFFIXES: Final = {
    "XPAR": "FP",
    "XETR": "GY",
    "XAMS": "NA",
    "XNAS": "US",
    "XNYS": "US",
    "XLON": "LN",
}
BASE_PRICES: Final = {
    cells[0]: Decimal(cells[column])
    for text, column in ((SHARES, 5), (BONDS, 4), (ETFS, 4), (FUNDS, 3), (CONTRACTS, 4))
    for cells in table(text)
}


def venues() -> Iterator[dict[str, Any]]:
    """Yield the venues, as the official list would bring them."""
    for mic, operating, name, country, city in table(VENUES):
        yield {
            "mic": mic,
            "operating_mic": operating,
            "name": name,
            "country": country,
            "city": city,
            "status": RecordState.ACTIVE.value,
        }


def rows() -> Iterator[dict[str, Any]]:
    """Yield the instruments with the MICs of their main venues."""
    for code, isin, name, currency, mic, _price, issuer in table(SHARES):
        yield _row(code, isin, name, mic) | {
            "cfi": "ESVUFR",
            "asset_class": AssetClass.EQUITY.value,
            "currency": currency,
            "issuer_lei": issuer,
            "tick_size": Decimal("0.01"),
        }
    for code, isin, name, mic, _price, coupon, maturity in table(BONDS):
        yield _row(code, isin, name, mic) | {
            "cfi": "DBFTFB",
            "asset_class": AssetClass.BOND.value,
            "price_type": PriceType.PERCENT.value,
            "nominal": Decimal(1),
            "coupon_rate": Decimal(coupon),
            "coupon_frequency": 1,
            "day_count": DayCount.ACT_ACT.value,
            "maturity_date": date.fromisoformat(maturity),
            "tick_size": Decimal("0.01"),
        }
    for code, isin, name, mic, _price in table(ETFS):
        yield _row(code, isin, name, mic) | {
            "cfi": "CEOGES",
            "asset_class": AssetClass.ETF.value,
            "tick_size": Decimal("0.01"),
        }
    yield from _funds()
    yield from _contracts()


def _funds() -> Iterator[dict[str, Any]]:
    for code, isin, name, _price, days in table(FUNDS):
        yield _row(code, isin, name, "") | {
            "cfi": "CIOGES",
            "asset_class": AssetClass.FUND.value,
            "lot_size": Decimal("0.001"),
            "settlement_days": int(days),
        }


def _contracts() -> Iterator[dict[str, Any]]:
    for code, isin, name, cfi, _price, tick, option, strike in table(CONTRACTS):
        yield _row(code, isin, name, "XMON") | {
            "cfi": cfi,
            "asset_class": AssetClass.DERIVATIVE.value,
            "multiplier": Decimal(10),
            "tick_size": Decimal(tick),
            "maturity_date": EXPIRY,
            "contract_month": f"{EXPIRY:%Y-%m}",
            "option_type": option,
            "strike_price": Decimal(strike) if strike else None,
        }


def ticker(code: str, mic: str) -> str:
    """Return what the order system calls it, `TTE FP`; bonds have no ticker."""
    return f"{code} {SUFFIXES[mic]}" if "-" not in code and mic in SUFFIXES else ""


def _row(code: str, isin: str, name: str, mic: str) -> dict[str, Any]:
    return {
        "code": code,
        "isin": isin,
        "name": name,
        "short_name": name[:40],
        "venue": mic,
        "currency": "EUR",
    }
