import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BACK = "DELETE FROM desk_workitem WHERE kind = 'MENTION'"
KINDS = [
    *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "ALLOCATION", "CONFIRMATION"),
    *("BREAK", "REPORT", "WEBHOOK", "QUARANTINE", "ACCESS", "CONDUCT", "WAIVER", "MENTION"),
]


class Migration(migrations.Migration):
    """Whoever is named in a comment has it as work."""

    dependencies = [
        ("desk", "0004_queue_by_priority"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=200, verbose_name="page")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="desk.comment",
                        verbose_name="comment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("comment", "user"), name="mention_once")
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="workitem", name="workitem_kind_known"),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.AlterField(
            model_name="workitem",
            name="kind",
            field=models.CharField(
                choices=[(kind, kind) for kind in KINDS], max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="workitem_kind_known"
            ),
        ),
    ]
