"""Checking the whole ledger: every entry, every link, every signature; naming what is wrong.

Nothing is believed: contents are digested again, the chain is computed again, checkpoints are
compared with it and their signatures checked. What the database alone cannot show (its newest end
cut off together with the checkpoints over it, or everything written anew) is shown by checkpoints
that somebody kept elsewhere. Not covered are when an entry was sealed and how far a checkpoint
says the sealer has looked: both may be wrong without anything that happened being hidden.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from portal.ledger import chain, quick
from portal.ledger.checkpoints import Keys, Signed, stored
from portal.ledger.findings import Finding, Report, What
from portal.ledger.models import Entry, Seal
from portal.ledger.quick import Place

UNSEALED_AFTER: Final = timedelta(seconds=60)
"""An entry this old without a seal is reported (the sealer needs about one second)."""
UNSIGNED_AFTER: Final = timedelta(minutes=5)
"""A sealed entry this old under no checkpoint is reported (there is one every minute)."""
_CHUNK: Final = 2_000
_EXPLAINED: Final = 20
"""Of how many broken links the true predecessor is looked for (each look goes over the chain)."""


def verify(
    *,
    now: datetime,
    kept: Sequence[Signed] = (),
    keys: Keys | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> Report:
    """Check everything; ``kept`` are checkpoints from outside, ``keys`` default to the own key.

    Writes nothing and holds no lock; memory stays constant. ``progress`` is told now and then how
    many entries have been looked at.
    """
    report = Report()
    keys = keys or Keys.own()
    checkpoints = stored()  # read before the chain, which can only have grown since
    last_seal = Seal.objects.aggregate(last=Max("seq"))["last"] or 0
    walk = _Walk(report, checkpoints, kept)
    hash_at = quick.confirmed(last_seal, checkpoints, kept, progress)
    if hash_at is not None:
        walk.accept(last_seal, hash_at)
    else:
        for place in quick.places(1, last_seal):
            walk.step(place)
            if report.entries % _CHUNK == 0:
                progress(report.entries)
        walk.finish(last_seal)
    _compare_heads(walk, checkpoints, keys, origin="checkpoint")
    _compare_heads(walk, kept, keys, origin="kept checkpoint")
    report.findings += _differing(kept, checkpoints)
    report.checkpoints = len(checkpoints)
    report.findings += _before_the_first()
    report.findings += _unsealed(now)
    report.findings += _unsigned(now, checkpoints)
    progress(report.entries)
    return report


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A place whose hash does not follow from the hash before it and what stands there."""

    place: Place
    previous: str


class _Walk:
    """The state of one walk along the chain."""

    def __init__(
        self, report: Report, checkpoints: Sequence[Signed], kept: Sequence[Signed]
    ) -> None:
        self.report = report
        self.last_seq = 0
        self.hash_at: dict[int, str] = {}
        self._wanted = {one.summary.seq for one in (*checkpoints, *kept)}
        self._checkpoints = {one.summary.seq: one for one in checkpoints}
        self._root, self._root_seq = chain.EMPTY_ROOT, 0
        self._new: list[str] = []
        self._previous: str | None = chain.GENESIS
        self._suspects: list[_Suspect] = []

    def accept(self, last: int, hash_at: Mapping[int, str]) -> None:
        """Take over that places 1 to ``last`` are as they should be."""
        self.last_seq, self.report.entries = last, last
        self.report.head = hash_at.get(last, chain.GENESIS)
        self.hash_at = dict(hash_at)

    def step(self, place: Place) -> None:
        """Look at the next place."""
        if place.seq != self.last_seq + 1:
            self._report_gap(self.last_seq + 1, place.seq - 1)
        if self._previous is not None and chain.link(self._previous, place.digest) != place.hash:
            self._suspects.append(_Suspect(place, self._previous))
        elif place.digest != place.stored:
            self._find(What.CHANGED, "its content does not fit its digest", place)
        self._previous, self.last_seq = place.hash, place.seq
        self.report.entries += 1
        self.report.head = place.hash
        self._follow_checkpoints(place)

    def finish(self, last_seal: int) -> None:
        """Name entries gone from the end whose seals are left; explain the broken links."""
        if last_seal > self.last_seq:
            self._report_gap(self.last_seq + 1, last_seal)
            self.last_seq = last_seal
        predecessors = _true_predecessors(self._suspects[:_EXPLAINED])
        for one in self._suspects:
            self._explain(one, predecessors.get(one.place.seq))

    def _explain(self, suspect: _Suspect, after: int | None) -> None:
        """Say what happened at a broken link; ``after`` is where its true predecessor stands."""
        place = suspect.place
        if other := self._sealed_here(suspect):
            text = f"it stands where entry {other.entry_id} was sealed"
            self._find(What.REORDERED, text, place)
        elif after is not None:
            self._explain_moved(place, after)
        elif place.digest != place.stored:
            self._find(What.CHANGED, "its content is not what was sealed", place)
        else:
            text = "it is not what was sealed here, or something just before it was removed"
            self._find(What.BROKEN, text, place)

    def _sealed_here(self, suspect: _Suspect) -> Place | None:
        for other in self._suspects[:_CHUNK]:
            if chain.link(suspect.previous, other.place.digest) == suspect.place.hash:
                return other.place
        return None

    def _explain_moved(self, place: Place, after: int) -> None:
        displaced = {one.place.seq for one in self._suspects}
        between = set(range(after + 1, place.seq))
        if between and not between & displaced:
            for seal in Seal.objects.filter(seq__in=between).order_by("seq"):
                text = f"it was not there when entry {place.entry_id} was sealed"
                self.report.findings.append(Finding(What.INSERTED, text, seal.seq, seal.entry_id))
        elif after not in displaced or after == place.seq + 1:
            # A neighbour of something displaced has a broken link too, but is where it was.
            text = f"it was sealed right after what is now seq {after}"
            self._find(What.REORDERED, text, place)

    def _report_gap(self, first: int, last: int) -> None:
        """Name what is missing between two places: entries whose seals are left, and seals."""
        seals = {seal.seq: seal for seal in Seal.objects.filter(seq__range=(first, last))}
        for seal in seals.values():
            text = "the entry is gone, its seal is left"
            self.report.findings.append(Finding(What.MISSING, text, seal.seq, seal.entry_id))
            self._new.append(seal.hash)
        if len(seals) <= last - first:
            text = "entry and seal are gone"
            until = None if first == last else last
            self.report.findings.append(Finding(What.MISSING, text, first, None, until))
        end = seals.get(last)
        self._previous = end.hash if end else None

    def _follow_checkpoints(self, place: Place) -> None:
        self._new.append(place.hash)
        if place.seq in self._wanted:
            self.hash_at[place.seq] = place.hash
        if signed := self._checkpoints.get(place.seq):
            root = chain.chained_root(self._root, self._new)
            if root != signed.summary.root:
                text = "what stands here is not what the checkpoint over it was signed for"
                self.report.findings.append(
                    Finding(What.BROKEN, text, self._root_seq + 1, None, place.seq)
                )
            self._root, self._root_seq, self._new = signed.summary.root, place.seq, []

    def _find(self, what: What, text: str, place: Place) -> None:
        self.report.findings.append(Finding(what, text, place.seq, place.entry_id))


def _true_predecessors(suspects: Sequence[_Suspect]) -> dict[int, int]:
    """Where the hashes stand that the suspects were really linked to, by place of the suspect."""
    found: dict[int, int] = {}
    if suspects:
        hashes = Seal.objects.order_by("seq").values_list("seq", "hash")
        for seq, value in hashes.iterator(_CHUNK):
            for one in suspects:
                if chain.link(value, one.place.digest) == one.place.hash:
                    found[one.place.seq] = seq
    return found


def _compare_heads(walk: _Walk, signed: Sequence[Signed], keys: Keys, *, origin: str) -> None:
    findings = walk.report.findings
    cut_off = [one.summary.seq for one in signed if one.summary.seq > walk.last_seq]
    if cut_off:
        text = f"everything after seq {walk.last_seq} is gone; a {origin} reaches to seq {max(cut_off)}"
        findings.append(Finding(What.TRUNCATED, text, walk.last_seq + 1, None, max(cut_off)))
    for one in signed:
        if fault := keys.fault(one):
            findings.append(Finding(What.BAD_SIGNATURE, f"the {origin} {fault}", one.summary.seq))
    wrong = [
        one for one in signed if walk.hash_at.get(one.summary.seq, "") not in {"", one.summary.head}
    ]
    if wrong:
        findings.append(_explain_head(wrong[0].summary, origin))


def _explain_head(summary: chain.Summary, origin: str) -> Finding:
    """Say why the chain at a checkpoint is another one than was signed."""
    elsewhere = Seal.objects.filter(hash=summary.head).first()
    if elsewhere is None:
        text = f"the chain up to here is another one than the {origin} was signed for"
        return Finding(What.FORKED, text, summary.seq)
    moved = summary.seq - elsewhere.seq
    if moved > 0:
        return Finding(
            What.MISSING, f"{moved} entries before this one are gone ({origin})", summary.seq
        )
    return Finding(
        What.INSERTED, f"{-moved} entries before this one were added ({origin})", summary.seq
    )


def _differing(kept: Sequence[Signed], checkpoints: Sequence[Signed]) -> Iterator[Finding]:
    """Kept checkpoints that the database does not have, or has otherwise."""
    here = {one.summary.seq: one.summary for one in checkpoints}
    for one in kept:
        found = here.get(one.summary.seq)
        if found is None:
            text = "the database has lost a checkpoint that was kept"
            yield Finding(What.MISSING, text, one.summary.seq)
        elif found != one.summary:
            text = "two checkpoints were signed for this place, and they differ"
            yield Finding(What.FORKED, text, one.summary.seq)


def _before_the_first() -> list[Finding]:
    """Seals at places the chain does not have; the walk begins at 1 and would not meet them."""
    text = "it was put before the beginning of the chain"
    return [
        Finding(What.INSERTED, text, seal.seq, seal.entry_id)
        for seal in Seal.objects.filter(seq__lt=1).order_by("seq")
    ]


def _unsealed(now: datetime) -> list[Finding]:
    entries = Entry.objects.filter(seal__isnull=True, at__lt=now - UNSEALED_AFTER).order_by("id")
    text = "it was never sealed; is the relay running?"
    return [
        Finding(What.UNSEALED, text, None, pk) for pk in entries.values_list("pk", flat=True)[:1000]
    ]


def _unsigned(now: datetime, checkpoints: Sequence[Signed]) -> list[Finding]:
    last = checkpoints[-1].summary.seq if checkpoints else 0
    old = Seal.objects.filter(seq__gt=last, sealed_at__lt=now - UNSIGNED_AFTER).order_by("seq")
    first, until = old.first(), old.last()
    if first is None or until is None:
        return []
    text = "no checkpoint was signed over it; is the relay running, or were checkpoints removed?"
    return [Finding(What.UNSIGNED, text, first.seq, first.entry_id, until.seq)]
