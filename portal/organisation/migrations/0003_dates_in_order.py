"""Dates in the wrong order are refused by the checks that say so, not by an error of a trigger."""

from importlib import import_module

from django.db import migrations

GUARD = "BEGIN\n  IF NEW.valid_until < NEW.valid_from THEN RETURN NEW; END IF;  -- see the check\n"
FUNCTIONS = ("organisation_post_rules", "organisation_substitution_rules")


def functions(begin):
    """The functions of the rules, with ``begin`` in place of their BEGIN."""
    rules = import_module("portal.organisation.migrations.0002_rules").POSTS
    found = []
    for name in FUNCTIONS:
        start = rules.index(f"CREATE FUNCTION {name}()")
        body = rules[start : rules.index("END $$;", start) + len("END $$;")]
        body = body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        found.append(body.replace("BEGIN\n", begin, 1))
    return "\n".join(found)


class Migration(migrations.Migration):
    dependencies = [("organisation", "0002_rules")]

    operations = [migrations.RunSQL(functions(GUARD), functions("BEGIN\n"))]
