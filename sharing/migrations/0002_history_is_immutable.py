"""Events, deliveries and receipts can only be added; what a grant allows never changes."""

from django.db import migrations

from portal.immutable import append_only

GRANT = r"""
CREATE FUNCTION sharing_grant_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER sharing_grant_immutable BEFORE UPDATE ON sharing_grant
  FOR EACH ROW EXECUTE FUNCTION sharing_grant_immutable();

CREATE FUNCTION sharing_item_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('consented','refused','withdrawn') AND NEW.status <> OLD.status THEN
    RAISE EXCEPTION 'a decided item stays decided' USING ERRCODE = '23001', CONSTRAINT = 'sharing_item_final';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sharing_item_final BEFORE UPDATE ON sharing_applicationitem
  FOR EACH ROW EXECUTE FUNCTION sharing_item_final();
"""
DROP = """
DROP TRIGGER sharing_grant_immutable ON sharing_grant;
DROP FUNCTION sharing_grant_immutable();
DROP TRIGGER sharing_item_final ON sharing_applicationitem;
DROP FUNCTION sharing_item_final();
"""


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]

    operations = [
        append_only(
            "sharing_itemevent", "sharing_delivery", "sharing_deliveryfile", "sharing_receipt"
        ),
        migrations.RunSQL(GRANT, DROP),
    ]
