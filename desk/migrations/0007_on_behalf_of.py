from django.contrib.postgres import operations
from django.db import migrations, models
from django.db.models import F, Q

KINDS = ["WAIVER", "CONDUCT_WAIVER", "VALIDATION_LIMIT", "SEVERAL_VALIDATIONS", "DELEGATION"]
#: Without delegations there is nothing that such a request could be about.
FORGET = """
SELECT set_config('denouement.actor', 'system', true),
       set_config('denouement.reason', 'there are no delegations', true);
DELETE FROM desk_workitem WHERE subject_kind = 'request'
   AND subject_id IN (SELECT id FROM desk_request WHERE kind = 'DELEGATION');
DELETE FROM desk_request WHERE kind = 'DELEGATION';
"""


def behalf() -> models.CharField:
    return models.CharField(
        blank=True, db_default="", default="", max_length=150, verbose_name="on behalf of"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_delegations"),
        ("desk", "0006_attachments"),
    ]

    operations = [
        migrations.AddField(model_name="approval", name="on_behalf_of", field=behalf()),
        migrations.AddField(model_name="request", name="on_behalf_of", field=behalf()),
        operations.AddConstraintNotValid(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(on_behalf_of="")
                | (
                    ~Q(on_behalf_of=F("maker"))
                    & ~Q(on_behalf_of=F("checker"))
                    & ~Q(contributors__contains=[F("on_behalf_of")])
                ),
                name="approval_not_on_behalf_of_a_maker",
            ),
        ),
        migrations.RemoveConstraint(model_name="request", name="request_kind_known"),
        migrations.AlterField(
            model_name="request",
            name="kind",
            field=models.CharField(
                choices=[(kind, kind) for kind in KINDS], max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=Q(("kind__in", KINDS)), name="request_kind_known"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
