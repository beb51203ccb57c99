"""The parts of the reference document about policies: what can be chosen, and what cannot."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sharing.approval import wording
from sharing.approval.blueprint import EMERGENCY, Seat
from sharing.approval.lawful import DECISIONS, NEEDED, NO_AUTHORITIES, ROLES
from sharing.approval.policy import DEFAULT_POLICY, LONGEST_EMERGENCY, RelayMode
from sharing.approval.schema import MOST_DAYS, MOST_SEATS

_RELAYS: Final = {
    RelayMode.SIGN: "each authority on the way signs",
    RelayMode.NOTIFY: "each is told and nothing waits for it",
    RelayMode.SKIP: "they stay out; the requesting region's own authority always takes part",
}


def policies() -> Iterator[str]:
    """Everything a policy decides, in Markdown."""
    yield "## Policies"
    yield (
        "The seats, limits and modes above are those of the default policy. A policy is data "
        "(`chain-policy.schema.json` beside this page is its shape): drafted by the security "
        "administrator, confirmed by a second person, unchangeable then. The nearest region's "
        "policy counts; a case keeps the version it was submitted under. A definition is judged as "
        "a whole and every fault comes back with its place."
    )
    yield "### emergency: an entry on conditions that cannot wait"
    yield _table(["side", "post", "decides", "signs or is told", "only"], map(_row, EMERGENCY))
    yield (
        f"Access before consent lasts at most {LONGEST_EMERGENCY} days by any policy "
        f"({DEFAULT_POLICY.emergencies.days} by the default: never), is opened by posts of the "
        "requesting department that the policy names, never by who applied, never for important "
        "or core grade. It ends with consent (the ordinary grant takes over), refusal, withdrawal, "
        "or its last day. An unconditional entry and a reflux go their own, shorter way."
    )
    yield "### Seats that are always there"
    rows = [
        [f"`{lane}`", *(f"`{side}` `{role}`: `{decides}`" for side, role, decides in needed)]
        for lane, needed in NEEDED.items()
    ]
    yield _table(["lane", "sends", "consents or answers"], rows)
    lanes = ", ".join(f"`{lane}`" for lane in sorted(NO_AUTHORITIES))
    yield (
        f"They sign for every grade (article 20). No authority takes part in {lanes} (articles 14 "
        f"and 24). A lane has at most {MOST_SEATS} seats, a local limit at most {MOST_DAYS} working "
        "days, and sides follow in the order home, authority, provider."
    )
    yield _table(
        ["side", "posts", "decisions"],
        [[f"`{side}`", _codes(ROLES[side]), _codes(DECISIONS[side])] for side in ROLES],
    )
    yield "### Relaying"
    yield _table(["mode", "meaning"], [[f"`{mode}`", text] for mode, text in _RELAYS.items()])
    yield "The mode can differ for each level: nation, province, city, county."
    yield "### What a region may not do (R46)"
    yield (
        "Lengthen a limit of the policy that holds everywhere or drop it, drop or weaken a seat of "
        "either department (fewer grades, told instead of signing, fewer signatures), allow "
        "answers by rule or emergencies beyond it. The database refuses longer limits as well."
    )
    yield "### Consent given beforehand"
    yield (
        "A provider's own rule, set by the head of its sharing office, answers in place of its "
        "people as soon as the requesting office has sent the application: for unconditional "
        "entries, or for one business matter, within the data items, grade (never important or "
        "core), mode, period and departments it names. Authorities are told. The chain keeps the "
        "rule's version and who set it. Once a rule is stopped nothing more is signed by it "
        "(`rule_stopped`)."
    )


def _row(seat: Seat) -> list[str]:
    decides = f"`{seat.decides}`: {wording.DECIDES[seat.decides]}"
    only = "careful" if seat.careful else ""
    return [f"`{seat.side}`", f"`{seat.role}`", decides, f"`{seat.kind}`", only]


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
