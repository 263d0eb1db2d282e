from django.db import migrations, models


NEWS = ("VIEW_CONFIRMATIONS", "CONFIRM", "POST_CONFIRMATION")
ROLE = "COUNTERPARTY_CLIENT"
ACT = """
SELECT set_config('denouement.actor', 'system', true),
       set_config('denouement.reason', 'there is no such role', true)
"""


def forget_confirmations(apps, schema_editor):
    """Take back the role and the rights that the older matrix does not know."""
    schema_editor.execute(ACT)
    apps.get_model("core", "RoleAction").objects.filter(action__in=NEWS).delete()
    for name in ("RoleAction", "RoleGrant"):
        apps.get_model("core", name).objects.filter(role=ROLE).delete()
    pairs = apps.get_model("core", "ToxicPair").objects
    pairs.filter(models.Q(first=ROLE) | models.Q(second=ROLE)).delete()
    apps.get_model("core", "ExportedFile").objects.filter(action__in=NEWS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_views_outcomes_exports'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='exportedfile',
            name='exported_file_action_known',
        ),
        migrations.RemoveConstraint(
            model_name='roleaction',
            name='role_action_known_role',
        ),
        migrations.RemoveConstraint(
            model_name='roleaction',
            name='role_action_known_action',
        ),
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='role_grant_known_role',
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_confirmations),
        migrations.AlterField(
            model_name='rolegrant',
            name='role',
            field=models.CharField(choices=[('AGENT', 'AGENT'), ('SUPERVISOR', 'SUPERVISOR'), ('AUDITOR', 'AUDITOR'), ('ADMINISTRATOR', 'ADMINISTRATOR'), ('API_CLIENT', 'API_CLIENT'), ('COUNTERPARTY_CLIENT', 'COUNTERPARTY_CLIENT')], max_length=20, verbose_name='role'),
        ),
        migrations.AddConstraint(
            model_name='exportedfile',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'VIEW_CONFIRMATIONS', 'CONFIRM', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION', 'POST_CONFIRMATION', ''])), name='exported_file_action_known'),
        ),
        migrations.AddConstraint(
            model_name='roleaction',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_action_known_role'),
        ),
        migrations.AddConstraint(
            model_name='roleaction',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['VIEW_TRADES', 'CAPTURE_TRADE', 'AMEND_TRADE', 'VALIDATE_TRADE', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', 'VIEW_REFDATA', 'EDIT_REFDATA', 'APPROVE_REFDATA', 'IMPORT_FILE', 'IMPORT_STATEMENT', 'MATCH', 'VIEW_RECONCILIATION', 'VIEW_CONFIRMATIONS', 'CONFIRM', 'GENERATE_REPORT', 'RELEASE_REPORT', 'VIEW_REPORTS', 'VIEW_AUDIT', 'RUN_JOB', 'VIEW_JOBS', 'GRANT_ROLE', 'CONFIGURE', 'SHARE_VIEW', 'POST_EXECUTION', 'POST_CONFIRMATION'])), name='role_action_known_action'),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['AGENT', 'SUPERVISOR', 'AUDITOR', 'ADMINISTRATOR', 'API_CLIENT', 'COUNTERPARTY_CLIENT'])), name='role_grant_known_role'),
        ),
    ]
