"""Chain policies as drafts and versions, consent rules, emergency access, simulations."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0017_search_in_memory"),
        ("organisation", "0005_department_changes"),
        ("sharing", "0014_baskets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unconditional", "entries shared without conditions"),
                            ("matter", "a business matter agreed on beforehand"),
                        ],
                        max_length=13,
                        verbose_name="answers",
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Keys of the items that may be had; empty: all up to the grade.",
                        size=None,
                        verbose_name="data items",
                    ),
                ),
                (
                    "max_grade",
                    models.PositiveSmallIntegerField(default=2, verbose_name="up to the grade"),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("file", "file download"),
                            ("table", "batch exchange"),
                            ("api", "service interface"),
                        ],
                        default="file",
                        max_length=6,
                        verbose_name="sharing mode",
                    ),
                ),
                (
                    "max_days",
                    models.PositiveIntegerField(
                        default=365, verbose_name="longest period of use, in days"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="in force from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="in force until"),
                ),
                ("set_at", models.DateTimeField(editable=False, verbose_name="set at")),
                (
                    "stopped_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="stopped at"),
                ),
                (
                    "stop_reason",
                    models.TextField(blank=True, editable=False, verbose_name="why it was stopped"),
                ),
            ],
            options={
                "verbose_name": "consent rule",
                "verbose_name_plural": "consent rules",
                "ordering": ["department_id", "name", "-version"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(max_length=1000, verbose_name="why it cannot wait")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("until", models.DateField(verbose_name="last day")),
                ("policy_version", models.CharField(max_length=120, verbose_name="policy")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("consented", "consent was given in time"),
                            ("refused", "consent was refused"),
                            ("withdrawn", "the application was taken back"),
                            ("over", "the days were over without a decision"),
                        ],
                        max_length=9,
                        verbose_name="how it ended",
                    ),
                ),
            ],
            options={
                "verbose_name": "emergency access",
                "verbose_name_plural": "emergency accesses",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PolicySimulation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("definition", models.JSONField(verbose_name="rules")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "simulation finished"),
                            ("failed", "simulation failed"),
                        ],
                        default="queued",
                        max_length=7,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="asked for at")),
                ("lease_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="applications")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                (
                    "is_partial",
                    models.BooleanField(
                        default=False,
                        help_text="There were more, or time ran out.",
                        verbose_name="only the newest",
                    ),
                ),
            ],
            options={
                "verbose_name": "policy simulation",
                "verbose_name_plural": "policy simulations",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SimulatedCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.JSONField(default=list, verbose_name="chain before")),
                ("after", models.JSONField(default=list, verbose_name="chain after")),
                (
                    "stages_before",
                    models.PositiveSmallIntegerField(default=0, verbose_name="signatures before"),
                ),
                (
                    "stages_after",
                    models.PositiveSmallIntegerField(default=0, verbose_name="signatures after"),
                ),
                (
                    "limit_before",
                    models.PositiveSmallIntegerField(default=0, verbose_name="limit before"),
                ),
                (
                    "limit_after",
                    models.PositiveSmallIntegerField(default=0, verbose_name="limit after"),
                ),
                ("usual_before", models.FloatField(default=0, verbose_name="usual days before")),
                ("usual_after", models.FloatField(default=0, verbose_name="usual days after")),
                (
                    "slowest",
                    models.CharField(blank=True, max_length=260, verbose_name="slowest step after"),
                ),
                (
                    "faults",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        default=list,
                        size=None,
                        verbose_name="why there is no chain",
                    ),
                ),
            ],
            options={
                "verbose_name": "simulated application",
                "verbose_name_plural": "simulated applications",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="confirmed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="confirmed at"),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="confirmed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="confirmed by",
            ),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="drafted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="drafted at"),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="drafted_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="drafted by",
            ),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="note",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                max_length=1000,
                verbose_name="what changes and why",
            ),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="prepared_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="put forward at"),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="prepared_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="put forward by",
            ),
        ),
        migrations.AddField(
            model_name="chainpolicy",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("prepared", "waits for a second person"),
                    ("confirmed", "confirmed"),
                    ("withdrawn", "given up"),
                ],
                default="draft",
                editable=False,
                max_length=9,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="is_emergency",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                verbose_name="before consent, in an emergency",
            ),
        ),
        migrations.AlterField(
            model_name="chainpolicy",
            name="valid_from",
            field=models.DateField(blank=True, null=True, verbose_name="in force from"),
        ),
        migrations.AlterField(
            model_name="grant",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                related_query_name="grant",
                to="sharing.applicationitem",
                verbose_name="application item",
            ),
        ),
        migrations.AddConstraint(
            model_name="chainpolicy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "prepared"])),
                fields=("name",),
                name="sharing_chainpolicy_one_open",
                violation_error_message="A version of this policy is being worked on already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="chainpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "withdrawn"]),
                    models.Q(
                        ("status__in", ["prepared", "confirmed"]), ("valid_from__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="sharing_chainpolicy_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="chainpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(
                        ("prepared_by__isnull", False),
                        models.Q(("confirmed_by", models.F("prepared_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sharing_chainpolicy_two_people",
                violation_error_message="Nobody confirms what they put forward themselves.",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=("item", "is_emergency"), name="sharing_grant_one_of_a_kind"
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="demanders",
            field=models.ManyToManyField(
                blank=True,
                help_text="None chosen: every department.",
                related_name="+",
                to="organisation.department",
                verbose_name="departments that may ask",
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consent_rules",
                to="organisation.department",
                verbose_name="providing department",
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="matter",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.serviceitem",
                verbose_name="business matter",
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="resource",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: every entry of the department shared without conditions.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.resource",
                verbose_name="entry",
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="set_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="set by",
            ),
        ),
        migrations.AddField(
            model_name="consentrule",
            name="stopped_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="stopped by",
            ),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="grant",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emergency_access",
                to="sharing.grant",
                verbose_name="grant",
            ),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="item",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emergency_access",
                to="sharing.applicationitem",
                verbose_name="application item",
            ),
        ),
        migrations.AddField(
            model_name="emergencyaccess",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="opened by",
            ),
        ),
        migrations.AddField(
            model_name="policysimulation",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked for by",
            ),
        ),
        migrations.AddField(
            model_name="policysimulation",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="simulations",
                to="sharing.chainpolicy",
                verbose_name="chain policy",
            ),
        ),
        migrations.AddField(
            model_name="simulatedcase",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sharing.applicationitem",
                verbose_name="application item",
            ),
        ),
        migrations.AddField(
            model_name="simulatedcase",
            name="simulation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cases",
                to="sharing.policysimulation",
                verbose_name="policy simulation",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.UniqueConstraint(
                fields=("department", "name", "version"), name="sharing_consentrule_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at__isnull", True)),
                fields=("department", "name"),
                name="sharing_consentrule_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_grade__gte", 1), ("max_grade__lte", 4)),
                name="sharing_consentrule_grade",
                violation_error_message="Data of important or core grade is never given by rule.",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "unconditional"), ("matter__isnull", True)),
                    models.Q(
                        ("kind", "matter"), ("matter__isnull", False), ("resource__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="sharing_consentrule_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_days__gte", 1)), name="sharing_consentrule_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stop_reason", ""), ("stopped_at__isnull", True)),
                    models.Q(
                        ("stopped_at__isnull", False), models.Q(("stop_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="sharing_consentrule_stop",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended", ""), ("ended_at__isnull", True)),
                    models.Q(
                        ("ended__in", ["consented", "refused", "withdrawn", "over"]),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sharing_emergency_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="sharing_emergency_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="policysimulation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("policy",),
                name="sharing_simulation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="policysimulation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status__in", ["queued", "running"])),
                    models.Q(("ended_at__isnull", False), ("status__in", ["done", "failed"])),
                    _connector="OR",
                ),
                name="sharing_simulation_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="simulatedcase",
            constraint=models.UniqueConstraint(
                fields=("simulation", "item"), name="sharing_simulatedcase_once"
            ),
        ),
    ]
