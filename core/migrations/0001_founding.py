import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

#: A sequence goes on over midnight: only within one day its numbers must not come again.
DATED = """
CREATE FUNCTION dated_number(sequence regclass) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYMMDD')::bigint * 1000000000 + nextval(sequence)
$$
"""
WRITTEN = """
CREATE FUNCTION number_text(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN number < 1000000000 THEN lpad(number::text, 9, '0')
              ELSE (number / 1000000000)::text || lpad(
                   (number % 1000000000)::text,
                   greatest(6, length((number % 1000000000)::text)), '0') END
$$
"""


class Migration(migrations.Migration):
    """The tables of the room, and numbers that carry their day (`kernel/numbering.py`)."""

    replaces = [('core', '0001_initial'), ('core', '0002_saved_views'), ('core', '0003_audit_ranges'), ('core', '0004_names_of_tables'), ('core', '0005_dated_numbers'), ('core', '0006_views_outcomes_exports'), ('core', '0007_counterparty_clients'), ('core', '0008_roles_by_two_people'), ('core', '0009_access_reviews')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.RunSQL(DATED, reverse_sql="DROP FUNCTION dated_number(regclass)"),
        migrations.RunSQL(WRITTEN, reverse_sql="DROP FUNCTION number_text(bigint)"),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('language', models.CharField(blank=True, choices=[('', 'As the browser'), ('en', 'English'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('theme', models.CharField(blank=True, choices=[('', 'As the system'), ('light', 'Light'), ('dark', 'Dark')], max_length=5, verbose_name='theme')),
                ('shortcuts_enabled', models.BooleanField(default=True, verbose_name='keyboard shortcuts')),
                ('date_style', models.CharField(blank=True, choices=[('', 'As the language: 20/11/2026'), ('iso', 'ISO 8601: 2026-11-20')], default='', max_length=3, verbose_name='dates')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('AGENT', 'AGENT'), ('SUPERVISOR', 'SUPERVISOR'), ('AUDITOR', 'AUDITOR'), ('ADMINISTRATOR', 'ADMINISTRATOR'), ('API_CLIENT', 'API_CLIENT'), ('COUNTERPARTY_CLIENT', 'COUNTERPARTY_CLIENT')], max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('granted_by', models.CharField(blank=True, default='', max_length=150, verbose_name='granted by')),
                ('approved_by', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='approved by')),
                ('granted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='granted at')),
            ],
            options={
                'verbose_name': 'role grant',
                'verbose_name_plural': 'role grants',
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'desk_code'), name='role_grant_once'), models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_grant_known_role')],
            },
        ),
        migrations.CreateModel(
            name='RoleAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('action', models.CharField(max_length=40)),
            ],
            options={
                'verbose_name': 'right of a role',
                'verbose_name_plural': 'rights of roles',
                'constraints': [models.UniqueConstraint(fields=('role', 'action'), name='role_action_once'), models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_action_known_role'), models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'VIEW_CONFIRMATIONS', 'CONFIRM', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION', 'POST_CONFIRMATION'])), name='role_action_known_action')],
            },
        ),
        migrations.CreateModel(
            name='ToxicPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.CharField(max_length=20)),
                ('second', models.CharField(max_length=20)),
            ],
            options={
                'verbose_name': 'pair of roles that may not meet',
                'verbose_name_plural': 'pairs of roles that may not meet',
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='toxic_pair_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('source_system', models.CharField(max_length=30, verbose_name='source system')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created at')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('media_type', models.CharField(max_length=100, verbose_name='media type')),
                ('size', models.BigIntegerField(verbose_name='size')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='SHA-256')),
                ('uploaded_by', models.CharField(max_length=150, verbose_name='uploaded by')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
            ],
            options={
                'verbose_name': 'stored file',
                'verbose_name_plural': 'stored files',
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=80)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('payload', models.JSONField(default=dict)),
                ('actor_name', models.CharField(max_length=150)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=80, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('queue', models.CharField(default='default', max_length=40, verbose_name='queue')),
                ('parameters', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('QUEUED', 'Queued'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('FAILED', 'Failed')], default='QUEUED', max_length=10, verbose_name='state')),
                ('progress_done', models.BigIntegerField(default=0)),
                ('progress_total', models.BigIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('log', models.TextField(blank=True, default='')),
                ('error', models.TextField(blank=True, default='')),
                ('result_url', models.CharField(blank=True, default='', max_length=300)),
                ('actor_name', models.CharField(max_length=150, verbose_name='started by')),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request_id', models.CharField(blank=True, default='', max_length=64)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='core.outboxevent')),
                ('dedupe_key', models.CharField(blank=True, default='', max_length=200)),
                ('due_key', models.CharField(blank=True, default='', max_length=200)),
                ('attempts', models.IntegerField(default=0)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'indexes': [models.Index(condition=models.Q(('state__in', ['QUEUED', 'RUNNING'])), fields=['due_at', 'id'], name='job_live'), models.Index(fields=['-created_at'], name='job_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['QUEUED', 'RUNNING', 'DONE', 'FAILED'])), name='job_known_state'), models.UniqueConstraint(condition=models.Q(('state__in', ['QUEUED', 'RUNNING']), models.Q(('dedupe_key', ''), _negated=True)), fields=('dedupe_key',), name='job_one_live_per_dedupe_key'), models.UniqueConstraint(condition=models.Q(('due_key', ''), _negated=True), fields=('due_key',), name='job_one_per_due_key')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.CharField(max_length=150)),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('code', models.IntegerField()),
                ('answer', models.BinaryField()),
                ('media_type', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'answer kept',
                'verbose_name_plural': 'answers kept',
                'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='idempotency_key_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=63, verbose_name='entity')),
                ('key', models.BigIntegerField(verbose_name='key')),
                ('seq', models.IntegerField(verbose_name='number')),
                ('table', models.CharField(max_length=63, verbose_name='table')),
                ('action', models.CharField(max_length=6, verbose_name='action')),
                ('row', models.BigIntegerField(verbose_name='row')),
                ('actor', models.TextField(verbose_name='who')),
                ('reason', models.TextField(verbose_name='why')),
                ('request_id', models.TextField(verbose_name='request')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('xid', models.BigIntegerField(verbose_name='transaction')),
                ('payload', models.TextField(verbose_name='change')),
                ('prev', models.BinaryField(verbose_name='previous hash')),
                ('hash', models.BinaryField(verbose_name='hash')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['xid'], name='audit_xid', pages_per_range=32), django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='audit_at', pages_per_range=32)],
                'constraints': [models.UniqueConstraint(fields=('entity', 'key', 'seq'), name='audit_chain_seq')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('path', models.CharField(max_length=200, verbose_name='page')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=2000, verbose_name='filter')),
                ('columns', models.JSONField(blank=True, db_default=[], default=list, verbose_name='columns')),
                ('sort', models.JSONField(blank=True, db_default=[], default=list, verbose_name='order')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'constraints': [models.UniqueConstraint(fields=('owner', 'path', 'name'), name='saved_view_once')],
            },
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=20, unique=True, verbose_name='period')),
                ('opened_by', models.CharField(max_length=150, verbose_name='opened by')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('due_on', models.DateField(verbose_name='due')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('SIGNED', 'SIGNED')], default='OPEN', max_length=10, verbose_name='status')),
                ('signed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='signed by')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'access review',
                'verbose_name_plural': 'access reviews',
                'ordering': ('-period',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'SIGNED'])), name='access_review_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('signed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('signed_by', ''), _negated=True)), _connector='OR'), name='access_review_signed_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='AccessReviewRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='core.accessreview', verbose_name='access review')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('granted_by', models.CharField(blank=True, default='', max_length=150, verbose_name='granted by')),
                ('approved_by', models.CharField(blank=True, default='', max_length=150, verbose_name='approved by')),
                ('granted_at', models.DateTimeField(verbose_name='granted at')),
                ('last_login', models.DateTimeField(null=True, verbose_name='last sign-in')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('KEPT', 'KEPT'), ('WITHDRAWN', 'WITHDRAWN')], default='OPEN', max_length=10, verbose_name='status')),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='reviewed by')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'reviewed right',
                'verbose_name_plural': 'reviewed rights',
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'KEPT', 'WITHDRAWN'])), name='access_row_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('reviewed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('reviewed_by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='access_row_decided_by_someone_for_a_reason'), models.UniqueConstraint(fields=('review', 'user', 'role', 'desk_code'), name='access_row_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_proposals', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('role', models.CharField(choices=[('AGENT', 'AGENT'), ('SUPERVISOR', 'SUPERVISOR'), ('AUDITOR', 'AUDITOR'), ('ADMINISTRATOR', 'ADMINISTRATOR'), ('API_CLIENT', 'API_CLIENT'), ('COUNTERPARTY_CLIENT', 'COUNTERPARTY_CLIENT')], max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('state', models.CharField(choices=[('PROPOSED', 'PROPOSED'), ('APPROVED', 'APPROVED'), ('REFUSED', 'REFUSED')], default='PROPOSED', max_length=10, verbose_name='status')),
                ('decided_by', models.CharField(blank=True, default='', max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
                ('grant_id', models.BigIntegerField(editable=False, null=True, verbose_name='role grant')),
            ],
            options={
                'verbose_name': 'proposed role',
                'verbose_name_plural': 'proposed roles',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'APPROVED', 'REFUSED'])), name='role_proposal_state_known'), models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_proposal_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('proposed_by', ''), _negated=True)), name='role_proposal_names_who_and_why'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='role_proposal_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'PROPOSED')), models.Q(models.Q(('state', 'PROPOSED'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='role_proposal_decided_means_someone'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('user', 'role', 'desk_code'), name='role_proposal_one_open')],
            },
        ),
        migrations.CreateModel(
            name='LoneGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lone_grants', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('given_by', models.CharField(blank=True, default='', max_length=150, verbose_name='given by')),
                ('given_at', models.DateTimeField(verbose_name='given at')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('KEPT', 'KEPT'), ('WITHDRAWN', 'WITHDRAWN')], default='OPEN', max_length=10, verbose_name='status')),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='reviewed by')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'role given by one person',
                'verbose_name_plural': 'roles given by one person',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'KEPT', 'WITHDRAWN'])), name='lone_grant_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('reviewed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('reviewed_by', ''), _negated=True), models.Q(('note', ''), _negated=True)), _connector='OR'), name='lone_grant_reviewed_by_someone_with_a_note'), models.CheckConstraint(condition=models.Q(('reviewed_by', ''), models.Q(('reviewed_by', models.F('given_by')), _negated=True), _connector='OR'), name='lone_grant_two_people'), models.UniqueConstraint(condition=models.Q(('state', 'OPEN')), fields=('user', 'role', 'desk_code'), name='lone_grant_one_open')],
            },
        ),
        migrations.CreateModel(
            name='JobOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='core.job')),
                ('n', models.IntegerField(verbose_name='number')),
                ('subject_id', models.BigIntegerField()),
                ('seen', models.CharField(blank=True, default='', max_length=128)),
                ('label', models.CharField(blank=True, default='', max_length=100, verbose_name='name')),
                ('url', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(choices=[('WAITING', 'Waiting'), ('DONE', 'Done'), ('REFUSED', 'Refused')], default='WAITING', max_length=7, verbose_name='outcome')),
                ('code', models.CharField(blank=True, default='', max_length=40, verbose_name='code')),
                ('message', models.CharField(blank=True, default='', max_length=500, verbose_name='why not')),
                ('finding', models.JSONField(blank=True, null=True, verbose_name='finding')),
            ],
            options={
                'verbose_name': 'outcome of a row',
                'verbose_name_plural': 'outcomes of rows',
                'ordering': ('n',),
                'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['job', 'n'], name='job_outcome_left')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'DONE', 'REFUSED'])), name='job_outcome_state_known'), models.UniqueConstraint(fields=('job', 'subject_id'), name='job_outcome_once')],
            },
        ),
        migrations.CreateModel(
            name='ExportedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='export', to='core.job')),
                ('name', models.CharField(max_length=255, verbose_name='file')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('action', models.CharField(blank=True, default='', max_length=40)),
                ('rows', models.IntegerField(verbose_name='rows')),
                ('size', models.BigIntegerField(verbose_name='size')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('expires_at', models.DateTimeField(verbose_name='until')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed at')),
            ],
            options={
                'verbose_name': 'exported file',
                'verbose_name_plural': 'exported files',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'VIEW_CONFIRMATIONS', 'CONFIRM', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION', 'POST_CONFIRMATION', ''])), name='exported_file_action_known')],
            },
        ),
    ]
