from django.db import migrations, models


class Migration(migrations.Migration):
    """What is not booked is found beside millions of messages that are.

    Built under a lock: an index of a table that is cut cannot be built beside running work.
    """

    dependencies = [
        ('trades', '0023_what_is_dealt'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='execution',
            index=models.Index(condition=models.Q(('outcome', 'BOOKED'), _negated=True), fields=['-id'], name='execution_not_booked'),
        ),
    ]
