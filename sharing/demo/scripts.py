"""What happens to each invented application: who asks whom for what, and how it goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from catalog.demo import Catalog
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.demo.tables import rows
from portal.organisation.models import Role
from sharing.demo.asides import Aside

_MATTERS = Path(__file__).with_name("matters.tsv")
_LEVELS = {"p": "province", "m": "city", "c": "county", "t": "township"}
LONGEST_AGO = 170
"""Working days of history."""


class Ending(StrEnum):
    """How a case goes if time and holders let it."""

    DRAFT = "draft"
    CONSENT = "consent"
    REFUSAL = "refusal"
    SUPPLEMENT = "supplement"
    UNANSWERED_SUPPLEMENT = "unanswered supplement"
    WITHDRAWAL = "withdrawal"


class Afterwards(StrEnum):
    """What becomes of the grant."""

    NOTHING = ""
    PULL = "pull"
    SUSPENSION = "suspension"
    TERMINATION = "termination"


@dataclass(frozen=True, slots=True)
class Matter:
    """A reason to ask for data: the words of an application."""

    line: str
    levels: str
    provider: str
    subject: str
    reflux: bool
    basis: str
    scenario: str
    scope: str


@dataclass(frozen=True, slots=True)
class Script:
    """One case. ``ago`` counts working days; ``hold`` is the office and post that leave it lying."""

    demander: Key
    provider: Key
    matter: Matter
    ago: int
    ending: Ending = Ending.CONSENT
    afterwards: Afterwards = Afterwards.NOTHING
    hold: tuple[Key, Role] | None = None
    extra_fields: tuple[str, ...] = ()
    aside: Aside = Aside.NOTHING
    """What happens where the case is left lying."""
    days: int = 360
    """How long the data is to be used, in days from the application."""
    more: tuple[tuple[Key, str], ...] = ()
    """Further entries in the same application: provider and subject."""
    service: str = ""
    """Name of the business matter of the department that it was begun from."""


@cache
def matters() -> tuple[Matter, ...]:
    """All reasons, as the word list has them."""
    return tuple(
        Matter(line, levels, provider, subject, bool(reflux), basis, scenario, scope)
        for line, levels, provider, subject, reflux, basis, scenario, scope in rows(_MATTERS, 8)
    )


def scripts(
    made: Organisation, catalog: Catalog, *, count: int, taken: set[tuple[Key, str]], seed: int
) -> Iterator[Script]:
    """Yield ``count`` cases by chance; no department asks twice for the same entry.

    ``taken`` holds who has asked for what already (department and subject).
    """
    chance = Chance(seed, "applications")
    asking: dict[tuple[str, str], list[Key]] = {}
    for key in made.departments:
        asking.setdefault((key[0], made.regions[key[1]].level), []).append(key)
    while count:
        matter = chance.pick(matters())
        level = _LEVELS[chance.pick(matter.levels)]
        candidates = asking.get((matter.line, level))
        if not candidates or (matter.provider, PROVINCE, matter.subject) not in catalog.entries:
            continue
        demander = chance.pick(candidates)
        if (demander, matter.subject) in taken:
            count -= 1  # the province is small: better fewer cases than a search without end
            continue
        taken.add((demander, matter.subject))
        count -= 1
        yield _script(matter, demander, chance)


def _script(matter: Matter, demander: Key, chance: Chance) -> Script:
    ending = chance.weighted(
        [
            Ending.CONSENT, Ending.REFUSAL, Ending.SUPPLEMENT, Ending.UNANSWERED_SUPPLEMENT,
            Ending.WITHDRAWAL, Ending.DRAFT,
        ],
        [70, 9, 10, 2, 5, 4],
    )  # fmt: skip
    afterwards = chance.weighted(list(Afterwards), [86, 4, 5, 5])
    if afterwards == Afterwards.PULL and demander[1] == PROVINCE:
        afterwards = Afterwards.NOTHING  # all rows of the province would take too long here
    return Script(
        demander,
        (matter.provider, PROVINCE),
        matter,
        ago=LONGEST_AGO * chance.among(100) * chance.among(100) // 10_000,
        ending=ending,
        afterwards=afterwards,
        days=chance.pick([45, 90, 180, 360, 360]),
    )
