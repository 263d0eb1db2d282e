import django.contrib.postgres.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

FORGET = """
DELETE FROM desk_workitem WHERE kind = 'WAIVER' OR subject_kind = 'request';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0015_reverts_and_back_tests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=30, verbose_name='kind of subject')),
                ('subject_id', models.BigIntegerField(verbose_name='subject')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('amount_at_risk', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='amount at risk')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('url', models.CharField(blank=True, default='', max_length=200)),
                ('kind', models.CharField(choices=[('WAIVER', 'WAIVER'), ('CONDUCT_WAIVER', 'CONDUCT_WAIVER'), ('VALIDATION_LIMIT', 'VALIDATION_LIMIT'), ('SEVERAL_VALIDATIONS', 'SEVERAL_VALIDATIONS')], max_length=20, verbose_name='kind')),
                ('subject_reference', models.CharField(max_length=100, verbose_name='reference')),
                ('content', models.JSONField(blank=True, default=dict, verbose_name='asked for')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='fingerprint')),
                ('contributors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), blank=True, default=list, size=None, verbose_name='contributors')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('asked_by', models.CharField(max_length=150, verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('state', models.CharField(choices=[('ASKED', 'ASKED'), ('GRANTED', 'GRANTED'), ('REFUSED', 'REFUSED'), ('WITHDRAWN', 'WITHDRAWN'), ('LAPSED', 'LAPSED')], default='ASKED', max_length=10, verbose_name='status')),
                ('decided_by', models.CharField(blank=True, default='', max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'request',
                'verbose_name_plural': 'requests',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='SeveralValidations',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.PositiveSmallIntegerField(verbose_name='supervisors')),
                ('from_eur', models.DecimalField(decimal_places=4, max_digits=20, null=True, verbose_name='from (EUR)')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('set_by', models.CharField(max_length=150, verbose_name='set by')),
                ('request_id', models.BigIntegerField(editable=False, null=True, verbose_name='request')),
            ],
            options={
                'verbose_name': 'several validations',
                'verbose_name_plural': 'several validations',
                'ordering': ('people', '-valid_from', '-id'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='supervisorlimit',
            name='limit_one_per_day',
        ),
        migrations.RemoveConstraint(
            model_name='workitem',
            name='workitem_kind_known',
        ),
        migrations.AddField(
            model_name='supervisorlimit',
            name='request_id',
            field=models.BigIntegerField(editable=False, null=True, verbose_name='request'),
        ),
        migrations.AlterField(
            model_name='workitem',
            name='kind',
            field=models.CharField(choices=[('EXCEPTION', 'EXCEPTION'), ('VALIDATION', 'VALIDATION'), ('CANCELLATION', 'CANCELLATION'), ('CORRECTION', 'CORRECTION'), ('ALLOCATION', 'ALLOCATION'), ('CONFIRMATION', 'CONFIRMATION'), ('BREAK', 'BREAK'), ('REPORT', 'REPORT'), ('WEBHOOK', 'WEBHOOK'), ('QUARANTINE', 'QUARANTINE'), ('ACCESS', 'ACCESS'), ('CONDUCT', 'CONDUCT'), ('WAIVER', 'WAIVER')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['EXCEPTION', 'VALIDATION', 'CANCELLATION', 'CORRECTION', 'ALLOCATION', 'CONFIRMATION', 'BREAK', 'REPORT', 'WEBHOOK', 'QUARANTINE', 'ACCESS', 'CONDUCT', 'WAIVER'])), name='workitem_kind_known'),
        ),
        migrations.AddIndex(
            model_name='request',
            index=models.Index(fields=['subject_kind', 'subject_id'], name='request_subject'),
        ),
        migrations.AddIndex(
            model_name='request',
            index=models.Index(condition=models.Q(('state', 'ASKED')), fields=['id'], name='request_open'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['WAIVER', 'CONDUCT_WAIVER', 'VALIDATION_LIMIT', 'SEVERAL_VALIDATIONS'])), name='request_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'GRANTED', 'REFUSED', 'WITHDRAWN', 'LAPSED'])), name='request_state_known'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(('amount_at_risk__lt', Decimal('10000000000000000'))), name='request_amount_is_a_number'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('asked_by', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True)), name='request_names_who_why_and_what'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'ASKED')), models.Q(models.Q(('state', 'ASKED'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='request_decided_means_someone'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['GRANTED', 'REFUSED']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='request_two_people'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'GRANTED'), _negated=True), models.Q(('contributors__contains', [models.F('decided_by')]), _negated=True), _connector='OR'), name='request_granted_by_no_contributor'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFUSED'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='request_refused_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('kind', 'subject_kind', 'subject_id'), name='request_one_open'),
        ),
        migrations.AddConstraint(
            model_name='severalvalidations',
            constraint=models.CheckConstraint(condition=models.Q(('people__in', (2, 3))), name='several_validations_are_two_or_three'),
        ),
        migrations.AddConstraint(
            model_name='severalvalidations',
            constraint=models.CheckConstraint(condition=models.Q(('from_eur__isnull', True), models.Q(('from_eur__gte', 0), ('from_eur__lt', Decimal('10000000000000000'))), _connector='OR'), name='several_validations_amount_is_a_number'),
        ),
        migrations.AddField(
            model_name="approval",
            name="is_last",
            field=models.BooleanField(
                db_default=True, default=True, verbose_name="last of those it takes"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
