"""A published version and its items never change (R08); a published entry is never deleted."""

from django.db import migrations

MAKE = r"""
CREATE FUNCTION catalog_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'draft' AND (
    TG_OP = 'DELETE'
    OR NOT (OLD.status = 'published' AND NEW.status = 'superseded')
    OR to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status'
  ) THEN
    RAISE EXCEPTION 'a published version is immutable' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_version_immutable';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalog_version_immutable BEFORE UPDATE OR DELETE ON catalog_resourceversion
  FOR EACH ROW EXECUTE FUNCTION catalog_version_immutable();

CREATE FUNCTION catalog_item_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM catalog_resourceversion v
    WHERE v.id IN (
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
      CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END
    ) AND v.status <> 'draft'
  ) THEN
    RAISE EXCEPTION 'a published version is immutable' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_item_immutable';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalog_item_immutable BEFORE INSERT OR UPDATE OR DELETE ON catalog_dataitem
  FOR EACH ROW EXECUTE FUNCTION catalog_item_immutable();
"""
DROP = """
DROP TRIGGER catalog_version_immutable ON catalog_resourceversion;
DROP FUNCTION catalog_version_immutable();
DROP TRIGGER catalog_item_immutable ON catalog_dataitem;
DROP FUNCTION catalog_item_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_initial")]

    operations = [migrations.RunSQL(MAKE, DROP)]
