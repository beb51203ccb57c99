"""The demonstration province: who may sign in. Everything else is in ``loading``."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.organisation.demo import PASSWORD


class SignIn(NamedTuple):
    """A row of the table that the start of the portal prints."""

    username: str
    who: str
    task: str


def sign_ins() -> list[SignIn]:
    """Who may sign in, in the language in use; the last row names everybody's password."""
    return [
        SignIn(
            "hongqiao.clerk",
            _("clerk, Hongqiao sub-district office"),
            _("search the catalog for 常住人口, apply, download deliveries"),
        ),
        SignIn(
            "hongqiao.head",
            _("head of the sharing office, Hongqiao sub-district office"),
            _("sign first what the clerk applies for"),
        ),
        SignIn(
            "chongchuan.reviewer",
            _("reviewer of the authority, Chongchuan (county)"),
            _("review on the county's level"),
        ),
        SignIn(
            "nantong.reviewer",
            _("reviewer of the authority, Nantong (city)"),
            _("review on the city's level, for a colleague on leave too"),
        ),
        SignIn(
            "jiangsu.reviewer",
            _("reviewer of the authority, Jiangsu (province)"),
            _("review on the province's level"),
        ),
        SignIn(
            "police.steward",
            _("data steward, public security (province)"),
            _("check fields, rows and masks; ask for a supplement; suspend a grant"),
        ),
        SignIn(
            "police.head",
            _("head of the sharing office, public security (province)"),
            _("consent or refuse for the provider"),
        ),
        SignIn(
            "police.director",
            _("head of department, public security (province)"),
            _("approve what is graded important"),
        ),
        SignIn(
            "civil.substitute",
            _("head of department, civil affairs (province)"),
            _("sign for the head of the sharing office, who is away"),
        ),
        SignIn(
            "sysadmin",
            _("system administrator"),
            _("manage regions, departments, officials and posts in the administration"),
        ),
        SignIn(
            "secadmin", _("security administrator"), _("look after policies and failed sign-ins")
        ),
        SignIn("auditadmin", _("audit administrator"), _("read the whole ledger")),
        SignIn(
            "outsider",
            _("clerk, education bureau of Suzhou"),
            _("see that the applications of others do not exist for you"),
        ),
        SignIn("", _("everybody's password: %(password)s") % {"password": PASSWORD}, ""),
    ]
