"""The guards of the database know that a signature can be taken back and who works on a stage."""

from django.db import migrations

AFTER = r"""
CREATE OR REPLACE FUNCTION sharing_event_separation() RETURNS trigger LANGUAGE plpgsql AS $$
-- R19: whoever applied decides nothing, and nobody signs two stages of one round. A round begins
-- anew with a resubmission that brought a plan of its own. A signature that was taken back, the last
-- one before it was, does not count.
DECLARE
  requester bigint;
  round_from int;
BEGIN
  IF NEW.kind NOT IN ('stage_signed', 'refused', 'supplement_requested', 'stage_transferred',
    'stage_reassigned', 'stage_delegated', 'delegation_returned', 'stage_claimed', 'signers_added',
    'signer_removed', 'signature_taken_back', 'extension_requested', 'extension_consented') THEN
    RETURN NEW; END IF;
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
      AND NOT EXISTS (
        SELECT 1 FROM sharing_itemevent t
        WHERE t.item_id = NEW.item_id AND t.kind = 'signature_taken_back' AND t.seq > e.seq
          AND NOT EXISTS (
            SELECT 1 FROM sharing_itemevent n
            WHERE n.item_id = NEW.item_id AND n.kind = 'stage_signed'
              AND n.seq > e.seq AND n.seq < t.seq))
  ) THEN
    RAISE EXCEPTION 'nobody signs twice' USING ERRCODE = '23514', CONSTRAINT = 'sharing_event_signed_twice';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION sharing_item_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
    ('draft','home_review'), ('draft','provider_review'), ('draft','consented'),
    ('home_review','provider_review'), ('home_review','consented'), ('home_review','refused'),
    ('home_review','supplement'), ('home_review','withdrawn'),
    ('provider_review','consented'), ('provider_review','refused'),
    ('provider_review','supplement'), ('provider_review','withdrawn'),
    ('provider_review','home_review'),
    ('supplement','home_review'), ('supplement','provider_review'), ('supplement','withdrawn')
  ) THEN
    RAISE EXCEPTION 'an item cannot go from % to %', OLD.status, NEW.status USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_item_transition';
  END IF;
  RETURN NEW;
END $$;
"""
BEFORE = r"""
CREATE OR REPLACE FUNCTION sharing_event_separation() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION sharing_item_transition() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    """Replaces two trigger functions; the triggers stay."""

    dependencies = [("sharing", "0010_drawn_in")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
