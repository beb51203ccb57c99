"""Reports of joint signatures, the working days that stages took, and indexes for both."""

import uuid
from itertools import groupby
from operator import itemgetter

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def count_days(apps, schema_editor):
    """The working days of the stages that were decided before they were counted."""
    del schema_editor
    from portal.worktime.access import read_calendar
    from sharing.approval.clocks import elapsed
    from sharing.approval.evolve import fold
    from sharing.approval.serialise import from_dict

    stages = apps.get_model("sharing", "ItemStage")
    events = apps.get_model("sharing", "ItemEvent").objects.order_by("item", "seq")
    calendar = read_calendar()
    rows = events.values_list("item", "data").iterator(2000)
    for item, group in groupby(rows, key=itemgetter(0)):
        state = fold(tuple(from_dict(data) for _item, data in group))
        for stage in state.stages:
            if stage.stage.quorum and stage.opened_at and stage.closed_at:
                spent = elapsed(state, calendar, since=stage.opened_at, until=stage.closed_at)
                stages.objects.filter(item=item, position=stage.stage.position).update(
                    used_days=max(0, spent.counted)
                )


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0005_department_changes"),
        ("worktime", "0003_demand_limit"),
        ("sharing", "0011_taking_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignOff",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("comment", models.TextField(blank=True, max_length=1000, verbose_name="comment")),
                ("total", models.PositiveIntegerField(verbose_name="picked")),
                ("signed", models.PositiveIntegerField(verbose_name="signed")),
            ],
            options={
                "verbose_name": "joint signature",
                "verbose_name_plural": "joint signatures",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SignOffLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="number")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="application")),
                (
                    "title",
                    models.CharField(blank=True, max_length=300, verbose_name="data resource"),
                ),
                (
                    "department",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="requesting department"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("signed", "signed"),
                            ("consented", "signed, and thereby consented to"),
                            ("denied", "not signed"),
                            ("busy", "somebody else is working on it"),
                            ("not_visible", "not found"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("message", models.TextField(blank=True)),
                ("remedy", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "line of a joint signature",
                "verbose_name_plural": "lines of joint signatures",
                "ordering": ["sign_off", "position"],
            },
        ),
        migrations.RemoveIndex(
            model_name="itemstage",
            name="sharing_stage_inbox",
        ),
        migrations.AddField(
            model_name="itemstage",
            name="used_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Working days from its opening to its decision, pauses not counted.",
                null=True,
            ),
        ),
        migrations.RunPython(count_days, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="itemstage",
            index=models.Index(
                condition=models.Q(("status", "open")),
                fields=["office", "role", "due_on", "opened_at", "id"],
                name="sharing_stage_order",
            ),
        ),
        migrations.AddIndex(
            model_name="itemstage",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["office", "decided_at"],
                include=("role", "status", "used_days", "due_on"),
                name="sharing_stage_done",
            ),
        ),
        migrations.AddField(
            model_name="signoff",
            name="official",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sign_offs",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="signoffline",
            name="item",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                db_constraint=False,
                to="sharing.applicationitem",
            ),
        ),
        migrations.AddField(
            model_name="signoffline",
            name="sign_off",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="sharing.signoff",
            ),
        ),
        migrations.AddIndex(
            model_name="signoff",
            index=models.Index(fields=["official", "-at"], name="sharing_signoff_own"),
        ),
        migrations.AddConstraint(
            model_name="signoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed__lte", models.F("total"))),
                name="sharing_signoff_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="signoffline",
            constraint=models.UniqueConstraint(
                fields=("sign_off", "position"), name="sharing_signoff_line"
            ),
        ),
    ]
