import django.db.models.deletion
import refdata.states
from django.db import migrations, models

#: Of the agreements of one kind with a party, one is in force on a day.
ONE_IN_FORCE = """
ALTER TABLE refdata_agreement ADD CONSTRAINT agreement_one_in_force
EXCLUDE USING gist (
    int8range(party_id, party_id, '[]') WITH &&,
    int8range(hashtextextended(kind, 0) / 2, hashtextextended(kind, 0) / 2, '[]') WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&
) WHERE (state = 'APPROVED')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0004_absence_begins_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('state', models.CharField(choices=[('PENDING', 'pending'), ('APPROVED', 'approved'), ('REFUSED', 'refused')], default=refdata.states.InstructionState['PENDING'], max_length=8, verbose_name='status')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('kind', models.CharField(choices=[('ISDA', 'ISDA'), ('FBF', 'FBF'), ('GMRA', 'GMRA'), ('GMSLA', 'GMSLA'), ('TERMS', 'terms of business')], max_length=5, verbose_name='kind')),
                ('reference', models.CharField(max_length=60, verbose_name='reference')),
                ('covers_repo', models.BooleanField(default=False, verbose_name='covers repos')),
                ('covers_lending', models.BooleanField(default=False, verbose_name='covers securities lending')),
                ('covers_forward', models.BooleanField(default=False, verbose_name='covers currencies dealt forward')),
                ('covers_otc', models.BooleanField(default=False, verbose_name='covers derivatives off venue')),
                ('covers_securities', models.BooleanField(default=False, verbose_name='covers securities')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='refdata.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'agreement',
                'verbose_name_plural': 'agreements',
                'ordering': ('party', 'kind', '-valid_from', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['ISDA', 'FBF', 'GMRA', 'GMSLA', 'TERMS'])), name='agreement_kind_known'), models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='agreement_has_a_reference'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='agreement_span', violation_error_message='It ends before it begins.'), models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'APPROVED', 'REFUSED'])), name='agreement_state_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='agreement_has_a_reason'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='agreement_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'PENDING'), ('decided_by', '')), models.Q(models.Q(('state', 'PENDING'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='agreement_decided_means_someone')],
            },
        ),
        migrations.RunSQL(
            ONE_IN_FORCE, "ALTER TABLE refdata_agreement DROP CONSTRAINT agreement_one_in_force"
        ),
    ]
