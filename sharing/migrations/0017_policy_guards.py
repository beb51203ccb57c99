"""What the database itself holds about policies (R46), consent rules and emergencies."""

from django.db import migrations

POLICIES = r"""
CREATE FUNCTION sharing_policy_limits(rules jsonb, above jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
-- The first limit of "rules" that is longer than the law or than "above" allows, or null.
DECLARE
  law constant jsonb := '{"reply_unconditional": 1, "reply_conditional": 10, "supply": 20}';
  usual constant jsonb := '{"home_review": 2, "authority_review": 2,
    "reply_unconditional": 1, "reply_conditional": 10, "supply": 20}';
  name text;
  mine jsonb;
  most jsonb;
BEGIN
  FOR name IN SELECT jsonb_object_keys(usual) LOOP
    mine := coalesce(rules -> 'limits' -> name, usual -> name);
    IF law ? name AND (jsonb_typeof(mine) <> 'number' OR mine > law -> name OR mine < '1') THEN
      RETURN name;
    END IF;
    IF above IS NOT NULL THEN
      most := coalesce(above -> 'limits' -> name, usual -> name);
      IF jsonb_typeof(most) = 'number' AND (jsonb_typeof(mine) <> 'number' OR mine > most) THEN
        RETURN name;
      END IF;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION sharing_policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  above jsonb;
  longer text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status IN ('confirmed', 'withdrawn') THEN
      RAISE EXCEPTION 'a confirmed policy is never removed' USING ERRCODE = '23001',
        CONSTRAINT = 'sharing_policy_immutable';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status = 'confirmed' THEN
    IF to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status'
      OR NEW.status NOT IN ('confirmed', 'withdrawn')
      OR (NEW.status = 'withdrawn' AND EXISTS (
        SELECT 1 FROM sharing_applicationitem WHERE policy_id = OLD.id)) THEN
      RAISE EXCEPTION 'a confirmed policy never changes' USING ERRCODE = '23001',
        CONSTRAINT = 'sharing_policy_immutable';
    END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status = 'withdrawn' AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
    RAISE EXCEPTION 'a policy that was given up stays so' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_policy_immutable';
  END IF;
  IF NEW.status IN ('prepared', 'confirmed') THEN
    IF NEW.region_id IS NOT NULL THEN
      SELECT definition INTO above FROM sharing_chainpolicy
        WHERE region_id IS NULL AND status = 'confirmed' AND valid_from <= NEW.valid_from
        ORDER BY valid_from DESC, version DESC, id DESC LIMIT 1;
    END IF;
    longer := sharing_policy_limits(NEW.definition, above);
    IF longer IS NOT NULL THEN
      RAISE EXCEPTION 'a policy may only shorten limits: %', longer USING ERRCODE = '23514',
        CONSTRAINT = 'sharing_policy_only_tightens';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_policy_guard BEFORE INSERT OR UPDATE OR DELETE ON sharing_chainpolicy
  FOR EACH ROW EXECUTE FUNCTION sharing_policy_guard();

CREATE FUNCTION sharing_consentrule_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['stopped_at', 'stopped_by_id', 'stop_reason'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a rule is stopped, never removed' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_consentrule_immutable';
  END IF;
  IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change OR OLD.stopped_at IS NOT NULL THEN
    RAISE EXCEPTION 'a rule never changes: set its next version' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_consentrule_immutable';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_consentrule_immutable BEFORE UPDATE OR DELETE ON sharing_consentrule
  FOR EACH ROW EXECUTE FUNCTION sharing_consentrule_immutable();

CREATE FUNCTION sharing_emergency_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change constant text[] := ARRAY['ended_at', 'ended'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
    OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
    RAISE EXCEPTION 'emergency access is a record' USING ERRCODE = '23001',
      CONSTRAINT = 'sharing_emergency_immutable';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_emergency_immutable BEFORE UPDATE OR DELETE ON sharing_emergencyaccess
  FOR EACH ROW EXECUTE FUNCTION sharing_emergency_immutable();
"""
DROP = """
DROP TRIGGER sharing_policy_guard ON sharing_chainpolicy;
DROP FUNCTION sharing_policy_guard();
DROP FUNCTION sharing_policy_limits(jsonb, jsonb);
DROP TRIGGER sharing_consentrule_immutable ON sharing_consentrule;
DROP FUNCTION sharing_consentrule_immutable();
DROP TRIGGER sharing_emergency_immutable ON sharing_emergencyaccess;
DROP FUNCTION sharing_emergency_immutable();
"""


def confirm_old(apps, schema_editor):  # noqa: ARG001
    """Versions that were in force before there were drafts."""
    policies = apps.get_model("sharing", "ChainPolicy")
    policies.objects.filter(status="draft").update(status="confirmed")


class Migration(migrations.Migration):
    dependencies = [("sharing", "0016_chain_policies")]

    operations = [
        migrations.RunPython(confirm_old, migrations.RunPython.noop),
        migrations.RunSQL(POLICIES, DROP),
    ]
