"""The application as a form: what stands on it, its QR code, and the PDF of it.

The PDF is set by typst with fonts that come as a package, so that no server needs fonts of its own
and the letters are in the file. Where they are not installed the printed page serves.
"""

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import DataItem
from portal.pages.dates import full_day
from sharing.models import ApplicationItem
from sharing.presenting import words

LAYOUT: Final = Path(__file__).with_name("form.typ")
Absolute = Callable[[str], str]


@dataclass(frozen=True)
class Section:
    """Terms and their descriptions under a heading."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class PrintedForm:
    """What stands on the form; ``address`` is what the QR code leads to."""

    title: str
    number: str
    address: str
    sections: list[Section]
    signatures: list[str]
    note: str
    qr: list[str]
    """Rows of the QR code: 1 for dark, 0 for light, without margin."""

    @property
    def dark(self) -> list[tuple[int, int]]:
        """Dark modules as (x, y)."""
        return [
            (x, y) for y, row in enumerate(self.qr) for x, module in enumerate(row) if module == "1"
        ]

    @property
    def side(self) -> int:
        """Modules of a side."""
        return len(self.qr)


def form_of(items: Sequence[ApplicationItem], absolute: Absolute) -> PrintedForm:
    """The form of an application with those of its ``items`` that the reader sees."""
    application = items[0].application
    address = absolute(reverse("sharing:application", args=[application.pk]))
    common = Section(
        _("Purpose and basis"),
        [
            (_("Requesting department"), application.department.name),
            (_("Applicant"), application.applicant.full_name),
            (_("Submitted"), full_day(application.submitted_at.date()) if application.submitted_at
             else _("draft")),
            (_("Business matter"), application.matter.name if application.matter else "–"),
            (_("Legal basis of use"), application.use_basis or "–"),
            (_("Use scenario"), application.use_scenario or "–"),
            (_("Scope of use"), application.use_scope or "–"),
            (_("Sharing mode"), str(application.get_mode_display())),
            (_("Period of use"), _period(items[0])),
            (_("Attachments"), _(", ").join(one.name for one in application.attachments.all())
             or "–"),
        ],
    )  # fmt: skip
    names = _names(items)
    return PrintedForm(
        title=_("Application for the sharing of government data"),
        number=application.number,
        address=address,
        sections=[common, *(_of_item(item, names) for item in items)],
        signatures=[
            _("Applicant (signature, date)"),
            _("Head of the sharing office (signature, seal, date)"),
        ],
        note=_("The record in the portal is what counts; the code leads to it."),
        qr=_modules(address),
    )


def _period(item: ApplicationItem) -> str:
    application = item.application
    if application.starts_on is None or application.ends_on is None:
        return "–"
    return f"{full_day(application.starts_on)} – {full_day(application.ends_on)}"


def _names(items: Sequence[ApplicationItem]) -> dict[tuple[int, str], str]:
    rows = DataItem.objects.filter(version__in=[item.version_id for item in items])
    return {(row.version_id, row.key): row.name for row in rows}


def _of_item(item: ApplicationItem, names: dict[tuple[int, str], str]) -> Section:
    fields = [names.get((item.version_id, key), key) for key in item.fields]
    return Section(
        item.version.title,
        [
            (_("Provider"), item.provider.name),
            (_("Data items"), _(", ").join(fields) or "–"),
            (_("Rows"), item.row_region.name if item.row_region else _("All rows")),
            (_("Status"), str(words.status(item.status)[1])),
        ],
    )


def _modules(text: str) -> list[str]:
    import qrcode

    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return ["".join("1" if module else "0" for module in row) for row in code.get_matrix()]


def as_pdf(form: PrintedForm) -> bytes:
    """Set the form; every text goes in as data, never as markup."""
    import typst

    data: dict[str, Any] = {
        "title": form.title,
        "number": form.number,
        "address": form.address,
        "sections": [{"title": one.title, "rows": one.rows} for one in form.sections],
        "signatures": form.signatures,
        "note": form.note,
        "qr": form.qr,
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
    }
    compile_form: Any = typst.compile  # its type has a parameter that no argument settles
    found: bytes = compile_form(
        LAYOUT.read_bytes(),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return found


@cache
def _fonts() -> Path:
    """The folder of the packaged fonts."""
    spec = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        message = "the font package is not installed"
        raise RuntimeError(message)
    return Path(spec.origin).parent
