from django.conf import settings
from django.db import migrations, models

BACK = "DELETE FROM desk_workitem WHERE kind = 'CANCELLATION'"


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0002_queue_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='workitem',
            name='workitem_kind_known',
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.AlterField(
            model_name='workitem',
            name='kind',
            field=models.CharField(choices=[('EXCEPTION', 'EXCEPTION'), ('VALIDATION', 'VALIDATION'), ('CANCELLATION', 'CANCELLATION'), ('BREAK', 'BREAK'), ('REPORT', 'REPORT')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['EXCEPTION', 'VALIDATION', 'CANCELLATION', 'BREAK', 'REPORT'])), name='workitem_kind_known'),
        ),
    ]
