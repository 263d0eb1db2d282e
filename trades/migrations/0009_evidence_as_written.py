import core.columns
from django.db import migrations


class Migration(migrations.Migration):
    """What was hashed is kept letter by letter; PostgreSQL need not take it apart."""

    dependencies = [
        ('trades', '0008_open_trades'),
    ]

    operations = [
        migrations.AlterField(
            model_name='execution',
            name='content',
            field=core.columns.EvidenceField(verbose_name='content'),
        ),
        migrations.AlterField(
            model_name='tradeversion',
            name='terms',
            field=core.columns.EvidenceField(verbose_name='terms'),
        ),
    ]
