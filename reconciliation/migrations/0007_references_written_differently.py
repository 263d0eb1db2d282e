from django.contrib.postgres import operations as postgres
from django.db import migrations, models


class Migration(migrations.Migration):
    """A pass for references that were spoilt on their way."""

    dependencies = [
        ('reconciliation', '0006_schedules_and_acceptance'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='matchgroup',
            name='matchgroup_pass_known',
        ),
        migrations.AlterField(
            model_name='matchgroup',
            name='pass_name',
            field=models.CharField(choices=[('EXACT', 'Exact'), ('AMOUNT', 'Amount'), ('DATE', 'Date'), ('AMOUNT_DATE', 'Amount and date'), ('SIMILAR', 'Reference written differently'), ('NO_REFERENCE', 'Without reference'), ('SPLIT_REFERENCE', 'Several for one, by reference'), ('SPLIT_BLOCK', 'Several for one, by sum'), ('BY_HAND', 'By hand')], max_length=15, verbose_name='pass'),
        ),
        postgres.AddConstraintNotValid(
            model_name='matchgroup',
            constraint=models.CheckConstraint(condition=models.Q(('pass_name__in', ['EXACT', 'AMOUNT', 'DATE', 'AMOUNT_DATE', 'SIMILAR', 'NO_REFERENCE', 'SPLIT_REFERENCE', 'SPLIT_BLOCK', 'BY_HAND'])), name='matchgroup_pass_known'),
        ),
    ]
