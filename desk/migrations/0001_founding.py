import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('desk', '0001_initial'), ('desk', '0002_queue_index'), ('desk', '0003_cancellation_work'), ('desk', '0004_corrections_and_reports'), ('desk', '0005_day_of_exceptions'), ('desk', '0006_webhook_work'), ('desk', '0007_quarantine_work'), ('desk', '0008_allocation_work'), ('desk', '0009_confirmation_work'), ('desk', '0010_exceptions_of_a_day'), ('desk', '0011_access_work'), ('desk', '0012_screening_exceptions'), ('desk', '0013_conduct_findings'), ('desk', '0014_decisions_of_a_day'), ('desk', '0015_reverts_and_back_tests'), ('desk', '0016_requests'), ('desk', '0017_several_validations'), ('desk', '0018_rules_of_runs'), ('desk', '0019_what_ended_when'), ('desk', '0020_scopes_of_rules'), ('desk', '0021_one_proposal_per_scope')]

    initial = True

    dependencies = [
        ('core', '0001_founding'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=30)),
                ('subject_id', models.BigIntegerField()),
                ('version_no', models.IntegerField(verbose_name='version')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='fingerprint')),
                ('decision', models.CharField(choices=[('APPROVED', 'APPROVED'), ('REFUSED', 'REFUSED')], max_length=10, verbose_name='decision')),
                ('maker', models.CharField(max_length=150, verbose_name='maker')),
                ('contributors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), size=None, verbose_name='contributors')),
                ('checker', models.CharField(max_length=150, verbose_name='checker')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
                ('decided_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='decided at')),
                ('is_last', models.BooleanField(db_default=True, default=True, verbose_name='last of those it takes')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ('id',),
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='approval_subject'), django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['decided_at'], name='approval_decided_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('decision__in', ['APPROVED', 'REFUSED'])), name='approval_decision_known'), models.CheckConstraint(condition=models.Q(models.Q(('checker', ''), _negated=True), models.Q(('maker', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True)), name='approval_names_everyone'), models.CheckConstraint(condition=models.Q(('checker', models.F('maker')), _negated=True), name='approval_checker_is_not_the_maker'), models.CheckConstraint(condition=models.Q(('contributors__contains', [models.F('checker')]), _negated=True), name='approval_checker_did_not_contribute'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'REFUSED'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='approval_refused_for_a_reason'), models.UniqueConstraint(condition=models.Q(('decision', 'APPROVED'), ('is_last', True)), fields=('subject_kind', 'subject_id', 'version_no'), name='approval_last_per_version'), models.UniqueConstraint(condition=models.Q(('decision', 'APPROVED')), fields=('subject_kind', 'subject_id', 'version_no', 'checker'), name='approval_one_per_checker')],
            },
        ),
        migrations.CreateModel(
            name='SupervisorLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='limits', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('amount_eur', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='limit (EUR)')),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='valid from')),
                ('set_by', models.CharField(max_length=150, verbose_name='set by')),
                ('request_id', models.BigIntegerField(editable=False, null=True, verbose_name='request')),
            ],
            options={
                'verbose_name': 'supervisor limit',
                'verbose_name_plural': 'supervisor limits',
                'ordering': ('user', '-valid_from'),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_eur__gte', 0), ('amount_eur__lt', Decimal('10000000000000000'))), name='limit_amount_is_a_number')],
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
                'constraints': [models.CheckConstraint(condition=models.Q(('people__in', (2, 3))), name='several_validations_are_two_or_three'), models.CheckConstraint(condition=models.Q(('from_eur__isnull', True), models.Q(('from_eur__gte', 0), ('from_eur__lt', Decimal('10000000000000000'))), _connector='OR'), name='several_validations_amount_is_a_number')],
            },
        ),
        migrations.CreateModel(
            name='ControlException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=30, verbose_name='kind of subject')),
                ('subject_id', models.BigIntegerField(verbose_name='subject')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('amount_at_risk', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='amount at risk')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('url', models.CharField(blank=True, default='', max_length=200)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('severity', models.CharField(choices=[('INFO', 'INFO'), ('WARNING', 'WARNING'), ('BLOCKING', 'BLOCKING')], default='WARNING', max_length=10, verbose_name='severity')),
                ('kind', models.CharField(choices=[('CONTROL', 'CONTROL'), ('CAPTURE', 'CAPTURE'), ('PARKED', 'PARKED'), ('REPORT', 'REPORT'), ('SCREENING', 'SCREENING'), ('CONDUCT', 'CONDUCT')], max_length=20, verbose_name='kind')),
                ('rule_code', models.CharField(max_length=20, verbose_name='rule')),
                ('subject_reference', models.CharField(blank=True, default='', max_length=100, verbose_name='reference')),
                ('version_no', models.IntegerField(default=0, verbose_name='version')),
                ('day', models.DateField(blank=True, null=True, verbose_name='business day')),
                ('field', models.CharField(blank=True, default='', max_length=40, verbose_name='field')),
                ('expected', models.CharField(blank=True, default='', max_length=200, verbose_name='expected')),
                ('found', models.CharField(blank=True, default='', max_length=200, verbose_name='found')),
                ('message', models.CharField(max_length=300, verbose_name='message')),
                ('fix', models.CharField(blank=True, default='', max_length=300, verbose_name='proposed repair')),
                ('evidence', models.JSONField(blank=True, default=dict, verbose_name='evidence')),
                ('contributors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=150), blank=True, default=list, size=None, verbose_name='contributors')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('ASSIGNED', 'ASSIGNED'), ('RESOLVED', 'RESOLVED'), ('WAIVED', 'WAIVED'), ('CLOSED', 'CLOSED')], default='OPEN', max_length=10, verbose_name='status')),
                ('raised_at', models.DateTimeField(verbose_name='raised at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('ended_by', models.CharField(blank=True, default='', max_length=150, verbose_name='ended by')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'exception',
                'verbose_name_plural': 'exceptions',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='exception_subject'), models.Index(fields=['day'], name='exception_of_day'), models.Index(fields=['ended_at'], name='exception_ended'), models.Index(condition=models.Q(('state__in', ('OPEN', 'ASSIGNED'))), fields=['-id'], name='exception_live'), models.Index(models.F('severity'), models.F('due_at'), models.OrderBy(models.F('amount_at_risk'), descending=True), condition=models.Q(('state__in', ('OPEN', 'ASSIGNED'))), name='exception_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'ASSIGNED', 'RESOLVED', 'WAIVED', 'CLOSED'])), name='exception_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['CONTROL', 'CAPTURE', 'PARKED', 'REPORT', 'SCREENING', 'CONDUCT'])), name='exception_kind_known'), models.CheckConstraint(condition=models.Q(('severity__in', ['INFO', 'WARNING', 'BLOCKING'])), name='exception_severity_known'), models.CheckConstraint(condition=models.Q(('amount_at_risk__lt', Decimal('10000000000000000'))), name='exception_amount_is_a_number'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAIVED'), _negated=True), models.Q(models.Q(('ended_by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='exception_waived_by_someone_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('severity', 'BLOCKING'), ('state', 'WAIVED'), _negated=True), models.Q(('contributors__contains', [models.F('ended_by')]), _negated=True), _connector='OR'), name='exception_blocking_not_waived_by_its_maker'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'CONDUCT'), ('state', 'WAIVED'), _negated=True), models.Q(('contributors__contains', [models.F('ended_by')]), _negated=True), _connector='OR'), name='exception_conduct_not_waived_by_whom_it_is_about'), models.UniqueConstraint(condition=models.Q(('state__in', ('OPEN', 'ASSIGNED'))), fields=('rule_code', 'subject_kind', 'subject_id', 'field'), name='exception_one_open_per_finding')],
            },
        ),
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=30, verbose_name='kind of subject')),
                ('subject_id', models.BigIntegerField(verbose_name='subject')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('amount_at_risk', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='amount at risk')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('url', models.CharField(blank=True, default='', max_length=200)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('severity', models.CharField(choices=[('INFO', 'INFO'), ('WARNING', 'WARNING'), ('BLOCKING', 'BLOCKING')], default='WARNING', max_length=10, verbose_name='severity')),
                ('kind', models.CharField(choices=[('EXCEPTION', 'EXCEPTION'), ('VALIDATION', 'VALIDATION'), ('CANCELLATION', 'CANCELLATION'), ('CORRECTION', 'CORRECTION'), ('ALLOCATION', 'ALLOCATION'), ('CONFIRMATION', 'CONFIRMATION'), ('BREAK', 'BREAK'), ('REPORT', 'REPORT'), ('WEBHOOK', 'WEBHOOK'), ('QUARANTINE', 'QUARANTINE'), ('ACCESS', 'ACCESS'), ('CONDUCT', 'CONDUCT'), ('WAIVER', 'WAIVER')], max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('DONE', 'DONE')], default='OPEN', max_length=10, verbose_name='status')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('done_by', models.CharField(blank=True, default='', max_length=150, verbose_name='done by')),
            ],
            options={
                'verbose_name': 'work item',
                'verbose_name_plural': 'work items',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'DONE'])), name='workitem_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['EXCEPTION', 'VALIDATION', 'CANCELLATION', 'CORRECTION', 'ALLOCATION', 'CONFIRMATION', 'BREAK', 'REPORT', 'WEBHOOK', 'QUARANTINE', 'ACCESS', 'CONDUCT', 'WAIVER'])), name='workitem_kind_known'), models.CheckConstraint(condition=models.Q(('severity__in', ['INFO', 'WARNING', 'BLOCKING'])), name='workitem_severity_known'), models.CheckConstraint(condition=models.Q(('amount_at_risk__lt', Decimal('10000000000000000'))), name='workitem_amount_is_a_number'), models.UniqueConstraint(condition=models.Q(('state', 'OPEN')), fields=('kind', 'subject_kind', 'subject_id'), name='workitem_one_open_per_subject')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=30)),
                ('subject_id', models.BigIntegerField()),
                ('author', models.CharField(max_length=150, verbose_name='author')),
                ('text', models.TextField(max_length=4000, verbose_name='comment')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ('id',),
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='comment_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something')],
            },
        ),
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
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='request_subject'), models.Index(condition=models.Q(('state', 'ASKED')), fields=['id'], name='request_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['WAIVER', 'CONDUCT_WAIVER', 'VALIDATION_LIMIT', 'SEVERAL_VALIDATIONS'])), name='request_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'GRANTED', 'REFUSED', 'WITHDRAWN', 'LAPSED'])), name='request_state_known'), models.CheckConstraint(condition=models.Q(('amount_at_risk__lt', Decimal('10000000000000000'))), name='request_amount_is_a_number'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('asked_by', ''), _negated=True), models.Q(('fingerprint', ''), _negated=True)), name='request_names_who_why_and_what'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'ASKED')), models.Q(models.Q(('state', 'ASKED'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='request_decided_means_someone'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['GRANTED', 'REFUSED']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='request_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'GRANTED'), _negated=True), models.Q(('contributors__contains', [models.F('decided_by')]), _negated=True), _connector='OR'), name='request_granted_by_no_contributor'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFUSED'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='request_refused_for_a_reason'), models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('kind', 'subject_kind', 'subject_id'), name='request_one_open')],
            },
        ),
        migrations.CreateModel(
            name='ControlRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=20, verbose_name='rule')),
                ('scope', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='scope')),
                ('inherits', models.BooleanField(db_default=False, default=False, verbose_name='as everywhere else')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('parameters', models.JSONField(blank=True, default=dict, verbose_name='parameters')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('state', models.CharField(choices=[('PROPOSED', 'PROPOSED'), ('APPROVED', 'APPROVED'), ('REFUSED', 'REFUSED')], default='PROPOSED', max_length=10, verbose_name='status')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.CharField(blank=True, default='', max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('back_test_id', models.BigIntegerField(blank=True, null=True, verbose_name='back-test')),
                ('reverts', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reverted_by', to='desk.controlrule', verbose_name='takes back')),
            ],
            options={
                'verbose_name': 'rule setting',
                'verbose_name_plural': 'rule settings',
                'ordering': ('code', '-valid_from', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'APPROVED', 'REFUSED'])), name='controlrule_state_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='controlrule_has_a_reason'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='controlrule_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'PROPOSED')), models.Q(models.Q(('state', 'PROPOSED'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='controlrule_decided_means_someone'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('code', 'scope', 'valid_from'), name='controlrule_one_proposal_per_scope')],
            },
        ),
        migrations.CreateModel(
            name='ControlRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job_id', models.BigIntegerField(null=True, verbose_name='job')),
                ('rule_set', models.CharField(db_default='', default='', max_length=64, verbose_name='rules in force')),
                ('judged', models.IntegerField(verbose_name='judged')),
                ('clean_count', models.IntegerField(db_column='clean', verbose_name='without finding')),
                ('hits', models.JSONField(default=dict, verbose_name='findings per rule')),
                ('ended_at', models.DateTimeField(verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'control run',
                'verbose_name_plural': 'control runs',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['ended_at'], name='controlrun_ended')],
            },
        ),
    ]
