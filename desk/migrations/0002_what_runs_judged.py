import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("desk", "0001_founding"),
    ]

    operations = [
        migrations.AddField(
            model_name='controlrun',
            name='subject_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None, verbose_name='trades'),
        ),
        migrations.AddField(
            model_name='controlrun',
            name='version_nos',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None, verbose_name='versions'),
        ),
        migrations.AddConstraint(
            model_name='controlrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject_ids__isnull', True), ('version_nos__isnull', True)), models.Q(('subject_ids__len', models.F('judged')), ('version_nos__len', models.F('judged'))), _connector='OR'), name='controlrun_names_what_it_judged'),
        ),
    ]
