import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


NOT_YET = """
DROP TRIGGER IF EXISTS guard_zz_two_people ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_zz_two_people_still ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_roles_come_back ON core_user;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0007_counterparty_clients'),
    ]

    operations = [
        migrations.AddField(
            model_name='rolegrant',
            name='approved_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='approved by'),
        ),
        migrations.CreateModel(
            name='LoneGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('given_by', models.CharField(blank=True, default='', max_length=150, verbose_name='given by')),
                ('given_at', models.DateTimeField(verbose_name='given at')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('KEPT', 'KEPT'), ('WITHDRAWN', 'WITHDRAWN')], default='OPEN', max_length=10, verbose_name='status')),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='reviewed by')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lone_grants', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'role given by one person',
                'verbose_name_plural': 'roles given by one person',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'KEPT', 'WITHDRAWN'])), name='lone_grant_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('reviewed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('reviewed_by', ''), _negated=True), models.Q(('note', ''), _negated=True)), _connector='OR'), name='lone_grant_reviewed_by_someone_with_a_note'), models.CheckConstraint(condition=models.Q(('reviewed_by', ''), models.Q(('reviewed_by', models.F('given_by')), _negated=True), _connector='OR'), name='lone_grant_two_people'), models.UniqueConstraint(condition=models.Q(('state', 'OPEN')), fields=('user', 'role', 'desk_code'), name='lone_grant_one_open')],
            },
        ),
        migrations.CreateModel(
            name='RoleProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='role_proposals', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'proposed role',
                'verbose_name_plural': 'proposed roles',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'APPROVED', 'REFUSED'])), name='role_proposal_state_known'), models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_proposal_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('proposed_by', ''), _negated=True)), name='role_proposal_names_who_and_why'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='role_proposal_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'PROPOSED')), models.Q(models.Q(('state', 'PROPOSED'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='role_proposal_decided_means_someone'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('user', 'role', 'desk_code'), name='role_proposal_one_open')],
            },
        ),
        migrations.RunSQL(migrations.RunSQL.noop, NOT_YET),
    ]
