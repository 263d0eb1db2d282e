from django.db import migrations, models


class Migration(migrations.Migration):
    """A saved mapping reads trades, or cash."""

    dependencies = [('reconciliation', '0008_passes_are_checked')]

    operations = [
        migrations.AddField(
            model_name='columnmapping',
            name='content',
            field=models.CharField(choices=[('TRADES', 'Trades'), ('CASH', 'Cash')], db_default='TRADES', default='TRADES', max_length=6, verbose_name='holds'),
        ),
        migrations.AddConstraint(
            model_name='columnmapping',
            constraint=models.CheckConstraint(condition=models.Q(('content__in', ['TRADES', 'CASH'])), name='mapping_content_known'),
        ),
    ]
