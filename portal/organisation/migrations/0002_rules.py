"""Rules of the organisation that no single-row constraint can express."""

from django.db import migrations

USCC = r"""
CREATE FUNCTION organisation_uscc_valid(code text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
-- GB 32100-2015: form, check character of the organisation number (GB 11714), check character.
DECLARE
  alphabet constant text := '0123456789ABCDEFGHJKLMNPQRTUWXY';
  weights constant int[] := ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28];
  body_weights constant int[] := ARRAY[3,7,9,10,5,8,4,2];
  total int := 0;
  c text;
BEGIN
  IF code !~ '^[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' THEN RETURN false; END IF;
  FOR i IN 1..8 LOOP
    c := substr(code, 8 + i, 1);
    total := total + body_weights[i] * CASE WHEN c ~ '[0-9]' THEN c::int ELSE ascii(c) - 55 END;
  END LOOP;
  IF substr('0123456789X0', (11 - total % 11) % 11 + 1, 1) <> substr(code, 17, 1) THEN RETURN false; END IF;
  total := 0;
  FOR i IN 1..17 LOOP
    total := total + weights[i] * (position(substr(code, i, 1) IN alphabet) - 1);
  END LOOP;
  RETURN substr(alphabet, (31 - total % 31) % 31 + 1, 1) = substr(code, 18, 1);
END $$;
ALTER TABLE organisation_department
  ADD CONSTRAINT organisation_department_uscc_valid CHECK (uscc IS NULL OR organisation_uscc_valid(uscc));
"""

POSTS = r"""
CREATE FUNCTION organisation_post_rules() RETURNS trigger LANGUAGE plpgsql AS $$
-- R35: an administrator post excludes every other post at the same time. The row lock on the
-- official makes two appointments at once wait for each other.
BEGIN
  PERFORM 1 FROM organisation_official WHERE id = NEW.official_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM organisation_post p
    WHERE p.official_id = NEW.official_id AND p.id IS DISTINCT FROM NEW.id
      AND (p.role IN ('sysadmin','secadmin','auditadmin') OR NEW.role IN ('sysadmin','secadmin','auditadmin'))
      AND daterange(p.valid_from, p.valid_until, '[]') && daterange(NEW.valid_from, NEW.valid_until, '[]')
  ) THEN
    RAISE EXCEPTION 'an administrator holds no other post' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_post_admin_excludes';
  END IF;
  IF NEW.role IN ('sysadmin','secadmin','auditadmin') AND EXISTS (
    SELECT 1 FROM organisation_substitution s
    WHERE NEW.official_id IN (s.principal_id, s.substitute_id) AND s.revoked_at IS NULL
      AND daterange(s.valid_from, s.valid_until, '[]') && daterange(NEW.valid_from, NEW.valid_until, '[]')
  ) THEN
    RAISE EXCEPTION 'an administrator takes no part in a substitution' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_substitution_admin';
  END IF;
  IF NEW.role IN ('authority_reviewer','authority_head') AND NOT EXISTS (
    SELECT 1 FROM organisation_department d WHERE d.id = NEW.department_id AND d.kind = 'authority'
  ) THEN
    RAISE EXCEPTION 'posts of the authority exist only in an authority' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_post_authority_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organisation_post_rules BEFORE INSERT OR UPDATE ON organisation_post
  FOR EACH ROW EXECUTE FUNCTION organisation_post_rules();

CREATE FUNCTION organisation_substitution_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM organisation_official WHERE id IN (NEW.principal_id, NEW.substitute_id) ORDER BY id FOR UPDATE;
  IF NEW.revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM organisation_post p
    WHERE p.official_id IN (NEW.principal_id, NEW.substitute_id)
      AND p.role IN ('sysadmin','secadmin','auditadmin')
      AND daterange(p.valid_from, p.valid_until, '[]') && daterange(NEW.valid_from, NEW.valid_until, '[]')
  ) THEN
    RAISE EXCEPTION 'an administrator takes no part in a substitution' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_substitution_admin';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organisation_substitution_rules BEFORE INSERT OR UPDATE ON organisation_substitution
  FOR EACH ROW EXECUTE FUNCTION organisation_substitution_rules();
"""


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]

    operations = [
        migrations.RunSQL(
            USCC,
            "ALTER TABLE organisation_department DROP CONSTRAINT organisation_department_uscc_valid; DROP FUNCTION organisation_uscc_valid(text);",
        ),
        migrations.RunSQL(
            POSTS,
            """
            DROP TRIGGER organisation_post_rules ON organisation_post;
            DROP FUNCTION organisation_post_rules();
            DROP TRIGGER organisation_substitution_rules ON organisation_substitution;
            DROP FUNCTION organisation_substitution_rules();
            """,
        ),
    ]
