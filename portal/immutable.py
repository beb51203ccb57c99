"""SQL that makes the database itself refuse to change history."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001', CONSTRAINT = TG_NAME;
END $$;
"""


def append_only(*tables: str) -> migrations.RunSQL:
    """An operation after which rows of ``tables`` can be added but not changed or removed."""
    make, drop = [FUNCTION], []
    for table in tables:
        make.append(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION portal_refuse_change();"
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change();"
        )
        drop.append(
            f"DROP TRIGGER {table}_no_change ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
        )
    return migrations.RunSQL("\n".join(make), "\n".join(drop))
