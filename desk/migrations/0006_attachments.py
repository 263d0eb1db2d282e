import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files beside comments, and that one was laid there by mistake."""

    dependencies = [("core", "0001_founding"), ("desk", "0005_mentions")]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="desk.comment",
                        verbose_name="comment",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="stored file",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="AttachmentWithdrawal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("withdrawn_by", models.CharField(max_length=150, verbose_name="withdrawn by")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="desk.attachment",
                        verbose_name="attachment",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal of an attachment",
                "verbose_name_plural": "withdrawals of attachments",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_by", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="attachment_withdrawn_by_someone_for_a_reason",
                    )
                ],
            },
        ),
    ]
