from django.db import migrations, models


ACT = (
    "SELECT set_config('denouement.actor', 'system', true),"
    " set_config('denouement.reason', 'there is no such step', true)"
)
BACK = "DELETE FROM refdata_cutoff WHERE step = 'confirm'"


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0006_contracts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='cutoff',
            name='cutoff_step_known',
        ),
        migrations.RunSQL(migrations.RunSQL.noop, [ACT, BACK]),
        migrations.AddField(
            model_name='party',
            name='confirmation_channel',
            field=models.CharField(choices=[('FILE', 'file in its outbox'), ('API', 'API'), ('HAND', 'sent by a person')], db_default='FILE', default='FILE', max_length=4, verbose_name='gets our confirmations by'),
        ),
        migrations.AddField(
            model_name='party',
            name='confirmation_email',
            field=models.EmailField(blank=True, db_default='', max_length=254, verbose_name='e-mail for confirmations'),
        ),
        migrations.AddField(
            model_name='party',
            name='language',
            field=models.CharField(choices=[('en', 'English'), ('fr', 'French')], db_default='en', default='en', max_length=2, verbose_name='language'),
        ),
        migrations.AlterField(
            model_name='cutoff',
            name='step',
            field=models.CharField(choices=[('capture', 'Capture'), ('enrich', 'Enrichment'), ('control', 'Controls'), ('validate', 'Validation'), ('allocate', 'Allocation'), ('confirm', 'Confirmation'), ('statements', 'Statements'), ('reconcile', 'Reconciliation'), ('report', 'Reports'), ('close', 'Day close')], max_length=10, verbose_name='step'),
        ),
        migrations.AddConstraint(
            model_name='cutoff',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['capture', 'enrich', 'control', 'validate', 'allocate', 'confirm', 'statements', 'reconcile', 'report', 'close'])), name='cutoff_step_known'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='party_language_known'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(('confirmation_channel__in', ['FILE', 'API', 'HAND'])), name='party_channel_known'),
        ),
    ]
