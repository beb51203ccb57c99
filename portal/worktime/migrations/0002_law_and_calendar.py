"""The limits of Decree 809, the first years of the calendar, and the rule that regions only shorten."""

from django.db import migrations

from portal.worktime.sources import DECREE_IN_FORCE, NATIONAL_LIMITS, known_years

YEARS = range(2024, 2028)

TIGHTEN = """
CREATE FUNCTION worktime_deadlinerule_rules() RETURNS trigger LANGUAGE plpgsql AS $$
-- R46: where a national limit of an article is in force, a region's may only be shorter or equal,
-- the extension too. A limit without article is a default of the portal and binds nobody.
BEGIN
  IF NEW.valid_until < NEW.valid_from THEN RETURN NEW; END IF;  -- a check refuses it, with its name
  PERFORM pg_advisory_xact_lock(hashtext('worktime_deadlinerule ' || NEW.rule));
  IF EXISTS (
    SELECT 1 FROM worktime_deadlinerule o
    WHERE o.rule = NEW.rule AND o.id IS DISTINCT FROM NEW.id
      AND (o.region_id IS NULL) <> (NEW.region_id IS NULL)
      AND daterange(o.valid_from, o.valid_until) && daterange(NEW.valid_from, NEW.valid_until)
      AND CASE WHEN NEW.region_id IS NULL
        THEN NEW.article <> '' AND NEW.days IS NOT NULL
          AND (o.days IS NULL OR o.days > NEW.days OR o.extension_days > NEW.extension_days)
        ELSE o.article <> '' AND o.days IS NOT NULL
          AND (NEW.days IS NULL OR NEW.days > o.days OR NEW.extension_days > o.extension_days)
      END
  ) THEN
    RAISE EXCEPTION 'a region may only shorten the national limit' USING ERRCODE = '23514',
      CONSTRAINT = 'worktime_deadlinerule_only_shorter';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER worktime_deadlinerule_rules BEFORE INSERT OR UPDATE ON worktime_deadlinerule
  FOR EACH ROW EXECUTE FUNCTION worktime_deadlinerule_rules();
"""


def load(apps, schema_editor):  # noqa: ARG001
    Rule = apps.get_model("worktime", "DeadlineRule")
    Rule.objects.bulk_create(
        Rule(
            rule=one.rule,
            days=one.days,
            extension_days=one.extension_days,
            article=one.article,
            valid_from=DECREE_IN_FORCE,
        )
        for one in NATIONAL_LIMITS
    )
    Holiday = apps.get_model("worktime", "Holiday")
    Year = apps.get_model("worktime", "CalendarYear")
    for year in known_years(YEARS):
        Year.objects.create(year=year.year, published=year.published, source=year.source)
        Holiday.objects.bulk_create(
            Holiday(day=one.day, kind=one.kind, name=one.name) for one in year.days
        )


def unload(apps, schema_editor):  # noqa: ARG001
    for name in ("DeadlineRule", "Holiday", "CalendarYear"):
        apps.get_model("worktime", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("worktime", "0001_initial")]

    operations = [
        migrations.RunSQL(
            TIGHTEN,
            "DROP TRIGGER worktime_deadlinerule_rules ON worktime_deadlinerule; DROP FUNCTION worktime_deadlinerule_rules();",
        ),
        migrations.RunPython(load, unload),
    ]
