import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_delegations"),
    ]

    operations = [
        migrations.AddField(
            model_name='accessreviewrow',
            name='delegation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.delegation', verbose_name='delegation'),
        ),
    ]
