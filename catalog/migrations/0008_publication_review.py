"""Reviews before publication, and what the database itself holds of them (R05, R06, R08)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.immutable import append_only

RULES = r"""
CREATE FUNCTION catalog_version_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['status','grade','published_at','published_by_id',
    'secrecy_reviewed','privacy_assessed','head_approved'];
BEGIN
  -- what an official publishes has been approved and reviewed by two others
  IF NEW.status = 'published' AND NEW.published_by_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM catalog_publicationreview r
    WHERE r.version_id = NEW.id AND r.status = 'published' AND r.released_by_id = NEW.published_by_id
  ) THEN
    RAISE EXCEPTION 'an official publishes through a review only' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_version_reviewed';
  END IF;
  IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change AND EXISTS (
    SELECT 1 FROM catalog_publicationreview r WHERE r.version_id = NEW.id
      AND r.status IN ('head_review', 'authority_review', 'scheduled')
  ) THEN
    RAISE EXCEPTION 'the version is under review' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_version_under_review';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER catalog_version_reviewed BEFORE UPDATE ON catalog_resourceversion
  FOR EACH ROW WHEN (OLD.status = 'draft') EXECUTE FUNCTION catalog_version_reviewed();

CREATE FUNCTION catalog_item_under_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM catalog_publicationreview r
    WHERE r.version_id IN (
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
      CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END
    ) AND r.status IN ('head_review', 'authority_review', 'scheduled')
  ) THEN
    RAISE EXCEPTION 'the version is under review' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_item_under_review';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalog_item_under_review BEFORE INSERT OR UPDATE OR DELETE ON catalog_dataitem
  FOR EACH ROW EXECUTE FUNCTION catalog_item_under_review();

CREATE FUNCTION catalog_review_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.status IN ('published', 'blocked') AND NEW.status <> OLD.status)
    OR NEW.version_id <> OLD.version_id THEN
    RAISE EXCEPTION 'a decided review stays decided' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_review_final';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER catalog_review_final BEFORE UPDATE OR DELETE ON catalog_publicationreview
  FOR EACH ROW EXECUTE FUNCTION catalog_review_final();

CREATE FUNCTION catalog_blocked_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an entry marked as secret stays blocked' USING ERRCODE = '23001',
    CONSTRAINT = 'catalog_blocked_for_good';
END $$;
CREATE TRIGGER catalog_blocked_for_good BEFORE UPDATE ON catalog_resource
  FOR EACH ROW WHEN (OLD.blocked <> '' AND NEW.blocked = '')
  EXECUTE FUNCTION catalog_blocked_for_good();
"""
DROP = """
DROP TRIGGER catalog_version_reviewed ON catalog_resourceversion;
DROP FUNCTION catalog_version_reviewed();
DROP TRIGGER catalog_item_under_review ON catalog_dataitem;
DROP FUNCTION catalog_item_under_review();
DROP TRIGGER catalog_review_final ON catalog_publicationreview;
DROP FUNCTION catalog_review_final();
DROP TRIGGER catalog_blocked_for_good ON catalog_resource;
DROP FUNCTION catalog_blocked_for_good();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0007_words_apart"),
        ("organisation", "0004_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicationReview",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("head_review", "with the head of department"),
                            ("authority_review", "with the competent authority"),
                            ("scheduled", "approved, waiting for its time"),
                            ("returned", "returned"),
                            ("taken_back", "taken back"),
                            ("published", "published"),
                            ("blocked", "blocked as secret"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0, verbose_name="round")),
                ("step_count", models.PositiveIntegerField(default=0, verbose_name="steps")),
                ("content_hash", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(verbose_name="sent at")),
                (
                    "wanted_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the provider wants it to be published; empty: at once.",
                        null=True,
                        verbose_name="wanted at",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="received by the authority at"
                    ),
                ),
                ("limit_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                ("due_provisional", models.BooleanField(default=False, verbose_name="provisional")),
                (
                    "publish_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="publish at"),
                ),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
            ],
            options={
                "verbose_name": "review before publication",
                "verbose_name_plural": "reviews before publication",
                "ordering": ["due_on", "sent_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("secrecy", "secrecy review"),
                            ("privacy", "personal information impact assessment"),
                        ],
                        max_length=8,
                        verbose_name="check",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("clear", "no state secret and no work secret"),
                            ("no_personal", "no personal information"),
                            ("acceptable", "risk acceptable"),
                            ("with_measures", "risk acceptable with measures"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("done_by", models.CharField(max_length=100, verbose_name="done by")),
                ("done_on", models.DateField(verbose_name="done on")),
                ("text", models.TextField(blank=True, verbose_name="text")),
            ],
            options={
                "verbose_name": "check before publication",
                "verbose_name_plural": "checks before publication",
                "ordering": ["step_id", "-kind"],
            },
        ),
        migrations.CreateModel(
            name="ReviewStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveIntegerField(verbose_name="number")),
                ("round", models.PositiveSmallIntegerField(verbose_name="round")),
                ("command", models.CharField(max_length=12, verbose_name="step")),
                ("before", models.CharField(max_length=16)),
                ("after", models.CharField(max_length=16)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "remarks",
                    models.JSONField(default=list, help_text="Place and text of each remark."),
                ),
                (
                    "faults",
                    models.JSONField(
                        default=list, help_text="What had become wrong when the chosen time came."
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "publish_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="publish at"),
                ),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        choices=[("secret", "state secret"), ("work_secret", "work secret")],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a review",
                "verbose_name_plural": "steps of a review",
                "ordering": ["review_id", "seq"],
            },
        ),
        migrations.AddField(
            model_name="resource",
            name="blocked",
            field=models.CharField(
                blank=True,
                choices=[("secret", "state secret"), ("work_secret", "work secret")],
                db_default="",
                default="",
                editable=False,
                help_text="An entry marked as secret never comes into the catalog (R06).",
                max_length=12,
                verbose_name="blocked as",
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("blocked", ""),
                    models.Q(
                        ("blocked__in", ["secret", "work_secret"]),
                        ("status__in", ["draft", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="catalog_resource_blocked_is_hidden",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="approved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="authority",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.department",
                verbose_name="competent authority",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reviewed by",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="catalog.resource",
                verbose_name="data resource",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="sent by",
            ),
        ),
        migrations.AddField(
            model_name="publicationreview",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review",
                to="catalog.resourceversion",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="acting_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="catalog.publicationreview",
            ),
        ),
        migrations.AddField(
            model_name="reviewcheck",
            name="step",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checks",
                to="catalog.reviewstep",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationreview",
            index=models.Index(
                condition=models.Q(("status__in", ["authority_review", "scheduled"])),
                fields=["authority", "due_on"],
                name="catalog_review_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationreview",
            index=models.Index(
                condition=models.Q(("status", "scheduled")),
                fields=["publish_at"],
                name="catalog_review_timed",
            ),
        ),
        migrations.AddIndex(
            model_name="publicationreview",
            index=models.Index(fields=["status", "resource"], name="catalog_review_status"),
        ),
        migrations.AddConstraint(
            model_name="publicationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "head_review",
                            "authority_review",
                            "scheduled",
                            "returned",
                            "taken_back",
                            "published",
                            "blocked",
                        ],
                    )
                ),
                name="catalog_review_choices",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_by__isnull", True),
                        models.Q(("approved_by", models.F("sender")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("released_by__isnull", True),
                        models.Q(("released_by", models.F("sender")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("released_by__isnull", True),
                        ("approved_by__isnull", True),
                        models.Q(("released_by", models.F("approved_by")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="catalog_review_three_people",
                violation_error_message="Sender, head of department and reviewer are three people.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["authority_review", "scheduled", "published"]),
                        _negated=True,
                    ),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("authority__isnull", False),
                        ("received_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="catalog_review_approved_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["scheduled", "published"]), _negated=True),
                    ("released_by__isnull", False),
                    _connector="OR",
                ),
                name="catalog_review_released_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "scheduled"), _negated=True),
                    ("publish_at__isnull", False),
                    _connector="OR",
                ),
                name="catalog_review_timed_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewstep",
            constraint=models.UniqueConstraint(
                fields=("review", "seq"), name="catalog_reviewstep_seq"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewcheck",
            constraint=models.UniqueConstraint(
                fields=("step", "kind"), name="catalog_reviewcheck_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "secrecy"), ("outcome", "clear")),
                    models.Q(
                        ("kind", "privacy"),
                        ("outcome__in", ["no_personal", "acceptable", "with_measures"]),
                    ),
                    _connector="OR",
                ),
                name="catalog_reviewcheck_choices",
            ),
        ),
        append_only("catalog_reviewstep", "catalog_reviewcheck"),
        migrations.RunSQL(RULES, DROP),
    ]
