"""The feed of trades: notes become events, in the order in which their changes were committed."""

from __future__ import annotations

from typing import Final

from feeds.services import number_all
from trades.services.news import OF_MESSAGES

TAKE: Final = """
DELETE FROM trades_news
 WHERE id IN (SELECT id FROM trades_news ORDER BY id LIMIT %(most)s)
RETURNING id, type, ids, versions, at
"""
TOLD: Final = f"""
WITH taken AS ({TAKE}),
messages AS (
SELECT n.id AS note, one.place, n.type, n.at,
       coalesce(t.source_system, e.source_system) AS source_system,
       coalesce(t.source_reference, e.source_reference) AS source_reference,
       coalesce(t.desk_code, b.desk_code, '') AS desk_code,
       json_strip_nulls(json_build_object(
         'source_system', coalesce(t.source_system, e.source_system),
         'source_reference', coalesce(t.source_reference, e.source_reference),
         'source_version', coalesce(v.source_version, e.source_version), 'action', e.action,
         'execution_id', e.id,
         'reason_code', nullif(e.reason_code, ''),
         'trade', t.reference, 'trade_version', v.version_no))::text AS data
  FROM taken n
 CROSS JOIN unnest(n.ids) WITH ORDINALITY AS one (id, place)
  JOIN trades_execution e ON e.id = one.id
  LEFT JOIN trades_trade t ON t.id = e.trade_id
  LEFT JOIN trades_tradeversion v ON v.trade_id = e.trade_id AND v.execution_id = e.id
  LEFT JOIN LATERAL (
       SELECT d.code AS desk_code
         FROM refdata_book book JOIN refdata_desk d ON d.id = book.desk_id
        WHERE t.id IS NULL AND book.code = e.content::json ->> 'book') b ON true
 WHERE n.type = ANY(%(kinds)s)),
states AS (
SELECT n.id AS note, one.place, n.type, n.at, t.source_system, t.source_reference, t.desk_code,
       json_build_object(
         'source_system', t.source_system, 'source_reference', t.source_reference,
         'trade', t.reference, 'trade_version', one.version)::text AS data
  FROM taken n
 CROSS JOIN unnest(n.ids, n.versions) WITH ORDINALITY AS one (id, version, place)
  JOIN trades_trade t ON t.id = one.id
 WHERE NOT n.type = ANY(%(kinds)s)),
told AS (
INSERT INTO feeds_changeevent (type, at, source_system, source_reference, desk_code, data)
SELECT type, at, source_system, source_reference, desk_code, data
  FROM (SELECT * FROM messages UNION ALL SELECT * FROM states) every
 ORDER BY note, place)
SELECT count(*) FROM taken
"""  # noqa: S608 - a constant of ours


def tell() -> int:
    """Make events of every note that is committed; return how many notes there were.

    Whatever was committed before the call is in the feed after it.
    """
    return number_all(TOLD, {"kinds": [kind.value for kind in OF_MESSAGES]})
