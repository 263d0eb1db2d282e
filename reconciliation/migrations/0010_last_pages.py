from django.db import migrations, models


class Migration(migrations.Migration):
    """Which page of a statement is the last one, and from which day it opens."""

    dependencies = [('reconciliation', '0009_tables_of_cash')]

    operations = [
        migrations.AddField(
            model_name='statement',
            name='is_last_page',
            field=models.BooleanField(db_default=True, default=True, verbose_name='last page'),
        ),
        migrations.AddField(
            model_name='statement',
            name='opened_on',
            field=models.DateField(blank=True, null=True, verbose_name='day of the opening balance'),
        ),
    ]
