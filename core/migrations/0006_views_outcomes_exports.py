import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forget_shared_views(apps, schema_editor):
    """Take back the right that the older matrix does not know."""
    apps.get_model("core", "RoleAction").objects.filter(action="SHARE_VIEW").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_dated_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
            },
        ),
        migrations.CreateModel(
            name='JobOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
            },
        ),
        migrations.RemoveConstraint(
            model_name='roleaction',
            name='role_action_known_action',
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_shared_views),
        migrations.AddField(
            model_name='savedview',
            name='columns',
            field=models.JSONField(blank=True, db_default=[], default=list, verbose_name='columns'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='sort',
            field=models.JSONField(blank=True, db_default=[], default=list, verbose_name='order'),
        ),
        migrations.AddConstraint(
            model_name='roleaction',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION'])), name='role_action_known_action'),
        ),
        migrations.AddField(
            model_name='exportedfile',
            name='job',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='export', to='core.job'),
        ),
        migrations.AddField(
            model_name='exportedfile',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exports', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='joboutcome',
            name='job',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='core.job'),
        ),
        migrations.AddConstraint(
            model_name='exportedfile',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION', ''])), name='exported_file_action_known'),
        ),
        migrations.AddIndex(
            model_name='joboutcome',
            index=models.Index(condition=models.Q(('state', 'WAITING')), fields=['job', 'n'], name='job_outcome_left'),
        ),
        migrations.AddConstraint(
            model_name='joboutcome',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'DONE', 'REFUSED'])), name='job_outcome_state_known'),
        ),
        migrations.AddConstraint(
            model_name='joboutcome',
            constraint=models.UniqueConstraint(fields=('job', 'subject_id'), name='job_outcome_once'),
        ),
    ]
