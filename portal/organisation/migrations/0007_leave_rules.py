"""One substitute at a time, no chains: held by the database, so that two at once cannot break it."""

from importlib import import_module

from django.db import migrations

RULES = """
  IF NEW.revoked_at IS NULL AND (TG_OP = 'INSERT'
      OR (OLD.principal_id, OLD.substitute_id, OLD.valid_from, OLD.valid_until, OLD.revoked_at)
        IS DISTINCT FROM
        (NEW.principal_id, NEW.substitute_id, NEW.valid_from, NEW.valid_until, NEW.revoked_at)) THEN
  IF EXISTS (
    SELECT 1 FROM organisation_substitution s
    WHERE s.id IS DISTINCT FROM NEW.id AND s.revoked_at IS NULL AND s.principal_id = NEW.principal_id
      AND daterange(s.valid_from, s.valid_until, '[]') && daterange(NEW.valid_from, NEW.valid_until, '[]')
  ) THEN
    RAISE EXCEPTION 'one substitute at a time' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_substitution_overlap';
  END IF;
  IF EXISTS (
    SELECT 1 FROM organisation_substitution s
    WHERE s.id IS DISTINCT FROM NEW.id AND s.revoked_at IS NULL
      AND (s.substitute_id = NEW.principal_id OR s.principal_id = NEW.substitute_id)
      AND daterange(s.valid_from, s.valid_until, '[]') && daterange(NEW.valid_from, NEW.valid_until, '[]')
  ) THEN
    RAISE EXCEPTION 'no chain of substitutes' USING ERRCODE = '23P01',
      CONSTRAINT = 'organisation_substitution_chain';
  END IF;
  END IF;
  RETURN NEW;
END $$;
"""


def function(*, with_rules):
    """The function of the rules of substitutions, as it was before, or with these."""
    before = import_module("portal.organisation.migrations.0003_dates_in_order")
    body = before.functions(before.GUARD).partition(
        "CREATE OR REPLACE FUNCTION organisation_substitution_rules()"
    )
    text = body[1] + body[2]
    if not with_rules:
        return text
    head, _return, _end = text.rpartition("  RETURN NEW;\nEND $$;")
    return head + RULES


class Migration(migrations.Migration):
    dependencies = [("organisation", "0006_leave")]

    operations = [
        # those of today that the rules would not let in any more stay as they are until they end
        migrations.RunSQL(function(with_rules=True), function(with_rules=False))
    ]
