"""What is odd about the accounts of settlement instructions, found set-wise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

from core.sequences import array_of
from refdata.rules.accounts import AccountSigns, look_alike

#: What may be alike: the account that is replaced, the same account of another party, and IBANs
#: of one country and length that share one half. Each is found by equality, never pair by pair.
CANDIDATES: Final = """
WITH asked AS MATERIALIZED (
SELECT id, party_id, replaces_id, decided_at, proposed_by, decided_by, agent_bic,
       account_number AS number,
       account_number ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$' AS is_iban
  FROM refdata_settlementinstruction WHERE id = ANY(%s)),
known AS (
SELECT id, party_id, agent_bic, account_number AS number
  FROM refdata_settlementinstruction WHERE state <> 'REFUSED'),
pairs AS (
SELECT a.id, k.id AS other FROM asked a JOIN known k ON k.id = a.replaces_id
 UNION
SELECT a.id, k.id FROM asked a JOIN known k
    ON k.number = a.number AND k.agent_bic = a.agent_bic AND k.party_id <> a.party_id
 UNION
SELECT a.id, k.id FROM asked a JOIN known k
    ON left(k.number, 2) = left(a.number, 2) AND length(k.number) = length(a.number)
   AND substr(k.number, 5, 8) = substr(a.number, 5, 8) AND k.number <> a.number
 WHERE a.is_iban
 UNION
SELECT a.id, k.id FROM asked a JOIN known k
    ON left(k.number, 2) = left(a.number, 2) AND length(k.number) = length(a.number)
   AND right(k.number, 8) = right(a.number, 8) AND k.number <> a.number
 WHERE a.is_iban)
SELECT a.id, a.number, a.replaces_id, a.decided_at, a.proposed_by, a.decided_by,
       p.code, k.number, k.party_id = a.party_id
  FROM asked a LEFT JOIN pairs ON pairs.id = a.id LEFT JOIN known k ON k.id = pairs.other
  LEFT JOIN refdata_party p ON p.id = k.party_id
 ORDER BY a.id, k.id
"""


def account_signs(ids: Iterable[int]) -> dict[int, AccountSigns]:
    """Return what is to be looked at in the accounts of these instructions, by their ids.

    Of several accounts that one looks like, the first is named.
    """
    found: dict[int, AccountSigns] = {}
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [array_of(sorted(set(ids)))])
        for pk, number, replaced, decided_at, *people, party, other, is_own in cursor.fetchall():
            same = number == other and not is_own
            is_alike = other is not None and (same or look_alike(number, other))
            if pk in found and (found[pk].alike or not is_alike):
                continue
            changed = replaced is not None and decided_at is not None
            found[pk] = AccountSigns(
                changed_on=decided_at.date() if changed else None,
                changed_by=", ".join(people) if changed else "",
                alike=f"{party} {other}" if is_alike else "",
                same=is_alike and same,
            )
    return found
