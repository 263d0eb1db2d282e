
import refdata.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0001_reference_data'),
    ]

    operations = [
        migrations.CreateModel(
            name='CutOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('capture', 'Capture'), ('enrich', 'Enrichment'), ('control', 'Controls'), ('validate', 'Validation'), ('statements', 'Statements'), ('reconcile', 'Reconciliation'), ('report', 'Reports'), ('close', 'Day close')], max_length=10, verbose_name='step')),
                ('days_after', models.PositiveSmallIntegerField(default=0, verbose_name='open days after the business day')),
                ('at_time', models.TimeField(verbose_name='local time')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('only_day', models.BooleanField(default=False, verbose_name='for that day alone')),
                ('state', models.CharField(choices=[('PENDING', 'pending'), ('APPROVED', 'approved'), ('REFUSED', 'refused')], default=refdata.states.InstructionState['PENDING'], max_length=8, verbose_name='status')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
            ],
            options={
                'verbose_name': 'cut-off',
                'verbose_name_plural': 'cut-offs',
                'ordering': ('-valid_from', 'step', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['capture', 'enrich', 'control', 'validate', 'statements', 'reconcile', 'report', 'close'])), name='cutoff_step_known'), models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'APPROVED', 'REFUSED'])), name='cutoff_state_known'), models.CheckConstraint(condition=models.Q(('days_after__lte', 10)), name='cutoff_is_near'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='cutoff_has_a_reason'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='cutoff_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', ''), ('state', 'PENDING')), models.Q(models.Q(('state', 'PENDING'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='cutoff_decided_means_someone')],
            },
        ),
    ]
