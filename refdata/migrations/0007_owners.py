import django.db.models.deletion
import refdata.models.validators
import refdata.states
from django.db import migrations, models

#: Of the shares of one name in a party, one is in force on a day.
ONE_IN_FORCE = """
ALTER TABLE refdata_beneficialowner ADD CONSTRAINT owner_one_in_force
EXCLUDE USING gist (
    int8range(party_id, party_id, '[]') WITH &&,
    int8range(hashtextextended(upper(name), 0) / 2, hashtextextended(upper(name), 0) / 2, '[]')
        WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&
) WHERE (state = 'APPROVED')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0006_holdings'),
    ]

    operations = [
        migrations.CreateModel(
            name='BeneficialOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('state', models.CharField(choices=[('PENDING', 'pending'), ('APPROVED', 'approved'), ('REFUSED', 'refused')], default=refdata.states.InstructionState['PENDING'], max_length=8, verbose_name='status')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('name', models.CharField(max_length=500, verbose_name='name')),
                ('kind', models.CharField(choices=[('PERSON', 'person'), ('ENTITY', 'entity')], max_length=6, verbose_name='kind')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='birth date')),
                ('lei', models.CharField(blank=True, max_length=20, validators=[refdata.models.validators.validate_lei], verbose_name='LEI')),
                ('share', models.DecimalField(decimal_places=3, max_digits=6, verbose_name='share (percent)')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owners', to='refdata.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'beneficial owner',
                'verbose_name_plural': 'beneficial owners',
                'ordering': ('party', 'name', '-valid_from', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['PERSON', 'ENTITY'])), name='owner_kind_known'), models.CheckConstraint(condition=models.Q(('country__regex', '^([A-Z]{2})?$')), name='owner_country_shape'), models.CheckConstraint(condition=models.Q(('lei__regex', '^([A-Z0-9]{18}[0-9]{2})?$')), name='owner_lei_shape'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='owner_has_a_name'), models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 100)), name='owner_share_is_percent', violation_error_message='A share lies between 0 and 100.'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'PERSON'), ('lei', '')), models.Q(('birth_date__isnull', True), ('kind', 'ENTITY')), _connector='OR'), name='owner_is_one_of_two', violation_error_message='A person has no LEI, an entity no date of birth.'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='owner_span', violation_error_message='It ends before it begins.'), models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'APPROVED', 'REFUSED'])), name='owner_state_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='owner_has_a_reason'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='owner_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'PENDING'), ('decided_by', '')), models.Q(models.Q(('state', 'PENDING'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='owner_decided_means_someone')],
            },
        ),
        migrations.RunSQL(
            ONE_IN_FORCE,
            "ALTER TABLE refdata_beneficialowner DROP CONSTRAINT owner_one_in_force",
        ),
        migrations.AddField(
            model_name='screeninghit',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hits', to='refdata.beneficialowner', verbose_name='beneficial owner'),
        ),
    ]
