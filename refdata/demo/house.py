"""The invented house: Valmont Titres, its desks, books, traders and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from refdata.states import AccountKind

DESKS: Final = """
EQ-PAR | Actions Paris
EQ-EUR | Actions Europe
EQ-INT | Actions internationales
FI-GOV | Obligations d'État
ETF    | ETF et fonds
"""
BOOKS: Final = """
EQ-PAR-1 | Actions Paris, compte propre      | EQ-PAR
EQ-PAR-2 | Actions Paris, clientèle          | EQ-PAR
EQ-EUR-1 | Actions Europe, compte propre     | EQ-EUR
EQ-EUR-2 | Actions Europe, clientèle         | EQ-EUR
EQ-INT-1 | Actions américaines               | EQ-INT
EQ-INT-2 | Actions britanniques              | EQ-INT
FI-GOV-1 | OAT                               | FI-GOV
FI-GOV-2 | Bunds                             | FI-GOV
ETF-1    | ETF, tenue de marché              | ETF
ETF-2    | ETF, clientèle                    | ETF
"""
TRADERS: Final = """
T-ANA  | Ana       | Martin    | 1985-03-07 | FR | EQ-PAR
T-LEO  | Léo       | Bernard   | 1990-11-21 | FR | EQ-PAR
T-INES | Inès      | Moreau    | 1988-06-02 | FR | EQ-PAR
T-JULE | Jules     | Lefèvre   | 1979-01-15 | FR | EQ-EUR
T-KLRA | Klara     | Schneider | 1992-09-30 | DE | EQ-EUR
T-TOM  | Tom       | Visser    | 1986-12-12 | NL | EQ-EUR
T-EMMA | Emma      | Clarke    | 1991-04-18 | GB | EQ-INT
T-NOAH | Noah      | Dubois    | 1983-08-25 | FR | EQ-INT
T-LINA | Lina      | Rossi     | 1987-02-09 | IT | FI-GOV
T-HUGO | Hugo      | Garnier   | 1976-05-27 | FR | FI-GOV
T-ZOE  | Zoé       | Lambert   | 1993-10-04 | FR | ETF
T-ADAM | Adam      | Roussel   | 1989-07-19 | FR | ETF
"""
ACCOUNTS: Final = """
CASH-EUR  | Compte espèces EUR      | CASH       | EUR | FR7630004008280001001234535 | BNPP
CASH-USD  | Compte espèces USD      | CASH       | USD | FR7630004008280001005432113 | BNPP
CASH-EUR2 | Compte espèces EUR 2    | CASH       | EUR | FR7630003030000002011223371 | SOGE
CASH-GBP  | Compte espèces GBP      | CASH       | GBP | GB56BARC20204112345678      | BARC
CASH-CHF  | Compte espèces CHF      | CASH       | CHF | CH9300762011623852957       | UBSE
SEC-FR    | Titres Euroclear France | SECURITIES |     | 30004FR001                  | CACE
SEC-DE    | Titres Clearstream      | SECURITIES |     | 7010DE0012                  | CLRF
SEC-ICSD  | Titres Euroclear Bank   | SECURITIES |     | 95412                       | EURB
SEC-US    | Titres DTC              | SECURITIES |     | 0901US7744                  | STST
SEC-GB    | Titres CREST            | SECURITIES |     | 5T7GB00031                  | STST
"""


def table(text: str) -> Iterator[list[str]]:
    """Yield the rows of a table drawn with bars."""
    for line in text.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")]


def desks() -> Iterator[dict[str, Any]]:
    """Yield the desks."""
    for code, name in table(DESKS):
        yield {"code": code, "name": name}


def books() -> Iterator[dict[str, Any]]:
    """Yield the books with the codes of their desks."""
    for code, name, desk in table(BOOKS):
        yield {"code": code, "name": name, "desk": desk}


def traders() -> Iterator[dict[str, Any]]:
    """Yield the traders with the codes of their desks."""
    for code, first, last, born, country, desk in table(TRADERS):
        yield {
            "code": code,
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "birth_date": date.fromisoformat(born),
            "country": country,
            "branch_country": "FR",
            "desk": desk,
        }


def accounts() -> Iterator[dict[str, Any]]:
    """Yield our accounts with the codes of their custodians."""
    for code, name, kind, currency, number, custodian in table(ACCOUNTS):
        yield {
            "code": code,
            "name": name,
            "kind": kind,
            "currency": currency,
            "iban" if kind == AccountKind.CASH else "number": number,
            "custodian": custodian,
        }
