from django.db import migrations, models


class Migration(migrations.Migration):
    """A sender's table may be written in Windows 1252; its mapping says so."""

    dependencies = [
        ("reconciliation", "0005_groups_of_a_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="columnmapping",
            name="encoding",
            field=models.CharField(
                blank=True,
                choices=[("cp1252", "Windows 1252 (CSV of a French Excel)")],
                db_default="",
                default="",
                max_length=6,
                verbose_name="encoding",
            ),
        ),
        migrations.AddConstraint(
            model_name="columnmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("encoding__in", ["cp1252", ""])),
                name="mapping_encoding_known",
            ),
        ),
    ]
