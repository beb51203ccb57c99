"""Loading the demonstration province: organisation, catalog, sources, months of history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import demo as catalog_demo
from catalog import quality
from catalog.actions import compare_all
from catalog.demo import Catalog
from catalog.models import InformationSystem, Resource
from portal.notices.models import Notice
from portal.organisation import demo as organisation_demo
from portal.organisation.demo import PROVINCE, Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.demo.regions import SMALL
from portal.organisation.models import Department, Official
from portal.queue import enqueue
from portal.worktime import access as worktime
from sharing.connectors.errors import ConnectorError
from sharing.demo import oversight, policies, story, telling
from sharing.demo.attaching import FLAGSHIPS, attach_flagships
from sharing.demo.cases import Scene, course
from sharing.demo.clockwork import OfficeHours, run
from sharing.demo.concerns import load_concerns
from sharing.demo.database import SourceNotMadeError, change, make
from sharing.demo.matters import load_matters
from sharing.demo.scripts import scripts
from sharing.models import Application, ApplicationItem, Delivery, Grant, GrantStatus
from sharing.pulling.requests import request_pull
from sharing.quality.checks import ask_nightly

SEED = 20_250_801
"""Decree 809 came into force on that day; any other number makes another province."""
APPLICATIONS, FEW_APPLICATIONS = 48, 4
"""Applications by chance, besides those of the story."""
_ATTACHED_BEFORE = timedelta(days=300)
_READ_AFTER = timedelta(days=14)

Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What was made, and the seconds each part took."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    source: str = ""


def is_empty() -> bool:
    """Whether the database holds no organisation and no catalog yet."""
    return not any(model.objects.exists() for model in (Department, Official, Resource))


def load(
    *, now: datetime, seed: int = SEED, small: bool = False, say: Say = lambda _: None
) -> Report:
    """Load the province into an empty database, all or nothing; the same for the same arguments.

    ``now`` is where the invented past ends. The source database is a second database on the same
    server and is made anew.
    """
    with transaction.atomic():
        return _Loader(seed, now, small=small, say=say).load()


class _Loader:
    """One loading: the parts in order, each with its time."""

    def __init__(self, seed: int, now: datetime, *, small: bool, say: Say) -> None:
        self.seed, self.now, self.small, self.say = seed, now, small, say
        self.today = timezone.localdate(now)
        self.report = Report()

    def load(self) -> Report:
        """All parts; counts at the end."""
        made = self._part(_("Departments and officials"), self._organisation)
        catalog = self._part(_("Catalog"), lambda: self._catalog(made))
        self._part(_("Source database"), lambda: self._source(made, catalog))
        self._part(_("Applications"), lambda: self._history(made, catalog))
        self._part(_("Entries under review"), lambda: self._reviews(made))
        self._part(_("Harvested catalog"), lambda: self._harvest(made))
        self._part(_("Corrections and objections"), lambda: load_concerns(now=self.now))
        self._part(_("Leave and notices"), lambda: telling.load(made, now=self.now))
        enqueue("catalog.assess_quality")  # a worker does both soon after the portal starts
        ask_nightly(self.now)
        self.report.counts = {
            "regions": len(made.regions),
            "departments": Department.objects.count(),
            "officials": Official.objects.count(),
            "entries": Resource.objects.published().count(),
            "systems": InformationSystem.objects.count(),
            "applications": Application.objects.count(),
            "grants": Grant.objects.count(),
            "deliveries": Delivery.objects.count(),
        }
        return self.report

    def _part(self, name: str, work: Callable[[], Any]) -> Any:
        self.say(f"{name} …")
        began = monotonic()
        result = work()
        self.report.seconds[name] = round(monotonic() - began, 1)
        return result

    def _organisation(self) -> Organisation:
        return organisation_demo.load(seed=self.seed, now=self.now, small=self.small)

    def _catalog(self, made: Organisation) -> Catalog:
        catalog = catalog_demo.load(made, seed=self.seed, now=self.now, small=self.small)
        with connection.cursor() as cursor:
            # the planner knows nothing of what was just written; without a list, ANALYZE would
            # lock the server's shared catalogs until this transaction ends, for every database
            tables = map(connection.ops.quote_name, connection.introspection.table_names(cursor))
            cursor.execute(f"ANALYZE {', '.join(tables)}")
        return catalog

    def _source(self, made: Organisation, catalog: Catalog) -> None:
        places = {
            code: region
            for code, region in made.regions.items()
            if not self.small or region.level != "county" or code in SMALL
        }
        try:
            flagships = [catalog.of(one.line, PROVINCE, one.subject).pk for one in FLAGSHIPS]
            quality.refresh(flagships, self.now - _ATTACHED_BEFORE - timedelta(days=20))
            database = make(regions=places, seed=self.seed, today=self.today, small=self.small)
            with transaction.atomic():
                attach_flagships(made, catalog, database, now=self.now - _ATTACHED_BEFORE)
            quality.refresh(flagships, self.now - _ATTACHED_BEFORE)
        except (SourceNotMadeError, ConnectorError) as error:
            self.say(
                _("No source database, so nothing can be pulled: %(reason)s") % {"reason": error}
            )
            return
        self._nights(database.dbname)
        self.report.source = database.dbname

    def _nights(self, dbname: str) -> None:
        """Sources and entries were compared the night before last, when all was well, and last night."""
        compare_all(self.now - timedelta(days=2))
        change(dbname)
        compare_all(self.now - timedelta(hours=8))

    def _reviews(self, made: Organisation) -> None:
        busy = set(ApplicationItem.objects.values_list("resource_id", flat=True))
        catalog_demo.load_reviews(made, seed=self.seed, now=self.now, busy=busy)
        catalog_demo.load_handover(made, now=self.now, busy=busy)

    def _harvest(self, made: Organisation) -> None:
        catalog_demo.load_harvests(made, seed=self.seed, now=self.now)

    def _history(self, made: Organisation, catalog: Catalog) -> None:
        load_matters(made, catalog, now=self.now)
        planned = story.story(made, catalog)
        taken = {(script.demander, script.matter.subject) for script in planned}
        taken |= {(script.demander, subject) for script in planned for _by, subject in script.more}
        # the story begins with an application for this entry: nobody has made it before
        taken.add((story.HONGQIAO, story.FIRST_SUBJECT))
        taken |= policies.TAKEN
        count = FEW_APPLICATIONS if self.small else APPLICATIONS
        planned += scripts(made, catalog, count=count, taken=taken, seed=self.seed)
        scene = Scene(
            made, catalog, Official.objects.in_bulk(), OfficeHours(worktime.read_calendar()),
            Chance(self.seed, "history"), self.now,
        )  # fmt: skip
        courses = [course(script, scene) for script in planned]
        courses.append(oversight.course(scene))
        courses.append(policies.course(made, catalog, now=self.now))
        run(courses, until=self.now)
        Notice.objects.filter(created_at__lt=self.now - _READ_AFTER).update(
            read_at=F("created_at") + timedelta(hours=2)
        )
        self._ask_for_data()

    def _ask_for_data(self) -> None:
        """One pull of the story's clerk waits for the worker that starts with the portal."""
        grant = (
            Grant.objects.filter(
                status=GrantStatus.ACTIVE, item__application__applicant__username="hongqiao.clerk"
            )
            .order_by("-created_at", "number")
            .select_related("item__application__applicant")
            .first()
        )
        if grant is not None:
            applicant = grant.item.application.applicant
            request_pull(by=applicant, grant_id=grant.pk, now=self.now)
