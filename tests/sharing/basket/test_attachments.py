"""Files of an application: what is taken, who gets them, when they can go."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.errors import Invalid, NotAllowed, NotVisible
from sharing import actions, file_kinds
from sharing.models import ApplicationAttachment
from tests.sharing.basket.conftest import PDF, PNG
from tests.world import SIGNERS, World, draft_application, sign


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


GOOD = {
    "依据.pdf": PDF,
    "图.PNG": PNG,
    "照片.jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 20 + b"\xff\xd9",
    "清单.docx": package("[Content_Types].xml", "word/document.xml"),
    "清单.xlsx": package("[Content_Types].xml", "xl/workbook.xml"),
    "公文.ofd": package("OFD.xml", "Doc_0/Document.xml"),
}
BAD = {
    "网页.html": (b"<html>", "kind_not_allowed"),
    "没有扩展名": (PDF, "kind_not_allowed"),
    "伪装.pdf": (b"<html><script>alert(1)</script>", "forged"),
    "截断.pdf": (b"%PDF-1.7 only the beginning", "forged"),
    "程序.png": (b"MZ\x90\x00" + b"\x00" * 60, "forged"),
    "宏.docx": (package("word/document.xml", "word/vbaProject.bin"), "forged"),
    "表格.docx": (package("xl/workbook.xml"), "forged"),
    "坏包.xlsx": (b"PK\x03\x04 broken", "forged"),
}


@pytest.mark.parametrize("name", GOOD)
def test_kinds_that_are_taken(name: str):
    kind, faults = file_kinds.accept(io.BytesIO(GOOD[name]), name)
    assert not faults
    assert kind in file_kinds.TYPES


@pytest.mark.parametrize("name", BAD)
def test_kinds_that_are_not(name: str):
    content, code = BAD[name]
    kind, faults = file_kinds.accept(io.BytesIO(content), name)
    assert kind == ""
    assert [fault.code for fault in faults] == [code]
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\x\\依据.pdf", "依据.pdf"),
        ("a\x00\nb.pdf", "ab.pdf"),
    ],
)
def test_a_name_is_never_a_path(name: str, shown: str):
    assert file_kinds.clean_name(name) == shown
    assert len(file_kinds.clean_name("长" * 500 + ".pdf")) == file_kinds.NAME_LENGTH


def attach(world: World, draft, content: bytes = PDF, name: str = "../依据.pdf", by: str = "clerk"):
    return actions.attach(
        by=world.people[by], application_id=draft.pk, file=SimpleUploadedFile("x", content),
        name=name, now=world.now,
    )  # fmt: skip


def test_limits_of_size_and_number(world: World, settings):
    draft = draft_application(world)
    settings.ATTACHMENTS_MAX = 1
    settings.ATTACHMENT_MAX_MB = 1
    for content, code in ((b"", "empty"), (PDF + b"0" * 1024 * 1024, "too_large")):
        with pytest.raises(Invalid) as error:
            attach(world, draft, content)
        assert [fault.code for fault in error.value.faults] == [code]
    first = attach(world, draft)
    with pytest.raises(Invalid) as error:
        attach(world, draft, PNG, "b.png")
    assert [fault.code for fault in error.value.faults] == ["too_many"]
    settings.ATTACHMENTS_MAX = 2
    assert attach(world, draft).pk == first.pk  # the same file again
    assert Path(first.file.path).name == str(first.pk)
    assert Path(first.file.path).is_relative_to(settings.MEDIA_ROOT)


def test_files_belong_to_who_sees_the_application(
    world: World, enter, django_capture_on_commit_callbacks
):
    draft = draft_application(world)
    for person, error in (("colleague", NotAllowed), ("steward", NotVisible)):
        with pytest.raises(error):
            attach(world, draft, by=person)
    kept = attach(world, draft)
    path = reverse("sharing:attachment", args=[kept.pk])
    answer = enter("colleague").get(path)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    for outsider in ("steward", "stranger", "sysadmin"):
        assert enter(outsider).get(path).status_code == 404
    actions.submit_basket(by=world.people["clerk"], application_id=draft.pk, now=world.now)
    for person in SIGNERS[:4]:
        sign(world, draft.items.get(), person)
    steward = enter("steward")
    assert b"".join(steward.get(path).streaming_content) == PDF
    assert "依据.pdf" in steward.get(reverse("sharing:review", args=[draft.items.get().pk])).text
    assert enter("clerk").post(reverse("sharing:remove_file", args=[kept.pk])).status_code == 409
    with pytest.raises(IntegrityError, match="sent with this attachment"), transaction.atomic():
        ApplicationAttachment.objects.all().delete()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ApplicationAttachment.objects.update(name="anders.pdf")


def test_a_file_goes_with_its_draft(world: World, django_capture_on_commit_callbacks):
    draft = draft_application(world)
    first, second = attach(world, draft), attach(world, draft, PNG, "b.png")
    paths = [Path(one.file.path) for one in (first, second)]
    clerk = world.people["clerk"]
    with django_capture_on_commit_callbacks(execute=True):
        actions.detach(by=clerk, application_id=draft.pk, attachment_id=first.pk, now=world.now)
    assert [path.exists() for path in paths] == [False, True]
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard(by=clerk, application_id=draft.pk, now=world.now)
    assert not paths[1].exists()
    assert not ApplicationAttachment.objects.exists()
