"""The life of a grant is its events; what a grant allows never widens; use stays on record."""

from django.db import migrations

from portal.immutable import append_only

GRANT = r"""
CREATE OR REPLACE FUNCTION sharing_grant_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
-- What was consented to changes only by an event, and then only to less; only a renewal makes the
-- period longer (R20, R21).
DECLARE
  may_change constant text[] := ARRAY['status','status_at','status_by_id','status_reason',
    'supply_due_on','event_count','rectify_by','renewal_step','change_step','change_on','unfiled',
    'disposal_due_on','disposed_on'];
  by_event constant text[] := ARRAY['fields','row_region_id','ends_on','quota_pulls','content_hash'];
  outer_region text;
BEGIN
  IF to_jsonb(NEW) - may_change - by_event <> to_jsonb(OLD) - may_change - by_event THEN
    RAISE EXCEPTION 'what a grant allows never changes' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_grant_immutable';
  END IF;
  IF (NEW.fields, NEW.row_region_id, NEW.ends_on, NEW.quota_pulls, NEW.content_hash)
     IS DISTINCT FROM (OLD.fields, OLD.row_region_id, OLD.ends_on, OLD.quota_pulls, OLD.content_hash)
  THEN
    outer_region := CASE WHEN length(OLD.row_region_id) = 6
      THEN regexp_replace(OLD.row_region_id, '(00)+$', '') ELSE OLD.row_region_id END;
    IF NEW.event_count <= OLD.event_count
      OR jsonb_array_length(NEW.fields) = 0
      OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(NEW.fields) AS field WHERE field ->> 'key' NOT IN
          (SELECT old_field ->> 'key' FROM jsonb_array_elements(OLD.fields) AS old_field))
      OR (OLD.row_region_id IS NOT NULL AND (NEW.row_region_id IS NULL
        OR NOT starts_with(NEW.row_region_id, outer_region)))
      OR (OLD.quota_pulls IS NOT NULL
        AND (NEW.quota_pulls IS NULL OR NEW.quota_pulls > OLD.quota_pulls))
      OR (NEW.ends_on > OLD.ends_on AND NOT EXISTS (
        SELECT 1 FROM sharing_grantevent WHERE grant_id = NEW.id AND seq > OLD.event_count
          AND kind = 'renewed'))
    THEN
      RAISE EXCEPTION 'what a grant allows never changes' USING ERRCODE = '23001',
        CONSTRAINT = 'sharing_grant_immutable';
    END IF;
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('provisioning','active'), ('provisioning','terminated'), ('provisioning','expired'), ('provisioning','suspended'),
    ('active','suspended'), ('active','expired'), ('active','terminated'),
    ('suspended','active'), ('suspended','expired'), ('suspended','terminated')
  ) THEN
    RAISE EXCEPTION 'a grant cannot go from % to %', OLD.status, NEW.status USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_grant_transition';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION sharing_grant_has_events() RETURNS trigger LANGUAGE plpgsql AS $$
-- A change nobody decided: it came without its events. Looked at when the transaction ends.
DECLARE
  stored int;
  counted int;
BEGIN
  SELECT event_count INTO stored FROM sharing_grant WHERE id = NEW.id;
  SELECT count(*) INTO counted FROM sharing_grantevent WHERE grant_id = NEW.id;
  IF stored IS DISTINCT FROM counted
    OR (OLD.status <> NEW.status AND NEW.event_count <= OLD.event_count) THEN
    RAISE EXCEPTION 'the status of a grant follows from its events' USING ERRCODE = '23514',
      CONSTRAINT = 'sharing_grant_has_events';
  END IF;
  RETURN NULL;
END $$;
"""
DEFERRED = r"""
CREATE CONSTRAINT TRIGGER sharing_grant_has_events AFTER UPDATE ON sharing_grant
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sharing_grant_has_events();
"""
OLD_GRANT = r"""
DROP FUNCTION sharing_grant_has_events();
CREATE OR REPLACE FUNCTION sharing_grant_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['status','status_at','status_by_id','status_reason','supply_due_on'];
BEGIN
  IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
    RAISE EXCEPTION 'what a grant allows never changes' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_grant_immutable';
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('provisioning','active'), ('provisioning','terminated'), ('provisioning','expired'), ('provisioning','suspended'),
    ('active','suspended'), ('active','expired'), ('active','terminated'),
    ('suspended','active'), ('suspended','expired'), ('suspended','terminated')
  ) THEN
    RAISE EXCEPTION 'a grant cannot go from % to %', OLD.status, NEW.status USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_grant_transition';
  END IF;
  RETURN NEW;
END $$;
"""
EXISTING = r"""
INSERT INTO sharing_grantevent (grant_id, seq, kind, data, content_hash, actor_id, at)
SELECT g.id, 1, 'granted', jsonb_build_object(
    'kind', 'granted',
    'at', to_char(g.status_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
    'by', CASE WHEN o.id IS NULL THEN NULL ELSE jsonb_build_object(
      'person', jsonb_build_object('official_id', o.id, 'name', o.full_name),
      'acting_for', NULL) END,
    'terms', jsonb_build_object('fields', g.fields, 'ends_on', g.ends_on,
      'row_region', coalesce(g.row_region_id, ''), 'quota', g.quota_pulls),
    'status', g.status, 'disposal_due_on', NULL, 'reason', g.status_reason),
  g.content_hash, g.status_by_id, g.status_at
FROM sharing_grant g LEFT JOIN organisation_official o ON o.id = g.status_by_id
WHERE NOT EXISTS (SELECT 1 FROM sharing_grantevent e WHERE e.grant_id = g.id);
UPDATE sharing_grant SET event_count = 1 WHERE event_count = 0;
"""
USAGE = r"""
CREATE FUNCTION sharing_usage_kept() RETURNS trigger LANGUAGE plpgsql AS $$
-- Article 29: records of use are kept for three years at least, and as they were written.
BEGIN
  IF TG_OP = 'DELETE' AND OLD.recorded_at < now() - interval '3 years' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'records of use are kept for three years and never changed'
    USING ERRCODE = '23001', CONSTRAINT = 'sharing_usage_kept';
END $$;
CREATE TRIGGER sharing_usage_kept BEFORE UPDATE OR DELETE ON sharing_usagerecord
  FOR EACH ROW EXECUTE FUNCTION sharing_usage_kept();
CREATE TRIGGER sharing_usagerecord_no_truncate BEFORE TRUNCATE ON sharing_usagerecord
  FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();
"""
DROP_USAGE = """
DROP TRIGGER sharing_usagerecord_no_truncate ON sharing_usagerecord;
DROP TRIGGER sharing_usage_kept ON sharing_usagerecord;
DROP FUNCTION sharing_usage_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0022_grant_life")]

    operations = [
        migrations.RunSQL(GRANT, OLD_GRANT),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
        migrations.RunSQL(DEFERRED, "DROP TRIGGER sharing_grant_has_events ON sharing_grant;"),
        append_only("sharing_grantevent"),
        migrations.RunSQL(USAGE, DROP_USAGE),
    ]
