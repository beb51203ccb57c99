"""Why something could not be sent, in words for who has to see to it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = tuple[str | Promise, str | Promise]


class Failure(Exception):
    """One attempt that failed; ``final`` when trying again would be of no use."""

    def __init__(self, code: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.detail, self.final = code, detail, final


REASONS: Final[dict[str, Words]] = {
    "host_not_allowed": (
        _("The address is not on the list of hosts the portal may call."),
        _("Have it added to NOTICE_HOSTS, then send again."),
    ),
    "host_unknown": (_("There is no host of this name."), _("Correct the address.")),
    "unreachable": (
        _("The other side could not be reached."),
        _("Ask its operators, then send again."),
    ),
    "timeout": (_("The other side did not answer in time."), _("Ask its operators.")),
    "certificate": (
        _("The certificate of the other side is not valid."),
        _("Ask its operators to renew it."),
    ),
    "moved": (
        _("The other side sent the portal to another address, which is never followed."),
        _("Enter the address where it really is."),
    ),
    "status": (_("The other side answered with an error."), _("Ask its operators.")),
    "garbled": (_("The other side gave no answer of HTTP."), _("Ask its operators.")),
    "secret": (
        _("The secret cannot be decrypted with the keys of this portal."),
        _("Make a new secret for the webhook."),
    ),
    "refused": (
        _("The mail server refused the letter or its receiver."),
        _("Correct the e-mail address in the account."),
    ),
    "smtp": (_("The mail server could not take the letter."), _("Look at SMTP_HOST and its log.")),
    "lost": (
        _("Workers died while sending, again and again."),
        _("Look at the workers' log, then send again."),
    ),
    "withdrawn": (_("The webhook or account was switched off."), _("Nothing is left to do.")),
}
"""By code: what is wrong, and what to do."""


def words_of(code: str) -> Words:
    """What the code means."""
    return REASONS.get(code, (code, ""))
