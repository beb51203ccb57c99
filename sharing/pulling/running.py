"""One attempt of a pull from claim to delivery; the Celery task only calls this."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings

from portal.crypto import DecryptionError
from sharing.connectors.errors import ConnectorError
from sharing.models import Delivery, Grant
from sharing.protection.signing import Signer
from sharing.pulling import leases
from sharing.pulling.errors import CredentialsUnreadable, Internal, StorageFailed
from sharing.pulling.leases import Claim
from sharing.pulling.publishing import publish, root
from sharing.pulling.sources import connector_for
from sharing.pulling.specs import spec_for
from sharing.pulls.errors import PullFailed, PullStopped
from sharing.pulls.pipeline import run_pull
from sharing.pulls.spec import Progress

logger = logging.getLogger(__name__)


def run(pull_id: UUID | str, *, clock: Callable[[], datetime]) -> Delivery | None:
    """Run one attempt if the pull is there to be taken; None when nothing was delivered.

    Safe to call any number of times, at once and after any crash: the claim lets one worker in,
    the fencing number lets one result out. Whatever goes wrong ends up in the pull's row.
    """
    held = leases.claim(pull_id, now=clock())
    if held is None:
        return None
    try:
        return _attempt(held, clock)
    except PullStopped:
        leases.let_go(held, now=clock())
    except PullFailed as failure:
        leases.fail(
            held, code=failure.code, detail=failure.params, retryable=failure.retryable, now=clock()
        )
    return None


def _attempt(held: Claim, clock: Callable[[], datetime]) -> Delivery:
    """Every fault comes out as PullFailed or PullStopped, without texts that could hold values."""
    try:
        return _pull(held, clock)
    except (PullFailed, PullStopped):
        raise
    except ConnectorError as error:
        raise PullFailed.from_connector(error) from None
    except DecryptionError:
        raise CredentialsUnreadable from None
    except OSError as error:
        raise StorageFailed(errno=error.errno or 0) from None
    except Exception as error:  # noqa: BLE001 - a fault of ours must end up in the row as well
        # the place, not the message: that may hold values of rows
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("pull %s: %s\n%s", held.pull_id, type(error).__name__, place)  # noqa: TRY400
        raise Internal(kind=type(error).__name__) from None


def _pull(held: Claim, clock: Callable[[], datetime]) -> Delivery:
    grant = Grant.objects.select_related(
        "department", "version", "resource__provider", "resource__live",
        "resource__attachment__source",
    ).get(pulls=held.pull_id)  # fmt: skip
    spec = spec_for(grant, held)

    def on_batch(progress: Progress) -> None:
        if not leases.beat(
            held,
            phase=progress.phase.value,
            rows=progress.rows,
            size=progress.bytes,
            now=clock(),
        ):
            raise PullStopped("not_held")

    with connector_for(grant.resource.attachment.source) as connector:
        result = run_pull(
            spec, connector, root(), on_batch, clock, Signer.from_seed(settings.SIGNING_KEY)
        )
    return publish(held, result, clock=clock)
