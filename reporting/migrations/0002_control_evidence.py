import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0001_founding"),
        ("reporting", "0001_founding"),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.BigIntegerField(unique=True, verbose_name='number')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('asked_by', models.CharField(max_length=150, verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('job_id', models.BigIntegerField(unique=True, verbose_name='job')),
                ('figures', models.JSONField(default=dict, verbose_name='figures')),
                ('pdf', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile', verbose_name='PDF')),
                ('workbook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile', verbose_name='XLSX')),
            ],
            options={
                'verbose_name': 'control evidence',
                'verbose_name_plural': 'control evidence',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='evidence_report_from_one'), models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='evidence_report_days_in_order'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='evidence_report_language_known')],
            },
        ),
    ]
