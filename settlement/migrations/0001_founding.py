import core.columns
import django.contrib.postgres.fields
import django.db.models.deletion
import refdata.states
import settlement.states
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('settlement', '0001_confirmations'), ('settlement', '0002_deals_are_confirmed'), ('settlement', '0003_news_of_confirmations'), ('settlement', '0004_files_of_swift_messages'), ('settlement', '0005_read_backwards')]

    initial = True

    dependencies = [
        ('core', '0001_founding'),
        ('refdata', '0001_founding'),
        ('trades', '0001_founding'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceivedConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('isin', models.CharField(blank=True, default='', max_length=12, verbose_name='ISIN')),
                ('side', models.CharField(blank=True, choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4, verbose_name='side')),
                ('quantity', models.DecimalField(decimal_places=10, max_digits=28, null=True, verbose_name='quantity')),
                ('price', models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name='price')),
                ('counter_amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='counter-amount')),
                ('end_amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='cash at the end')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='net amount')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('trade_date', models.DateField(null=True, verbose_name='trade date')),
                ('settlement_date', models.DateField(null=True, verbose_name='settlement date')),
                ('product', models.CharField(blank=True, choices=[('FX', 'Foreign exchange'), ('REPO', 'Repo'), ('LENDING', 'Securities lending')], db_default='', default='', max_length=8, verbose_name='product')),
                ('pair', models.CharField(blank=True, db_default='', default='', max_length=7, verbose_name='pair of currencies')),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name='rate')),
                ('end_date', models.DateField(null=True, verbose_name='end date')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('reference', models.CharField(max_length=64, verbose_name='their reference')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('function', models.CharField(choices=[('NEWM', 'Confirmation'), ('CANC', 'Cancellation')], max_length=4, verbose_name='function')),
                ('our_reference', models.CharField(blank=True, max_length=64, verbose_name='our reference')),
                ('door', models.CharField(choices=[('API', 'API of the counterparty'), ('UPLOAD', 'File taken in by hand')], max_length=6, verbose_name='came by')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('line', models.PositiveIntegerField(blank=True, null=True, verbose_name='line')),
                ('content', core.columns.EvidenceField(verbose_name='as it was read')),
                ('content_hash', models.CharField(max_length=64)),
                ('received_by', models.CharField(max_length=150, verbose_name='received by')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
            ],
            options={
                'verbose_name': 'confirmation received',
                'verbose_name_plural': 'confirmations received',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['party', 'trade_date', 'isin'], name='received_bucket')],
                'constraints': [models.CheckConstraint(condition=models.Q(('function__in', ['NEWM', 'CANC'])), name='received_function_known'), models.CheckConstraint(condition=models.Q(('door__in', ['API', 'UPLOAD'])), name='received_door_known'), models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL', ''])), name='received_side_known'), models.CheckConstraint(condition=models.Q(('product__in', ['FX', 'REPO', 'LENDING', ''])), name='received_product_known'), models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('price__lt', Decimal('10000000000')), ('amount__lt', Decimal('10000000000000000'))), name='received_numbers'), models.CheckConstraint(condition=models.Q(('counter_amount__lt', Decimal('10000000000000000')), ('rate__lt', Decimal('10000000000')), ('end_amount__lt', Decimal('10000000000000000'))), name='received_deal_numbers'), models.UniqueConstraint(fields=('party', 'reference', 'version'), name='received_version_once'), models.CheckConstraint(condition=models.Q(('function', 'CANC'), models.Q(models.Q(('side', ''), _negated=True), models.Q(('currency', ''), _negated=True), ('quantity__gt', 0), ('trade_date__isnull', False), ('settlement_date__isnull', False), models.Q(models.Q(('amount__isnull', False), ('price__isnull', False), ('product', ''), models.Q(('isin', ''), _negated=True)), models.Q(('counter_amount__isnull', False), ('price__isnull', False), ('product', 'FX'), models.Q(('pair', ''), _negated=True)), models.Q(('amount__isnull', False), ('product__in', ['REPO', 'LENDING']), ('rate__isnull', False), models.Q(('isin', ''), _negated=True)), _connector='OR')), _connector='OR'), name='received_says_all_terms')],
            },
        ),
        migrations.CreateModel(
            name='ConfirmationFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('seq', models.PositiveIntegerField(verbose_name='number')),
                ('format', models.CharField(choices=[('JSON', 'JSON'), ('MT515', 'MT515')], db_default='JSON', default=settlement.states.FileFormat['JSON'], max_length=5, verbose_name='format')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='file')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile', verbose_name='content')),
                ('new_count', models.PositiveIntegerField(verbose_name='confirmations')),
                ('cancel_count', models.PositiveIntegerField(verbose_name='cancellations')),
                ('created_by', models.CharField(max_length=150, verbose_name='made by')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='in the outbox since')),
            ],
            options={
                'verbose_name': 'file of confirmations',
                'verbose_name_plural': 'files of confirmations',
                'ordering': ('-id',),
                'constraints': [models.UniqueConstraint(fields=('party', 'seq'), name='confirmation_file_number'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='confirmation_file_from_one'), models.CheckConstraint(condition=models.Q(('format__in', ['JSON', 'MT515'])), name='confirmation_file_format')],
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
                ('counter_amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='counter-amount')),
                ('end_amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='cash at the end')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='net amount')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('trade_date', models.DateField(null=True, verbose_name='trade date')),
                ('settlement_date', models.DateField(null=True, verbose_name='settlement date')),
                ('product', models.CharField(blank=True, choices=[('FX', 'Foreign exchange'), ('REPO', 'Repo'), ('LENDING', 'Securities lending')], db_default='', default='', max_length=8, verbose_name='product')),
                ('pair', models.CharField(blank=True, db_default='', default='', max_length=7, verbose_name='pair of currencies')),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name='rate')),
                ('end_date', models.DateField(null=True, verbose_name='end date')),
                ('trade', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='trades.trade', verbose_name='trade')),
                ('version_no', models.PositiveIntegerField(default=0, verbose_name='version')),
                ('reference', models.CharField(blank=True, default='', max_length=20, verbose_name='reference')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('asset_class', models.CharField(blank=True, default='', max_length=10, verbose_name='asset class')),
                ('state', models.CharField(choices=[('TO_SEND', 'To send'), ('SENT', 'Sent'), ('ALLEGED', 'Alleged'), ('MISMATCHED', 'Mismatched'), ('MATCHED', 'Matched'), ('DISPUTED', 'Disputed'), ('CANCELLED', 'Cancelled')], max_length=10, verbose_name='status')),
                ('end_reason', models.CharField(blank=True, choices=[('AMENDED', 'The trade was amended'), ('TRADE_OVER', 'The trade was cancelled or allocated'), ('EXPLAINED', 'A trade of ours explains it'), ('WITHDRAWN', 'The counterparty withdrew it'), ('REPLACED', 'The counterparty replaced it')], default='', max_length=10, verbose_name='why it is over')),
                ('received', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='settlement.receivedconfirmation', verbose_name='confirmation received')),
                ('basis', models.CharField(blank=True, choices=[('REFERENCE', 'Reference'), ('AGREES', 'All terms agree'), ('CLOSE', 'Minimum fields'), ('BY_HAND', 'By hand')], default='', max_length=9, verbose_name='paired by')),
                ('differs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='what differs')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('sent_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='settlement.confirmationfile', verbose_name='file')),
                ('cancel_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cancellations', to='settlement.confirmationfile', verbose_name='file of the cancellation')),
                ('matched_at', models.DateTimeField(blank=True, null=True, verbose_name='matched at')),
            ],
            options={
                'verbose_name': 'confirmation',
                'verbose_name_plural': 'confirmations',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['trade_date', 'id'], name='confirmation_latest'), models.Index(fields=['party', 'trade_date', 'isin'], name='confirmation_bucket'), models.Index(condition=models.Q(('state__in', ('TO_SEND', 'SENT', 'ALLEGED', 'MISMATCHED', 'DISPUTED'))), fields=['trade_date'], name='confirmation_open'), models.Index(models.F('party'), condition=models.Q(('cancel_file__isnull', True), ('sent_file__isnull', False), ('state', 'CANCELLED')), name='confirmation_to_cancel')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['TO_SEND', 'SENT', 'ALLEGED', 'MISMATCHED', 'MATCHED', 'DISPUTED', 'CANCELLED'])), name='confirmation_state_known'), models.CheckConstraint(condition=models.Q(('end_reason__in', ['AMENDED', 'TRADE_OVER', 'EXPLAINED', 'WITHDRAWN', 'REPLACED', ''])), name='confirmation_end_known'), models.CheckConstraint(condition=models.Q(('basis__in', ['REFERENCE', 'AGREES', 'CLOSE', 'BY_HAND', ''])), name='confirmation_basis_known'), models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL'])), name='confirmation_side_known'), models.CheckConstraint(condition=models.Q(('product__in', ['FX', 'REPO', 'LENDING', ''])), name='confirmation_product_known'), models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('price__lt', Decimal('10000000000')), ('amount__lt', Decimal('10000000000000000'))), name='confirmation_numbers'), models.CheckConstraint(condition=models.Q(('counter_amount__lt', Decimal('10000000000000000')), ('rate__lt', Decimal('10000000000')), ('end_amount__lt', Decimal('10000000000000000'))), name='confirmation_deal_numbers'), models.UniqueConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('trade__isnull', False)), fields=('trade',), name='confirmation_one_per_trade'), models.UniqueConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('received__isnull', False)), fields=('received',), name='confirmation_one_per_message'), models.CheckConstraint(condition=models.Q(models.Q(('trade__isnull', False), ('version_no__gte', 1)), models.Q(('received__isnull', False), ('trade__isnull', True), ('version_no', 0)), _connector='OR'), name='confirmation_is_of_someone'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ALLEGED'), _negated=True), ('trade__isnull', True), _connector='OR'), name='confirmation_alleged_has_no_trade'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state__in', ('MISMATCHED', 'MATCHED')), _negated=True), ('matched_at__isnull', True)), models.Q(('matched_at__isnull', True), ('state', 'MISMATCHED')), models.Q(('matched_at__isnull', False), ('state', 'MATCHED')), ('state', 'CANCELLED'), _connector='OR'), name='confirmation_matched_at_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('MISMATCHED', 'MATCHED')), _negated=True), models.Q(('received__isnull', False), ('trade__isnull', False), models.Q(('basis', ''), _negated=True)), _connector='OR'), name='confirmation_paired_with_something'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'CANCELLED'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('state', 'CANCELLED'), _negated=True), ('end_reason', '')), _connector='OR'), name='confirmation_over_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'SENT'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='confirmation_sent_at_some_time')],
            },
        ),
        migrations.CreateModel(
            name='ConfirmationDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='settlement.confirmation')),
                ('received', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.receivedconfirmation')),
                ('deed', models.CharField(choices=[('SENT', 'Sent'), ('MATCHED', 'Matched'), ('MISMATCHED', 'Mismatched'), ('ALLEGED', 'Alleged'), ('UNPAIRED', 'Taken apart'), ('DISPUTED', 'Disputed'), ('RESUMED', 'Dispute ended'), ('ACCEPTED', 'Their terms accepted'), ('CANCELLED', 'Cancelled')], max_length=10, verbose_name='decision')),
                ('basis', models.CharField(blank=True, choices=[('REFERENCE', 'Reference'), ('AGREES', 'All terms agree'), ('CLOSE', 'Minimum fields'), ('BY_HAND', 'By hand')], default='', max_length=9, verbose_name='paired by')),
                ('evidence', models.JSONField(default=dict, verbose_name='evidence')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
                ('actor', models.CharField(max_length=150, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'decision on a confirmation',
                'verbose_name_plural': 'decisions on confirmations',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('deed__in', ['SENT', 'MATCHED', 'MISMATCHED', 'ALLEGED', 'UNPAIRED', 'DISPUTED', 'RESUMED', 'ACCEPTED', 'CANCELLED'])), name='confirmation_decision_known'), models.CheckConstraint(condition=models.Q(('basis__in', ['REFERENCE', 'AGREES', 'CLOSE', 'BY_HAND', ''])), name='confirmation_decision_basis')],
            },
        ),
        migrations.CreateModel(
            name='Chaser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('language', models.CharField(choices=[('en', 'en'), ('fr', 'fr')], max_length=2, verbose_name='language')),
                ('recipient', models.CharField(blank=True, max_length=254, verbose_name='recipient')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('confirmation_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='confirmations')),
                ('created_by', models.CharField(max_length=150, verbose_name='made by')),
                ('created_at', models.DateTimeField(verbose_name='made at')),
            ],
            options={
                'verbose_name': 'chaser',
                'verbose_name_plural': 'chasers',
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='chaser_language_known'), models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='chaser_says_something')],
            },
        ),
        migrations.CreateModel(
            name='ConfirmationNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=40)),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'news of confirmations',
                'verbose_name_plural': 'news of confirmations',
            },
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
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refdata.party', verbose_name='counterparty')),
                ('asset_class', models.CharField(blank=True, choices=[('EQUITY', 'share'), ('BOND', 'bond'), ('ETF', 'ETF'), ('FUND', 'fund'), ('DERIVATIVE', 'derivative')], max_length=10, verbose_name='asset class')),
                ('product', models.CharField(blank=True, choices=[('FX', 'Foreign exchange'), ('REPO', 'Repo'), ('LENDING', 'Securities lending')], db_default='', default='', max_length=8, verbose_name='product')),
                ('price_percent', models.DecimalField(decimal_places=6, max_digits=9, verbose_name='price or rate may differ by (percent)')),
                ('amount_small', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='amount may differ by (EUR)')),
                ('amount_large', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='above the limit by (EUR)')),
                ('amount_limit', models.DecimalField(decimal_places=4, max_digits=20, verbose_name='limit (EUR)')),
                ('close_percent', models.DecimalField(decimal_places=6, max_digits=9, verbose_name='the same deal within (percent)')),
            ],
            options={
                'verbose_name': 'tolerance profile',
                'verbose_name_plural': 'tolerance profiles',
                'ordering': ('-valid_from', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('product__in', ['FX', 'REPO', 'LENDING', ''])), name='profile_product_known'), models.CheckConstraint(condition=models.Q(('asset_class__in', ['EQUITY', 'BOND', 'ETF', 'FUND', 'DERIVATIVE', ''])), name='profile_asset_class_known'), models.CheckConstraint(condition=models.Q(('amount_small__lt', Decimal('10000000000000000')), ('amount_large__lt', Decimal('10000000000000000')), ('amount_limit__lt', Decimal('10000000000000000'))), name='profile_amounts'), models.CheckConstraint(condition=models.Q(('amount_large__gte', 0), ('amount_limit__gte', 0), ('amount_small__gte', 0), ('close_percent__gte', 0), ('close_percent__lte', 10), ('price_percent__gte', 0), ('price_percent__lte', 10)), name='profile_in_range', violation_error_message='Nothing is below zero, and no percentage above 10.'), models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'APPROVED', 'REFUSED'])), name='profile_state_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='profile_has_a_reason'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), _negated=True), name='profile_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'PENDING'), ('decided_by', '')), models.Q(models.Q(('state', 'PENDING'), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='profile_decided_means_someone')],
            },
        ),
    ]
