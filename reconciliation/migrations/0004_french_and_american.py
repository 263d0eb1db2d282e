from django.db import migrations, models


class Migration(migrations.Migration):
    """CFONB 120, OFX and BAI2."""

    dependencies = [('reconciliation', '0003_kinds_are_checked')]

    operations = [
        migrations.RemoveConstraint(
            model_name='statementfile',
            name='statementfile_format_known',
        ),
        migrations.AlterField(
            model_name='statementfile',
            name='format',
            field=models.CharField(choices=[('MT940', 'MT940'), ('MT942', 'MT942'), ('MT950', 'MT950'), ('CAMT052', 'camt.052'), ('CAMT053', 'camt.053'), ('CAMT054', 'camt.054'), ('CFONB', 'CFONB 120'), ('OFX', 'OFX'), ('BAI2', 'BAI2'), ('TABLE', 'Table')], max_length=7, verbose_name='format'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['MT940', 'MT942', 'MT950', 'CAMT052', 'CAMT053', 'CAMT054', 'CFONB', 'OFX', 'BAI2', 'TABLE'])), name='statementfile_format_known'),
        ),
    ]
