import core.columns
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=40, verbose_name='event')),
                ('source_system', models.CharField(max_length=64, verbose_name='source system')),
                ('source_reference', models.CharField(max_length=64, verbose_name='source reference')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('data', core.columns.EvidenceField(verbose_name='content')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'change event',
                'verbose_name_plural': 'change events',
                'ordering': ('id',),
                'indexes': [models.Index(fields=['source_system', 'id'], name='change_of_source'), models.Index(fields=['desk_code', 'id'], name='change_of_desk')],
            },
        ),
    ]
