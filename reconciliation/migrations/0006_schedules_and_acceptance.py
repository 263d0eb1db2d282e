import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """By when statements are expected, and who let an odd one in."""

    dependencies = [
        ('core', '0007_one_emergency'),
        ('reconciliation', '0005_securities'),
        ('refdata', '0004_absence_begins_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='LateStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='business day')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('came_at', models.DateTimeField(blank=True, null=True, verbose_name='came at')),
            ],
            options={
                'verbose_name': 'late statement',
                'verbose_name_plural': 'late statements',
                'ordering': ('-day', 'id'),
            },
        ),
        migrations.CreateModel(
            name='StatementSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days_after', models.PositiveSmallIntegerField(default=1, verbose_name='open days after the business day')),
                ('at_time', models.TimeField(verbose_name='local time')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
            ],
            options={
                'verbose_name': 'statement schedule',
                'verbose_name_plural': 'statement schedules',
                'ordering': ('account',),
            },
        ),
        migrations.AddField(
            model_name='statementfile',
            name='accepted_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='accepted by'),
        ),
        migrations.AddField(
            model_name='statementfile',
            name='accepted_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='reason of the acceptance'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_by', ''), ('accepted_reason', '')), models.Q(models.Q(('accepted_by', ''), _negated=True), models.Q(('accepted_reason', ''), _negated=True)), _connector='OR'), name='statementfile_accepted_for_a_reason'),
        ),
        migrations.AddField(
            model_name='statementschedule',
            name='account',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.account', verbose_name='our account'),
        ),
        migrations.AddField(
            model_name='latestatement',
            name='schedule',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='late', to='reconciliation.statementschedule'),
        ),
        migrations.AddConstraint(
            model_name='statementschedule',
            constraint=models.CheckConstraint(condition=models.Q(('days_after__lte', 10)), name='schedule_is_near'),
        ),
        migrations.AddConstraint(
            model_name='statementschedule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='schedule_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='latestatement',
            index=models.Index(condition=models.Q(('came_at', None)), fields=['day'], name='late_statement_open'),
        ),
        migrations.AddConstraint(
            model_name='latestatement',
            constraint=models.UniqueConstraint(fields=('schedule', 'day'), name='late_statement_once'),
        ),
    ]
