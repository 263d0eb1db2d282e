import core.columns
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('feeds', '0001_changes'), ('feeds', '0002_webhooks')]

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
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('event_types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='events')),
                ('source_system', models.CharField(blank=True, default='', max_length=64, verbose_name='source system')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('state', models.CharField(default='ACTIVE', max_length=10, verbose_name='status')),
                ('salt', models.CharField(editable=False, max_length=64)),
                ('secret_print', models.CharField(editable=False, max_length=64)),
                ('previous_salt', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('previous_until', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.CharField(max_length=150, verbose_name='created by')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ('name',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['ACTIVE', 'PAUSED', 'DISABLED', 'ENDED'])), name='webhook_known_state')],
            },
        ),
        migrations.CreateModel(
            name='WebhookProgress',
            fields=[
                ('endpoint', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='progress', serialize=False, to='feeds.webhookendpoint')),
                ('position', models.BigIntegerField(default=0, verbose_name='last event')),
                ('failures', models.IntegerField(default=0, verbose_name='failures in a row')),
                ('failing_since', models.DateTimeField(null=True, verbose_name='failing since')),
                ('resting_until', models.DateTimeField(null=True, verbose_name='resting until')),
                ('busy_until', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'progress of a webhook',
                'verbose_name_plural': 'progress of webhooks',
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='feeds.webhookendpoint', verbose_name='webhook')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='feeds.changeevent')),
                ('message_id', models.CharField(max_length=64, verbose_name='message')),
                ('type', models.CharField(max_length=40, verbose_name='event')),
                ('source_reference', models.CharField(blank=True, max_length=64, verbose_name='source reference')),
                ('state', models.CharField(default='WAITING', max_length=10, verbose_name='status')),
                ('attempts', models.IntegerField(default=0, verbose_name='attempts')),
                ('last_code', models.IntegerField(null=True, verbose_name='last answer')),
                ('due_at', models.DateTimeField(null=True, verbose_name='next attempt')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('delivered_at', models.DateTimeField(null=True, verbose_name='delivered at')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ('-id',),
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['endpoint', 'id'], name='delivery_waiting'), models.Index(fields=['state', '-id'], name='delivery_by_state'), models.Index(fields=['endpoint', '-id'], name='delivery_of_webhook')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'DELIVERED', 'FAILED', 'DROPPED'])), name='delivery_known_state'), models.UniqueConstraint(fields=('endpoint', 'message_id'), name='delivery_once_per_webhook'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAITING'), _negated=True), ('due_at__isnull', False), _connector='OR'), name='delivery_that_waits_is_due')],
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='feeds.webhookdelivery')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='IP address')),
                ('code', models.IntegerField(null=True, verbose_name='answer')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='error')),
                ('response', models.TextField(blank=True, verbose_name='response')),
                ('took_ms', models.IntegerField(verbose_name='milliseconds')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'ordering': ('id',),
            },
        ),
    ]
