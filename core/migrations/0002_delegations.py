import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0001_founding"),
    ]

    operations = [
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('AGENT', 'AGENT'), ('SUPERVISOR', 'SUPERVISOR')], max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('asked_by', models.CharField(max_length=150, verbose_name='asked by')),
                ('granted_by', models.CharField(max_length=150, verbose_name='granted by')),
                ('granted_at', models.DateTimeField(verbose_name='granted at')),
                ('request_id', models.BigIntegerField(editable=False, verbose_name='request')),
                ('state', models.CharField(choices=[('GRANTED', 'GRANTED'), ('WITHDRAWN', 'WITHDRAWN')], default='GRANTED', max_length=10, verbose_name='status')),
                ('withdrawn_by', models.CharField(blank=True, default='', max_length=150, verbose_name='withdrawn by')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
                ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_held', to=settings.AUTH_USER_MODEL, verbose_name='stands in')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL, verbose_name='stands aside')),
            ],
            options={
                'verbose_name': 'delegation',
                'verbose_name_plural': 'delegations',
                'ordering': ('-id',),
                'indexes': [
                    models.Index(condition=Q(('state', 'GRANTED')), fields=['delegate', 'ends_at'], name='delegation_of_delegate'),
                    models.Index(condition=Q(('state', 'GRANTED')), fields=['lender', 'ends_at'], name='delegation_of_lender'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=Q(('state__in', ['GRANTED', 'WITHDRAWN'])), name='delegation_state_known'),
                    models.CheckConstraint(condition=Q(('role__in', ('AGENT', 'SUPERVISOR'))), name='delegation_role_is_lent'),
                    models.CheckConstraint(condition=Q(('lender', F('delegate')), _negated=True), name='delegation_to_another'),
                    models.CheckConstraint(
                        condition=Q(ends_at__gt=F('starts_at')) & Q(ends_at__lte=F('starts_at') + datetime.timedelta(days=92) + datetime.timedelta(hours=1)),
                        name='delegation_is_short',
                    ),
                    models.CheckConstraint(condition=~Q(reason='') & ~Q(asked_by='') & ~Q(granted_by=F('asked_by')), name='delegation_by_two_for_a_reason'),
                    models.CheckConstraint(
                        condition=Q(state='GRANTED', withdrawn_by='') | (Q(state='WITHDRAWN') & ~Q(withdrawn_by='')),
                        name='delegation_withdrawn_by_someone',
                    ),
                    models.UniqueConstraint(fields=('request_id',), name='delegation_once_per_request'),
                ],
            },
        ),
    ]
