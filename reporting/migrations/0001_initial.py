import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0002_saved_views'),
        ('desk', '0001_initial'),
        ('trades', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RegulatoryReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regime', models.CharField(default='RTS22', max_length=10, verbose_name='regime')),
                ('version_no', models.PositiveIntegerField(verbose_name='version')),
                ('trade_date', models.DateField(verbose_name='trade date')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('isin', models.CharField(blank=True, default='', max_length=12, verbose_name='ISIN')),
                ('eligibility', models.CharField(choices=[('REPORTABLE', 'Reportable'), ('NOT_REPORTABLE', 'Not reportable'), ('UNDECIDED', 'Undecided')], max_length=16, verbose_name='eligibility')),
                ('reason', models.CharField(choices=[('EXECUTED_ON_EEA_VENUE', 'Executed on a venue of the EEA'), ('ADMITTED_ON_EEA_VENUE', 'Admitted to a venue of the EEA'), ('NOT_ADMITTED', 'Admitted to no venue of the EEA on the trade date'), ('ADMISSION_UNKNOWN', 'No reference data about admissions of this ISIN'), ('INSTRUMENT_UNKNOWN', 'The instrument is not in reference data'), ('VENUE_UNKNOWN', 'The venue is not in reference data'), ('CANCELS_ITS_TRADE', 'A cancellation: what was sent is cancelled, nothing new is reported'), ('SUPERSEDED', 'A later validated version stands'), ('TRADE_CANCELLED', 'The trade was cancelled before it was sent'), ('NOT_A_FINANCIAL_INSTRUMENT', 'Not a financial instrument'), ('NOT_AN_INVESTMENT_FIRM', 'The executing entity is no investment firm')], max_length=40, verbose_name='reason')),
                ('reason_source', models.CharField(max_length=120, verbose_name='source')),
                ('state', models.CharField(choices=[('NOT_REPORTABLE', 'Not reportable'), ('BLOCKED', 'Blocked'), ('READY', 'Ready'), ('IN_FILE', 'In a file'), ('RELEASED', 'Released'), ('PENDING', 'Pending at the regulator'), ('ACCEPTED', 'Accepted'), ('REJECTED', 'Rejected'), ('CANCELLED', 'Cancelled')], max_length=16, verbose_name='state')),
                ('transaction_id', models.CharField(blank=True, max_length=52, verbose_name='transaction reference')),
                ('fields', models.JSONField(blank=True, default=dict, verbose_name='fields')),
                ('lineage', models.JSONField(blank=True, default=dict, verbose_name='lineage')),
                ('findings', models.JSONField(blank=True, default=list, verbose_name='findings')),
                ('feedback', models.JSONField(blank=True, default=list, verbose_name='feedback')),
                ('rules_version', models.CharField(max_length=20, verbose_name='rules')),
                ('decided_by', models.CharField(max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(verbose_name='decided at')),
                ('approval', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='desk.approval')),
                ('trade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='trades.trade', verbose_name='trade')),
                ('trade_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='trades.tradeversion')),
            ],
            options={
                'verbose_name': 'transaction report',
                'verbose_name_plural': 'transaction reports',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['trade_date', 'state'], name='report_day'), models.Index(fields=['trade', 'version_no'], name='report_trade')],
                'constraints': [models.CheckConstraint(condition=models.Q(('eligibility__in', ['REPORTABLE', 'NOT_REPORTABLE', 'UNDECIDED'])), name='report_known_eligibility'), models.CheckConstraint(condition=models.Q(('reason__in', ['EXECUTED_ON_EEA_VENUE', 'ADMITTED_ON_EEA_VENUE', 'NOT_ADMITTED', 'ADMISSION_UNKNOWN', 'INSTRUMENT_UNKNOWN', 'VENUE_UNKNOWN', 'CANCELS_ITS_TRADE', 'SUPERSEDED', 'TRADE_CANCELLED', 'NOT_A_FINANCIAL_INSTRUMENT', 'NOT_AN_INVESTMENT_FIRM'])), name='report_known_reason'), models.CheckConstraint(condition=models.Q(('state__in', ['NOT_REPORTABLE', 'BLOCKED', 'READY', 'IN_FILE', 'RELEASED', 'PENDING', 'ACCEPTED', 'REJECTED', 'CANCELLED'])), name='report_known_state'), models.UniqueConstraint(fields=('regime', 'trade_version'), name='report_once_per_version'), models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('regime', 'transaction_id'), name='report_reference_once'), models.CheckConstraint(condition=models.Q(models.Q(('eligibility', 'NOT_REPORTABLE'), ('state', 'NOT_REPORTABLE')), models.Q(models.Q(('state', 'NOT_REPORTABLE'), _negated=True), models.Q(('eligibility', 'NOT_REPORTABLE'), _negated=True)), _connector='OR'), name='report_no_means_no'), models.CheckConstraint(condition=models.Q(('state', 'NOT_REPORTABLE'), ('approval__isnull', False), _connector='OR'), name='report_of_validated_version'), models.CheckConstraint(condition=models.Q(('state__in', ['NOT_REPORTABLE', 'BLOCKED']), models.Q(('eligibility', 'REPORTABLE'), models.Q(('transaction_id', ''), _negated=True)), _connector='OR'), name='report_sent_is_reportable')],
            },
        ),
        migrations.CreateModel(
            name='ReportCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=40, unique=True, verbose_name='stream')),
                ('last', models.BigIntegerField(default=0, verbose_name='last number')),
            ],
            options={
                'verbose_name': 'report counter',
                'verbose_name_plural': 'report counters',
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', 0)), name='report_counter_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=40, verbose_name='stream')),
                ('seq', models.BigIntegerField(verbose_name='number')),
                ('day', models.DateField(verbose_name='trade date')),
                ('name', models.CharField(max_length=120, verbose_name='file')),
                ('message_id', models.CharField(max_length=35, unique=True, verbose_name='message')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('new_count', models.PositiveIntegerField(verbose_name='reports')),
                ('cancel_count', models.PositiveIntegerField(verbose_name='cancellations')),
                ('state', models.CharField(choices=[('GENERATED', 'Generated'), ('RELEASED', 'Released'), ('ACCEPTED', 'Accepted'), ('PARTIAL', 'Partly accepted'), ('REJECTED', 'Rejected')], default='GENERATED', max_length=10, verbose_name='state')),
                ('schema_check', models.CharField(choices=[('VALID', 'Valid'), ('INVALID', 'Invalid'), ('UNCHECKED', 'Not checked')], default='UNCHECKED', max_length=10, verbose_name='schema')),
                ('schema_messages', models.JSONField(blank=True, default=list, verbose_name='schema messages')),
                ('schema_checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked at')),
                ('generated_by', models.CharField(max_length=150, verbose_name='generated by')),
                ('generated_at', models.DateTimeField(verbose_name='generated at')),
                ('released_by', models.CharField(blank=True, default='', max_length=150, verbose_name='released by')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='released at')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile', verbose_name='content')),
            ],
            options={
                'verbose_name': 'report file',
                'verbose_name_plural': 'report files',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['GENERATED', 'RELEASED', 'ACCEPTED', 'PARTIAL', 'REJECTED'])), name='report_file_known_state'), models.CheckConstraint(condition=models.Q(('schema_check__in', ['VALID', 'INVALID', 'UNCHECKED'])), name='report_file_known_check'), models.UniqueConstraint(fields=('stream', 'seq'), name='report_file_number'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='report_file_from_one'), models.CheckConstraint(condition=models.Q(('released_by', models.F('generated_by')), _negated=True), name='report_file_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('released_by', ''), ('state', 'GENERATED')), models.Q(models.Q(('state', 'GENERATED'), _negated=True), models.Q(('released_by', ''), _negated=True), ('released_at__isnull', False)), _connector='OR'), name='report_file_released_by_someone'), models.CheckConstraint(condition=models.Q(('state', 'GENERATED'), ('schema_check', 'VALID'), _connector='OR'), name='report_file_released_when_valid')],
            },
        ),
        migrations.CreateModel(
            name='ReportFeedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('status', models.CharField(max_length=4, verbose_name='status')),
                ('counts', models.JSONField(default=dict, verbose_name='counts')),
                ('unknown', models.JSONField(default=list, verbose_name='references not in the file')),
                ('imported_by', models.CharField(max_length=150, verbose_name='imported by')),
                ('imported_at', models.DateTimeField(verbose_name='imported at')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('report_file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='reporting.reportfile')),
            ],
            options={
                'verbose_name': 'feedback',
                'verbose_name_plural': 'feedback',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('report_file', 'sha256'), name='report_feedback_once')],
            },
        ),
        migrations.CreateModel(
            name='ReportingProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('regime', models.CharField(default='RTS22', max_length=10, unique=True, verbose_name='regime')),
                ('executing_lei', models.CharField(max_length=20, verbose_name='executing entity (LEI)')),
                ('submitting_lei', models.CharField(max_length=20, verbose_name='submitting entity (LEI)')),
                ('recipient_lei', models.CharField(max_length=20, verbose_name='recipient (LEI)')),
                ('branch_country', models.CharField(max_length=2, verbose_name='branch country')),
                ('is_investment_firm', models.BooleanField(default=True, verbose_name='investment firm under MiFID II')),
            ],
            options={
                'verbose_name': 'reporting profile',
                'verbose_name_plural': 'reporting profiles',
                'constraints': [models.CheckConstraint(condition=models.Q(('executing_lei__regex', '^[A-Z0-9]{18}[0-9]{2}$'), ('submitting_lei__regex', '^[A-Z0-9]{18}[0-9]{2}$'), ('recipient_lei__regex', '^[A-Z0-9]{18}[0-9]{2}$')), name='reporting_profile_leis')],
            },
        ),
        migrations.CreateModel(
            name='ReportItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=40, verbose_name='stream')),
                ('seq', models.BigIntegerField(verbose_name='number')),
                ('action', models.CharField(choices=[('NEWT', 'New'), ('CANC', 'Cancellation')], max_length=4, verbose_name='action')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reporting.reportfile')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='reporting.regulatoryreport')),
            ],
            options={
                'verbose_name': 'report item',
                'verbose_name_plural': 'report items',
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('action__in', ['NEWT', 'CANC'])), name='report_item_known_action'), models.UniqueConstraint(fields=('stream', 'seq'), name='report_item_number'), models.UniqueConstraint(fields=('file', 'position'), name='report_item_position'), models.UniqueConstraint(fields=('report', 'action', 'attempt'), name='report_item_once'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='report_item_from_one')],
            },
        ),
    ]
