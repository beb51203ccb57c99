"""The chain as pages show it: who decides what, by when. Planned and under way look alike.

Pages build ``ChainGroup`` and ``ChainStage`` from their own facts and write
``{% chain groups %}``; nothing here knows applications.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from portal.errors import Text

BLOCK = 16
"""Width of one day of the ruler, with its gap, in px."""
MAX_BLOCKS = 30
"""A longer limit is drawn as its last 30 days; the words say the whole truth."""


class StageState(StrEnum):
    """Where a stage stands."""

    WAITING = "waiting"
    NOW = "now"
    PAUSED = "paused"
    DONE = "done"


class Day(StrEnum):
    """One working day of the ruler."""

    FREE = ""
    USUAL = "usual"
    USED = "used"
    PAUSED = "paused"
    LATE = "late"


@dataclass(frozen=True)
class Block:
    """A day of the ruler, placed."""

    x: str
    kind: Day


@dataclass(frozen=True, kw_only=True)
class ChainStage:
    """One stage. Texts come translated; empty ones are left out.

    ``number`` counts the signing stages from 1 and is None for the first and last box (submitted,
    delivered), which show ``icon`` instead. ``holders`` names who may act, with a substitute's
    principal in brackets. ``task`` says what they decide. Of the clock, ``headline`` replaces the
    due date where something else matters more ("11月9日 16:20 同意"); ``clock`` is the line below.
    ``said`` is what a signer wrote or narrowed, ``notes`` what planning did to the stage.
    """

    office: Text
    role: Text = ""
    number: int | None = None
    state: StageState = StageState.WAITING
    is_late: bool = False
    holders: Text = ""
    task: Text = ""
    due: date | None = None
    headline: Text = ""
    clock: Text = ""
    said: Text = ""
    notes: Sequence[Text] = ()
    icon: str = "file"
    detail: Text = ""
    detail_icon: str = "seal"
    signed_at: datetime | None = None
    days: Sequence[Day] = ()

    @property
    def is_box(self) -> bool:
        """Whether it is the first or last box instead of a signing stage."""
        return self.number is None

    @property
    def blocks(self) -> list[Block]:
        """The ruler, one block a working day."""
        return [Block(f"{i * BLOCK + 0.5:g}", day) for i, day in enumerate(self.days[-MAX_BLOCKS:])]

    @property
    def ruler_width(self) -> int:
        """Width of the ruler in px."""
        return len(self.days[-MAX_BLOCKS:]) * BLOCK


@dataclass(frozen=True, kw_only=True)
class ChainGroup:
    """The stages of one side. ``law`` is a clock they share, ``law_url`` its article."""

    side: Text
    office: Text = ""
    law: Text = ""
    law_label: Text = ""
    law_url: str = ""
    stages: Sequence[ChainStage] = field(default_factory=tuple)


def planned_days(limit: int | None, usual: float | None = None) -> list[Day]:
    """The ruler of a stage that has not begun: the usual days tinted, the others free."""
    if limit is None:
        return []
    tinted = min(limit, max(1, round(usual))) if usual else 0
    return [Day.USUAL] * tinted + [Day.FREE] * (limit - tinted)


def running_days(limit: int | None, used: int, paused: int = 0) -> list[Day]:
    """The ruler of a stage under way or done: used days, pauses, late days, then what is left.

    ``used`` counts the working days that ran without the ``paused`` ones.
    """
    if limit is None:
        return []
    late = max(0, used - limit)
    return (
        [Day.USED] * min(used, limit)
        + [Day.PAUSED] * paused
        + [Day.LATE] * late
        + [Day.FREE] * max(0, limit - used)
    )
