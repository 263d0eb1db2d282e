"""The feed of confirmations: notes become events, in the order in which they were committed."""

from __future__ import annotations

from typing import Final

from feeds.facts import EventType
from feeds.services import number_all
from settlement.services.news import OF_DEEDS

TAKE: Final = """
DELETE FROM settlement_confirmationnews
 WHERE id IN (SELECT id FROM settlement_confirmationnews ORDER BY id LIMIT %(most)s)
RETURNING id, type, ids, at
"""
TOLD: Final = f"""
WITH taken AS ({TAKE}),
one AS (
SELECT n.id AS note, one.place, n.type, n.at, one.id
  FROM taken n CROSS JOIN unnest(n.ids) WITH ORDINALITY AS one (id, place)),
decided AS (
SELECT one.note, one.place, one.type, one.at, c.id AS confirmation, d.received_id, c.party_id,
       nullif(d.basis, '') AS basis, nullif(c.end_reason, '') AS end_reason,
       (SELECT json_agg(field.key ORDER BY field.key)
          FROM jsonb_each(d.evidence -> 'fields') field
         WHERE NOT (field.value ->> 'agrees')::boolean) AS differs, NULL::bigint AS chaser
  FROM one JOIN settlement_confirmationdecision d ON d.id = one.id
  JOIN settlement_confirmation c ON c.id = d.confirmation_id
 WHERE one.type = ANY(%(deeds)s)),
received AS (
SELECT one.note, one.place, one.type, one.at, NULL::bigint, r.id, r.party_id, NULL, NULL,
       NULL::json, NULL::bigint
  FROM one JOIN settlement_receivedconfirmation r ON r.id = one.id
 WHERE one.type = %(received)s),
chased AS (
SELECT one.note, about.place, one.type, one.at, about.id, NULL::bigint, h.party_id, NULL, NULL,
       NULL::json, h.id
  FROM one JOIN settlement_chaser h ON h.id = one.id
 CROSS JOIN unnest(h.confirmation_ids) WITH ORDINALITY AS about (id, place)
 WHERE one.type = %(chased)s),
every AS (SELECT * FROM decided UNION ALL SELECT * FROM received UNION ALL SELECT * FROM chased),
told AS (
INSERT INTO feeds_changeevent (type, at, source_system, source_reference, desk_code, data)
SELECT e.type, e.at, coalesce(t.source_system, ''), coalesce(t.source_reference, ''),
       coalesce(c.desk_code, ''),
       json_strip_nulls(json_build_object(
         'source_system', t.source_system, 'source_reference', t.source_reference,
         'trade', t.reference, 'trade_version', nullif(c.version_no, 0),
         'confirmation', c.id, 'counterparty', p.code, 'basis', e.basis, 'differs', e.differs,
         'end_reason', e.end_reason, 'message', r.id, 'their_reference', r.reference,
         'their_version', r.version, 'function', r.function, 'chaser', e.chaser))::text
  FROM every e
  JOIN refdata_party p ON p.id = e.party_id
  LEFT JOIN settlement_confirmation c ON c.id = e.confirmation
  LEFT JOIN settlement_receivedconfirmation r ON r.id = e.received_id
  LEFT JOIN trades_trade t ON t.id = c.trade_id
 ORDER BY e.note, e.place)
SELECT count(*) FROM taken
"""  # noqa: S608 - a constant of ours


def tell() -> int:
    """Make events of every note that is committed; return how many notes there were.

    An event about a trade of ours is one of its source, which hears of its own trades alone; what
    is alleged, or has just come in, is of no source.
    """
    said = {
        "deeds": [kind.value for kind in OF_DEEDS.values()],
        "received": EventType.CONFIRMATION_RECEIVED.value,
        "chased": EventType.CONFIRMATION_CHASED.value,
    }
    return number_all(TOLD, said)
