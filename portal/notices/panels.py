"""What notices add to the home page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.ledger import kinds as ledger_kinds
from portal.navigation import Panel, register_panel
from portal.notices import access
from portal.organisation.models import Official

SHOWN = 4


def register_all() -> None:
    """Called when the app is ready."""
    register_panel(Panel("notices", 5, "side", "notices/_home.html", _unread))
    ledger_kinds.register(LEDGER_KINDS)


LEDGER_KINDS = {
    "webhook.created": _("webhook added"),
    "webhook.changed": _("webhook changed"),
    "webhook.secret_renewed": _("secret of a webhook renewed"),
    "message.resent": _("message sent again"),
    "message.discarded": _("message discarded"),
    "notice_text.changed": _("text of a letter changed"),
    "notice_text.reset": _("text of a letter reset"),
}


def _unread(request: HttpRequest) -> Mapping[str, Any] | None:
    if not isinstance(request.user, Official):
        return None
    rows = list(access.notices_of(request.user).filter(read_at__isnull=True)[:SHOWN])
    return {"rows": rows} if rows else None
