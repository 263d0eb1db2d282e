import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0008_roles_by_two_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=20, unique=True, verbose_name='period')),
                ('opened_by', models.CharField(max_length=150, verbose_name='opened by')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('due_on', models.DateField(verbose_name='due')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('SIGNED', 'SIGNED')], default='OPEN', max_length=10, verbose_name='status')),
                ('signed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='signed by')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed at')),
                ('note', models.CharField(blank=True, default='', max_length=500, verbose_name='note')),
            ],
            options={
                'verbose_name': 'access review',
                'verbose_name_plural': 'access reviews',
                'ordering': ('-period',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'SIGNED'])), name='access_review_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('signed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('signed_by', ''), _negated=True)), _connector='OR'), name='access_review_signed_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='AccessReviewRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('granted_by', models.CharField(blank=True, default='', max_length=150, verbose_name='granted by')),
                ('approved_by', models.CharField(blank=True, default='', max_length=150, verbose_name='approved by')),
                ('granted_at', models.DateTimeField(verbose_name='granted at')),
                ('last_login', models.DateTimeField(null=True, verbose_name='last sign-in')),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('KEPT', 'KEPT'), ('WITHDRAWN', 'WITHDRAWN')], default='OPEN', max_length=10, verbose_name='status')),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=150, verbose_name='reviewed by')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('reason', models.CharField(blank=True, default='', max_length=500, verbose_name='reason')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='core.accessreview', verbose_name='access review')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'reviewed right',
                'verbose_name_plural': 'reviewed rights',
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'KEPT', 'WITHDRAWN'])), name='access_row_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('reviewed_by', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('reviewed_by', ''), _negated=True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='access_row_decided_by_someone_for_a_reason'), models.UniqueConstraint(fields=('review', 'user', 'role', 'desk_code'), name='access_row_once')],
            },
        ),
    ]
