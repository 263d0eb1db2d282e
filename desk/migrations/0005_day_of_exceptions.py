from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_corrections_and_reports")]

    operations = [
        migrations.AddField(
            model_name="controlexception",
            name="day",
            field=models.DateField(blank=True, null=True, verbose_name="business day"),
        ),
    ]
