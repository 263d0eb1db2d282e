import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trades', '0005_references_per_statement'),
    ]

    operations = [
        migrations.CreateModel(
            name='CancellationRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_no', models.PositiveIntegerField(verbose_name='version')),
                ('fingerprint', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('asked_by', models.CharField(max_length=150, verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('state', models.CharField(default='ASKED', max_length=10, verbose_name='state')),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cancellation_requests', to='trades.trade')),
            ],
            options={
                'verbose_name': 'cancellation request',
                'verbose_name_plural': 'cancellation requests',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'GRANTED', 'REFUSED', 'LAPSED'])), name='cancellation_known_state'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='cancellation_has_a_reason'), models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('trade',), name='cancellation_asked_once')],
            },
        ),
    ]
