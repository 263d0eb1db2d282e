from django.db import migrations, models


class Migration(migrations.Migration):
    """A setting of a rule may hold in a scope alone."""

    dependencies = [("desk", "0019_what_ended_when")]

    operations = [
        migrations.AddField(
            model_name="controlrule",
            name="inherits",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="as everywhere else"
            ),
        ),
        migrations.AddField(
            model_name="controlrule",
            name="scope",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="scope"
            ),
        ),
    ]
