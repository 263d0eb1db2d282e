from django.db import migrations, models


class Migration(migrations.Migration):
    """Of several approvals that a trade takes, one is the last."""

    dependencies = [("desk", "0016_requests")]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="is_last",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="last of those it takes"
            ),
        ),
    ]
