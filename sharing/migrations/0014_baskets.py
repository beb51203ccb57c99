"""Several entries in one application: its matter, attachments, warnings before sending."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import sharing.models.attachments

GUARD = r"""
CREATE FUNCTION sharing_attachment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
-- What an application was sent with stays with it; a file never changes.
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'an attachment never changes' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_attachment_immutable';
  END IF;
  IF EXISTS (SELECT 1 FROM sharing_application
             WHERE id = OLD.application_id AND submitted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the application was sent with this attachment' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_attachment_sent';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER sharing_attachment_guard BEFORE UPDATE OR DELETE ON sharing_applicationattachment
  FOR EACH ROW EXECUTE FUNCTION sharing_attachment_guard();
"""
DROP = """
DROP TRIGGER sharing_attachment_guard ON sharing_applicationattachment;
DROP FUNCTION sharing_attachment_guard();
"""


HAS_EVENTS = r"""
CREATE OR REPLACE FUNCTION sharing_item_has_events() RETURNS trigger LANGUAGE plpgsql AS $$
-- A status nobody decided: it came without its events. Looked at when the transaction ends; an
-- item that was changed and taken out of its draft in one transaction has neither.
DECLARE
  stored int;
  counted int;
BEGIN
  SELECT event_count INTO stored FROM sharing_applicationitem WHERE id = NEW.id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT count(*) INTO counted FROM sharing_itemevent WHERE item_id = NEW.id;
  IF stored IS DISTINCT FROM counted THEN
    RAISE EXCEPTION 'the status of an item follows from its events' USING ERRCODE = '23514',
      CONSTRAINT = 'sharing_item_has_events';
  END IF;
  IF OLD.status <> NEW.status AND NEW.event_count <= OLD.event_count THEN
    RAISE EXCEPTION 'the status of an item follows from its events' USING ERRCODE = '23514',
      CONSTRAINT = 'sharing_item_has_events';
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0017_search_in_memory"),
        ("sharing", "0012_many"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="matter",
            field=models.ForeignKey(
                blank=True,
                help_text="The matter of the department that the data is needed for, if it was chosen.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.serviceitem",
                verbose_name="business matter",
            ),
        ),
        migrations.AddField(
            model_name="applicationitem",
            name="warnings",
            field=models.JSONField(
                default=list,
                editable=False,
                help_text="What the applicant was told before sending; see sharing/cautions.py.",
                verbose_name="warnings",
            ),
        ),
        migrations.CreateModel(
            name="ApplicationAttachment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        max_length=200,
                        upload_to=sharing.models.attachments.attachment_path,
                        verbose_name="file",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("kind", models.CharField(max_length=8, verbose_name="kind of file")),
                ("size", models.PositiveBigIntegerField(verbose_name="size in bytes")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="sharing.application",
                        verbose_name="application",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment of an application",
                "verbose_name_plural": "attachments of applications",
                "ordering": ["application_id", "added_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "digest"), name="sharing_attachment_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="sharing_attachment_size"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="itemstage",
            index=models.Index(
                condition=models.Q(("status__in", ["signed", "refused"])),
                fields=["office", "role", "-decided_at"],
                name="sharing_stage_past",
            ),
        ),
        migrations.RunSQL(GUARD, DROP),
        migrations.RunSQL(HAS_EVENTS, migrations.RunSQL.noop),
    ]
