"""The index of the latest first becomes ascending and is read backwards (see trades 0026)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0004_files_of_swift_messages")]

    operations = [
        migrations.RemoveIndex("confirmation", "confirmation_latest"),
        migrations.AddIndex(
            "confirmation", models.Index(fields=["trade_date", "id"], name="confirmation_latest")
        ),
    ]
