import core.columns
import django.contrib.postgres.fields
import django.db.models.deletion
import refdata.states
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0007_counterparty_clients'),
        ('refdata', '0007_confirmations'),
        ('trades', '0017_allocations'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfirmationFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='file')),
                ('new_count', models.PositiveIntegerField(verbose_name='confirmations')),
                ('cancel_count', models.PositiveIntegerField(verbose_name='cancellations')),
                ('created_by', models.CharField(max_length=150, verbose_name='made by')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='in the outbox since')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile', verbose_name='content')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
            ],
            options={
                'verbose_name': 'file of confirmations',
                'verbose_name_plural': 'files of confirmations',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('isin', models.CharField(blank=True, default='', max_length=12, verbose_name='ISIN')),
                ('side', models.CharField(blank=True, choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4, verbose_name='side')),
                ('quantity', models.DecimalField(decimal_places=10, max_digits=28, null=True, verbose_name='quantity')),
                ('price', models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name='price')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='net amount')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('trade_date', models.DateField(null=True, verbose_name='trade date')),
                ('settlement_date', models.DateField(null=True, verbose_name='settlement date')),
                ('version_no', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('reference', models.CharField(blank=True, default='', max_length=20, verbose_name='reference')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('asset_class', models.CharField(blank=True, default='', max_length=10, verbose_name='asset class')),
                ('state', models.CharField(choices=[('TO_SEND', 'To send'), ('SENT', 'Sent'), ('ALLEGED', 'Alleged'), ('MISMATCHED', 'Mismatched'), ('MATCHED', 'Matched'), ('DISPUTED', 'Disputed'), ('CANCELLED', 'Cancelled')], max_length=10, verbose_name='status')),
                ('end_reason', models.CharField(blank=True, choices=[('AMENDED', 'The trade was amended'), ('TRADE_OVER', 'The trade was cancelled or allocated'), ('EXPLAINED', 'A trade of ours explains it'), ('WITHDRAWN', 'The counterparty withdrew it'), ('REPLACED', 'The counterparty replaced it')], default='', max_length=10, verbose_name='why it is over')),
                ('basis', models.CharField(blank=True, choices=[('REFERENCE', 'Reference'), ('AGREES', 'All terms agree'), ('CLOSE', 'Minimum fields'), ('BY_HAND', 'By hand')], default='', max_length=9, verbose_name='paired by')),
                ('differs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='what differs')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('matched_at', models.DateTimeField(blank=True, null=True, verbose_name='matched at')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('trade', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='trades.trade', verbose_name='trade')),
                ('cancel_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cancellations', to='settlement.confirmationfile', verbose_name='file of the cancellation')),
                ('sent_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='settlement.confirmationfile', verbose_name='file')),
            ],
            options={
                'verbose_name': 'confirmation',
                'verbose_name_plural': 'confirmations',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='ReceivedConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('isin', models.CharField(blank=True, default='', max_length=12, verbose_name='ISIN')),
                ('side', models.CharField(blank=True, choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4, verbose_name='side')),
                ('quantity', models.DecimalField(decimal_places=10, max_digits=28, null=True, verbose_name='quantity')),
                ('price', models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name='price')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='net amount')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('trade_date', models.DateField(null=True, verbose_name='trade date')),
                ('settlement_date', models.DateField(null=True, verbose_name='settlement date')),
                ('reference', models.CharField(max_length=64, verbose_name='their reference')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('function', models.CharField(choices=[('NEWM', 'Confirmation'), ('CANC', 'Cancellation')], max_length=4, verbose_name='function')),
                ('our_reference', models.CharField(blank=True, max_length=64, verbose_name='our reference')),
                ('door', models.CharField(choices=[('API', 'API of the counterparty'), ('UPLOAD', 'File taken in by hand')], max_length=6, verbose_name='came by')),
                ('line', models.PositiveIntegerField(blank=True, null=True, verbose_name='line')),
                ('content', core.columns.EvidenceField(verbose_name='as it was read')),
                ('content_hash', models.CharField(max_length=64)),
                ('received_by', models.CharField(max_length=150, verbose_name='received by')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
            ],
            options={
                'verbose_name': 'confirmation received',
                'verbose_name_plural': 'confirmations received',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='ConfirmationDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('SENT', 'Sent'), ('MATCHED', 'Matched'), ('MISMATCHED', 'Mismatched'), ('ALLEGED', 'Alleged'), ('UNPAIRED', 'Taken apart'), ('DISPUTED', 'Disputed'), ('RESUMED', 'Dispute ended'), ('ACCEPTED', 'Their terms accepted'), ('CANCELLED', 'Cancelled')], max_length=10, verbose_name='decision')),
                ('basis', models.CharField(blank=True, choices=[('REFERENCE', 'Reference'), ('AGREES', 'All terms agree'), ('CLOSE', 'Minimum fields'), ('BY_HAND', 'By hand')], default='', max_length=9, verbose_name='paired by')),
                ('evidence', models.JSONField(default=dict, verbose_name='evidence')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
                ('actor', models.CharField(max_length=150, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('confirmation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='settlement.confirmation')),
                ('received', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.receivedconfirmation')),
            ],
            options={
                'verbose_name': 'decision on a confirmation',
                'verbose_name_plural': 'decisions on confirmations',
                'ordering': ('-id',),
            },
        ),
        migrations.AddField(
            model_name='confirmation',
            name='received',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='settlement.receivedconfirmation', verbose_name='confirmation received'),
        ),
        migrations.CreateModel(
            name='ToleranceProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('state', models.CharField(choices=[('PENDING', 'pending'), ('APPROVED', 'approved'), ('REFUSED', 'refused')], default=refdata.states.InstructionState['PENDING'], max_length=8, verbose_name='status')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('proposed_by', models.CharField(max_length=150, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.CharField(blank=True, max_length=150, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('asset_class', models.CharField(blank=True, choices=[('EQUITY', 'share'), ('BOND', 'bond'), ('ETF', 'ETF'), ('FUND', 'fund'), ('DERIVATIVE', 'derivative')], max_length=10, verbose_name='asset class')),
                ('price_percent', models.DecimalField(decimal_places=6, max_digits=9, verbose_name='price may differ by (percent)')),
                ('amount_small', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='amount may differ by (EUR)')),
                ('amount_large', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='above the limit by (EUR)')),
                ('amount_limit', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='limit (EUR)')),
                ('close_percent', models.DecimalField(decimal_places=6, max_digits=9, verbose_name='the same deal within (percent)')),
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
            ],
            options={
                'verbose_name': 'tolerance profile',
                'verbose_name_plural': 'tolerance profiles',
                'ordering': ('-valid_from', '-id'),
            },
        ),
        migrations.CreateModel(
            name='Chaser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'en'), ('fr', 'fr')], max_length=2, verbose_name='language')),
                ('recipient', models.CharField(blank=True, max_length=254, verbose_name='recipient')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('confirmation_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='confirmations')),
                ('created_by', models.CharField(max_length=150, verbose_name='made by')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
            ],
            options={
                'verbose_name': 'chaser',
                'verbose_name_plural': 'chasers',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='chaser_language_known'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='chaser_says_something')],
            },
        ),
        migrations.AddConstraint(
            model_name='confirmationfile',
            constraint=models.UniqueConstraint(fields=('party', 'seq'), name='confirmation_file_number'),
        ),
        migrations.AddConstraint(
            model_name='confirmationfile',
            constraint=models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='confirmation_file_from_one'),
        ),
        migrations.AddIndex(
            model_name='receivedconfirmation',
            index=models.Index(fields=['party', 'trade_date', 'isin'], name='received_bucket'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('function__in', ['NEWM', 'CANC'])), name='received_function_known'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('door__in', ['API', 'UPLOAD'])), name='received_door_known'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL', ''])), name='received_side_known'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('price__lt', Decimal('10000000000')), ('amount__lt', Decimal('10000000000000000'))), name='received_numbers'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.UniqueConstraint(fields=('party', 'reference', 'version'), name='received_version_once'),
        ),
        migrations.AddConstraint(
            model_name='receivedconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(('function', 'CANC'), models.Q(models.Q(('isin', ''), _negated=True), models.Q(('side', ''), _negated=True), models.Q(('currency', ''), _negated=True), ('quantity__gt', 0), ('price__isnull', False), ('amount__isnull', False), ('trade_date__isnull', False), ('settlement_date__isnull', False)), _connector='OR'), name='received_says_everything'),
        ),
        migrations.AddConstraint(
            model_name='confirmationdecision',
            constraint=models.CheckConstraint(condition=models.Q(('deed__in', ['SENT', 'MATCHED', 'MISMATCHED', 'ALLEGED', 'UNPAIRED', 'DISPUTED', 'RESUMED', 'ACCEPTED', 'CANCELLED'])), name='confirmation_decision_known'),
        ),
        migrations.AddConstraint(
            model_name='confirmationdecision',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['REFERENCE', 'AGREES', 'CLOSE', 'BY_HAND', ''])), name='confirmation_decision_basis'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(fields=['-trade_date', '-id'], name='confirmation_latest'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(fields=['party', 'trade_date', 'isin'], name='confirmation_bucket'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(condition=models.Q(('state__in', ('TO_SEND', 'SENT', 'ALLEGED', 'MISMATCHED', 'DISPUTED'))), fields=['trade_date'], name='confirmation_open'),
        ),
        migrations.AddIndex(
            model_name='confirmation',
            index=models.Index(models.F('party'), condition=models.Q(('cancel_file__isnull', True), ('sent_file__isnull', False), ('state', 'CANCELLED')), name='confirmation_to_cancel'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['TO_SEND', 'SENT', 'ALLEGED', 'MISMATCHED', 'MATCHED', 'DISPUTED', 'CANCELLED'])), name='confirmation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(('end_reason__in', ['AMENDED', 'TRADE_OVER', 'EXPLAINED', 'WITHDRAWN', 'REPLACED', ''])), name='confirmation_end_known'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['REFERENCE', 'AGREES', 'CLOSE', 'BY_HAND', ''])), name='confirmation_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL'])), name='confirmation_side_known'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('price__lt', Decimal('10000000000')), ('amount__lt', Decimal('10000000000000000'))), name='confirmation_numbers'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('trade__isnull', False)), fields=('trade',), name='confirmation_one_per_trade'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('received__isnull', False)), fields=('received',), name='confirmation_one_per_message'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('trade__isnull', False), ('version_no__gte', 1)), models.Q(('received__isnull', False), ('trade__isnull', True), ('version_no', 0)), _connector='OR'), name='confirmation_is_of_someone'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ALLEGED'), _negated=True), ('trade__isnull', True), _connector='OR'), name='confirmation_alleged_has_no_trade'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state__in', ('MISMATCHED', 'MATCHED')), _negated=True), ('matched_at__isnull', True)), models.Q(('matched_at__isnull', True), ('state', 'MISMATCHED')), models.Q(('matched_at__isnull', False), ('state', 'MATCHED')), ('state', 'CANCELLED'), _connector='OR'), name='confirmation_matched_at_some_time'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('MISMATCHED', 'MATCHED')), _negated=True), models.Q(('received__isnull', False), ('trade__isnull', False), models.Q(('basis', ''), _negated=True)), _connector='OR'), name='confirmation_paired_with_something'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('end_reason', '')), _connector='OR'), name='confirmation_over_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='confirmation_sent_at_some_time'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('asset_class__in', ['EQUITY', 'BOND', 'ETF', 'FUND', 'DERIVATIVE', ''])), name='profile_asset_class_known'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('amount_small__lt', Decimal('10000000000000000')), ('amount_large__lt', Decimal('10000000000000000')), ('amount_limit__lt', Decimal('10000000000000000'))), name='profile_amounts'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('amount_large__gte', 0), ('amount_limit__gte', 0), ('amount_small__gte', 0), ('close_percent__gte', 0), ('close_percent__lte', 10), ('price_percent__gte', 0), ('price_percent__lte', 10)), name='profile_in_range', violation_error_message='Nothing is below zero, and no percentage above 10.'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'APPROVED', 'REFUSED'])), name='profile_state_known'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='profile_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='profile_two_people'),
        ),
        migrations.AddConstraint(
            model_name='toleranceprofile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'PENDING'), ('decided_by', '')), models.Q(models.Q(('state', 'PENDING'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='profile_decided_means_someone'),
        ),
    ]
