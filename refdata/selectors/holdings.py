"""What our accounts hold by their latest statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Final

from django.db import connection

from refdata.facts import AccountHoldings, HoldingFacts

#: The latest statement of securities and that of cash until a day, each whole.
LATEST: Final = """
WITH asked AS MATERIALIZED (SELECT id, code FROM refdata_account WHERE code = ANY(%(codes)s))
SELECT a.code, h.day, '', i.isin, h.quantity, h.blocked, h.pledged
  FROM asked a
 CROSS JOIN LATERAL (SELECT max(day) AS day FROM refdata_holding
                      WHERE account_id = a.id AND instrument_id IS NOT NULL
                        AND day <= %(day)s) latest
  JOIN refdata_holding h
    ON h.account_id = a.id AND h.day = latest.day AND h.instrument_id IS NOT NULL
  JOIN refdata_instrument i ON i.id = h.instrument_id
 UNION ALL
SELECT a.code, h.day, h.currency, '', h.quantity, h.blocked, h.pledged
  FROM asked a
 CROSS JOIN LATERAL (SELECT max(day) AS day FROM refdata_holding
                      WHERE account_id = a.id AND NOT currency = ''
                        AND day <= %(day)s) latest
  JOIN refdata_holding h
    ON h.account_id = a.id AND h.day = latest.day AND NOT h.currency = ''
"""


def holdings_of(codes: Collection[str], day: date) -> dict[str, AccountHoldings]:
    """Return the latest holdings until a day by account code, whatever is stated of later ones;
    accounts without any statement are absent.
    """
    found: dict[str, AccountHoldings] = {}
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"codes": sorted(codes), "day": day})
        for code, on, currency, isin, *amounts in cursor.fetchall():
            known = found.get(code) or AccountHoldings()
            dated = replace(known, cash_on=on) if currency else replace(known, securities_on=on)
            dated.lines[currency or isin] = HoldingFacts(*amounts)
            found[code] = dated
    return found
