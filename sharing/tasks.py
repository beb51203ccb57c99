"""What workers and the clockwork do. Ids in, safe to run twice; the rows hold the truth."""

from celery import shared_task
from django.utils import timezone

from catalog import hooks
from sharing import actions, simulating
from sharing.actions import emergencies, seats
from sharing.actions.complaints import erase_contacts
from sharing.actions.concerns import recompute_concerns
from sharing.concern_reminders import remind_concerns
from sharing.granting import clockwork, usage
from sharing.pulling import running, sweeping
from sharing.quality import checks
from sharing.quality import running as checking
from sharing.reminders import remind


@shared_task(name="sharing.run_pull")
def run_pull(pull_id: str) -> None:
    """One attempt of a pull."""
    running.run(pull_id, clock=timezone.now)


@shared_task(name="sharing.expire_grants")
def expire_grants() -> None:
    """End grants whose period is over, open those whose entry was attached meanwhile."""
    now = timezone.now()
    clockwork.expire_due(now)
    clockwork.change_due(now)
    clockwork.activate_ready(now)


@shared_task(name="sharing.end_emergencies")
def end_emergencies() -> int:
    """End access before consent whose days are over."""
    return emergencies.end_overdue(timezone.now())


@shared_task(name="sharing.simulate_policy")
def simulate_policy(simulation_id: str) -> None:
    """Try a chain policy out on past applications."""
    simulating.work(simulation_id, clock=timezone.now)


@shared_task(name="sharing.sweep_pulls")
def sweep_pulls() -> None:
    """Find pulls whose worker or wake-up was lost."""
    sweeping.sweep(timezone.now())


@shared_task(name="sharing.remind_deadlines")
def remind_deadlines() -> None:
    """Climb the ladder of reminders and supervision; enter violations in the register."""
    now = timezone.now()
    remind(now)
    clockwork.follow_grades(now)
    clockwork.remind(now)
    usage.prune(now)


@shared_task(name="sharing.follow_holders")
def follow_holders() -> int:
    """Give open steps to who is there when those who held them left, are away or are back."""
    return seats.follow_holders(timezone.now())


@shared_task(name="sharing.recompute_deadlines")
def recompute_deadlines() -> None:
    """Derive due dates anew after the calendar changed."""
    actions.recompute_deadlines(timezone.now())


@shared_task(name="sharing.recount_use")
def recount_use() -> None:
    """Count the grants and applications of every entry anew, for the order of searches."""
    hooks.recount_use()


@shared_task(name="sharing.run_data_check")
def run_data_check(check_id: str) -> str:
    """Check the attached data of one entry."""
    return checking.work(check_id, clock=timezone.now)


@shared_task(name="sharing.ask_for_data_checks")
def ask_for_data_checks() -> int:
    """Ask for a check of all attached data, every night."""
    return checks.ask_nightly(timezone.now())


@shared_task(name="sharing.sweep_data_checks")
def sweep_data_checks() -> int:
    """Wake lost checks; remove failing rows that are kept no longer."""
    return checks.sweep(timezone.now())


@shared_task(name="sharing.remind_concerns")
def remind_concerns_task() -> int:
    """Tell who must answer corrections, objections, disputes and complaints that are due."""
    return remind_concerns(timezone.now())


@shared_task(name="sharing.recompute_concerns")
def recompute_concerns_task() -> int:
    """Derive their due dates anew after the calendar or a limit changed."""
    return recompute_concerns(timezone.now())


@shared_task(name="sharing.erase_contacts")
def erase_contacts_task() -> int:
    """Erase contacts of complaints that ended long ago."""
    return erase_contacts(timezone.now())
