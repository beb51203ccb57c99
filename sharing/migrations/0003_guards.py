"""Running numbers, one open item, and rules of the approval chain that the database holds itself."""

import django.db.models.deletion
from django.db import migrations, models

EVENTS = r"""
CREATE FUNCTION sharing_event_separation() RETURNS trigger LANGUAGE plpgsql AS $$
-- R19: whoever applied decides nothing, and nobody signs two stages of one round. A round begins
-- anew with a resubmission that brought a plan of its own.
DECLARE
  requester bigint;
  round_from int;
BEGIN
  IF NEW.kind NOT IN ('stage_signed', 'refused', 'supplement_requested') THEN RETURN NEW; END IF;
  IF NEW.actor_id IS NULL THEN
    RAISE EXCEPTION 'a decision has an actor' USING ERRCODE = '23514', CONSTRAINT = 'sharing_event_actor';
  END IF;
  SELECT a.applicant_id INTO requester
    FROM sharing_application a JOIN sharing_applicationitem i ON i.application_id = a.id
    WHERE i.id = NEW.item_id;
  IF requester IN (NEW.actor_id, NEW.acting_for_id) THEN
    RAISE EXCEPTION 'nobody decides their own application' USING ERRCODE = '23514',
      CONSTRAINT = 'sharing_event_own_application';
  END IF;
  SELECT coalesce(max(seq), 0) INTO round_from FROM sharing_itemevent
    WHERE item_id = NEW.item_id AND kind = 'resubmitted' AND data -> 'plan' NOT IN ('null'::jsonb);
  IF NEW.kind = 'stage_signed' AND EXISTS (
    SELECT 1 FROM sharing_itemevent e
    WHERE e.item_id = NEW.item_id AND e.kind = 'stage_signed' AND e.seq > round_from
      AND (e.actor_id IN (NEW.actor_id, NEW.acting_for_id)
        OR e.acting_for_id IN (NEW.actor_id, NEW.acting_for_id))
  ) THEN
    RAISE EXCEPTION 'nobody signs twice' USING ERRCODE = '23514', CONSTRAINT = 'sharing_event_signed_twice';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_event_separation BEFORE INSERT ON sharing_itemevent
  FOR EACH ROW EXECUTE FUNCTION sharing_event_separation();

CREATE FUNCTION sharing_item_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
    ('draft','home_review'), ('draft','provider_review'), ('draft','consented'),
    ('home_review','provider_review'), ('home_review','consented'), ('home_review','refused'),
    ('home_review','supplement'), ('home_review','withdrawn'),
    ('provider_review','consented'), ('provider_review','refused'),
    ('provider_review','supplement'), ('provider_review','withdrawn'),
    ('supplement','home_review'), ('supplement','provider_review'), ('supplement','withdrawn')
  ) THEN
    RAISE EXCEPTION 'an item cannot go from % to %', OLD.status, NEW.status USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_item_transition';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_item_transition BEFORE UPDATE OF status ON sharing_applicationitem
  FOR EACH ROW EXECUTE FUNCTION sharing_item_transition();

CREATE FUNCTION sharing_item_has_events() RETURNS trigger LANGUAGE plpgsql AS $$
-- A status nobody decided: it came without its events. Looked at when the transaction ends.
DECLARE
  stored int;
  counted int;
BEGIN
  SELECT event_count INTO stored FROM sharing_applicationitem WHERE id = NEW.id;
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
CREATE CONSTRAINT TRIGGER sharing_item_has_events AFTER UPDATE ON sharing_applicationitem
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_item_has_events();

CREATE FUNCTION sharing_pull_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('published','quarantined','cancelled') AND NEW.status <> OLD.status THEN
    RAISE EXCEPTION 'a pull that ended stays ended' USING ERRCODE = '23001', CONSTRAINT = 'sharing_pull_final';
  END IF;
  IF NEW.token < OLD.token THEN
    RAISE EXCEPTION 'a fencing number never goes back' USING ERRCODE = '23001', CONSTRAINT = 'sharing_pull_token';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_pull_final BEFORE UPDATE ON sharing_pull
  FOR EACH ROW EXECUTE FUNCTION sharing_pull_final();
"""
DROP = """
DROP TRIGGER sharing_event_separation ON sharing_itemevent;
DROP FUNCTION sharing_event_separation();
DROP TRIGGER sharing_item_transition ON sharing_applicationitem;
DROP FUNCTION sharing_item_transition();
DROP TRIGGER sharing_item_has_events ON sharing_applicationitem;
DROP FUNCTION sharing_item_has_events();
DROP TRIGGER sharing_pull_final ON sharing_pull;
DROP FUNCTION sharing_pull_final();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0002_rules"),
        ("sharing", "0002_history_is_immutable"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("value", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "counter", "verbose_name_plural": "counters"},
        ),
        migrations.AddField(
            model_name="applicationitem",
            name="demander",
            field=models.ForeignKey(
                default=None,
                editable=False,
                help_text="That of the application, kept here so that the database allows one open item only.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asked_items",
                to="organisation.department",
                verbose_name="requesting department",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="applicationitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("status__in", ["home_review", "provider_review", "supplement"])
                ),
                fields=("demander", "resource"),
                name="sharing_item_one_open",
                violation_error_message="Your department already has an open application for this entry.",
            ),
        ),
        migrations.RunSQL(EVENTS, DROP),
    ]
