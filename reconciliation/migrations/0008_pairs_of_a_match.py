from collections import defaultdict
from decimal import Decimal

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q


TABLE = "reconciliation_matchallocation"
#: One with one, and one with several: the several say how much.
SIMPLE = f"""
INSERT INTO {TABLE}
       (group_id, trade_id, line_id, kind, amount, state, claims_trade, claims_line)
SELECT o.group_id, o.item_id, t.item_id, o.kind,
       CASE WHEN s.theirs > 1 THEN t.amount ELSE o.amount END, o.state,
       row_number() OVER (PARTITION BY o.group_id, o.item_id ORDER BY t.item_id) = 1,
       row_number() OVER (PARTITION BY o.group_id, t.item_id ORDER BY o.item_id) = 1
  FROM (SELECT group_id, count(*) FILTER (WHERE side = 'OURS') AS ours,
               count(*) FILTER (WHERE side = 'THEIRS') AS theirs
          FROM allocation_by_side GROUP BY group_id) s
  JOIN allocation_by_side o ON o.group_id = s.group_id AND o.side = 'OURS'
  JOIN allocation_by_side t ON t.group_id = s.group_id AND t.side = 'THEIRS'
 WHERE s.ours = 1 OR s.theirs = 1
"""
SEVERAL = """
SELECT group_id, kind, state, side, item_id, (amount * 10000)::bigint FROM allocation_by_side
 WHERE group_id IN (SELECT group_id FROM allocation_by_side GROUP BY group_id
                    HAVING count(*) FILTER (WHERE side = 'OURS') > 1
                       AND count(*) FILTER (WHERE side = 'THEIRS') > 1)
 ORDER BY group_id, side, item_id
"""
ADD = f"""
INSERT INTO {TABLE}
       (group_id, kind, state, trade_id, line_id, amount, claims_trade, claims_line)
VALUES (%s, %s, %s, %s, %s, %s / 10000.0, %s, %s)
"""

#: The way back: what a pair allocates belongs to the trade on one side, to the line on the other.
TAKE_OUT = f"CREATE TEMPORARY TABLE pairs_of_a_match ON COMMIT DROP AS SELECT * FROM {TABLE}"
BY_SIDE = f"""
INSERT INTO {TABLE} (group_id, kind, state, side, item_id, currency, amount)
SELECT p.group_id, p.kind, p.state, s.side, s.item_id, l.currency, sum(p.amount)
  FROM pairs_of_a_match p
  JOIN reconciliation_statementline l ON l.id = p.line_id,
       LATERAL (VALUES ('OURS', p.trade_id), ('THEIRS', p.line_id)) s (side, item_id)
 GROUP BY p.group_id, p.kind, p.state, s.side, s.item_id, l.currency
"""


def share_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Pair what was allocated by side; several with several, which people matched, one by one."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SIMPLE)
        cursor.execute(SEVERAL)
        if not cursor.rowcount:
            return
        from reconciliation.frames import shared_out  # noqa: PLC0415 - loads the engine

        groups = defaultdict(lambda: {"OURS": [], "THEIRS": []})
        for *group, side, item, units in cursor.fetchall():
            groups[tuple(group)][side].append((item, units))
        for group, sides in groups.items():
            for share in shared_out(sides["OURS"], sides["THEIRS"]):
                cursor.execute(ADD, [*group, *share])


class Migration(migrations.Migration):
    """A match allocates amounts of lines to trades: one row for both sides, numbered by its items.

    Writes the table anew under its lock, and the views and triggers after it.
    """

    dependencies = [
        ("reconciliation", "0007_one_live_group_by_side"),
    ]

    operations = [
        migrations.RunSQL(
            [
                "DROP VIEW IF EXISTS qa.match_allocation",  # made again with the triggers
                f"CREATE TEMPORARY TABLE allocation_by_side ON COMMIT DROP AS SELECT * FROM {TABLE}",
            ],
            reverse_sql=BY_SIDE,
        ),
        migrations.DeleteModel("MatchAllocation"),
        migrations.CreateModel(
            name="MatchAllocation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "group_id",
                        "trade_id",
                        "line_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="reconciliation.matchgroup",
                    ),
                ),
                ("trade_id", models.BigIntegerField(verbose_name="trade")),
                ("line_id", models.BigIntegerField(verbose_name="line")),
                (
                    "kind",
                    models.CharField(
                        choices=[("TRADES", "Trades"), ("CASH", "Cash")],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=4, max_digits=20, verbose_name="amount"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("CONFIRMED", "Confirmed"),
                            ("UNDONE", "Undone"),
                        ],
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                ("claims_trade", models.BooleanField(default=True)),
                ("claims_line", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "match allocation",
                "verbose_name_plural": "match allocations",
                "indexes": [
                    models.Index(
                        condition=Q(("state", "UNDONE")),
                        fields=["trade_id"],
                        name="allocation_undone",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(
                            ("claims_trade", True), Q(("state", "UNDONE"), _negated=True)
                        ),
                        fields=("trade_id", "kind"),
                        name="allocation_trade_claimed_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("claims_line", True), Q(("state", "UNDONE"), _negated=True)),
                        fields=("line_id",),
                        name="allocation_line_claimed_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(("state__in", ["PROPOSED", "CONFIRMED", "UNDONE"])),
                        name="allocation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(("amount__lt", Decimal("10000000000000000"))),
                        name="allocation_numbers",
                    ),
                ],
            },
        ),
        migrations.RunPython(share_out, migrations.RunPython.noop),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            reverse_sql=["DROP VIEW IF EXISTS qa.match_allocation", TAKE_OUT],
        ),
    ]
