"""The pages of the exchange, without a browser, in both languages, for the right people only."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.exchange.working import work
from catalog.models import Intake, Resource
from tests.catalog.conftest import reads_english
from tests.catalog.exchange.files import ENTRIES, checked, entry, upload, usual, workbook
from tests.world import World


@pytest.fixture
def steward(client: Client, world: World) -> Client:
    client.force_login(reads_english(world.people["steward"]))
    return client


def send(client: Client, content: bytes, name: str = "catalog.xlsx", department=None):
    sent = {"file": SimpleUploadedFile(name, content), "department": department or ""}
    return client.post(reverse("catalog:exchange"), sent)


def act(client: Client, intake: Intake, command: str, **more):
    return client.post(
        reverse("catalog:intake_act", args=[intake.pk]), {"command": command, **more}
    )


def page(client: Client, intake: Intake, **query) -> str:
    response = client.get(reverse("catalog:intake", args=[intake.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_steward_uploads_looks_and_confirms(steward: Client, world: World):
    before = Resource.objects.count()
    response = send(
        steward, usual("机动车登记信息", "驾驶证信息"), department=world.departments["police"].pk
    )
    intake = Intake.objects.get()
    assert response.url == reverse("catalog:intake", args=[intake.pk])
    headings = page(steward, intake)
    assert "Not recognised and not read:" in headings
    assert "备用列" in headings
    assert '<option value="title" selected>' in headings
    act(steward, intake, "match")
    assert "The file is being read" in page(steward, intake)
    work(intake.pk, clock=timezone.now)
    preview = page(steward, intake)
    assert "Nothing has been written yet" in preview
    assert "Write 2 drafts" in preview
    assert Resource.objects.count() == before
    act(steward, intake, "confirm")
    assert "0 of 2 entries" in page(steward, intake)
    work(intake.pk, clock=timezone.now)
    assert "The entries are drafts" in page(steward, intake, show="created")
    assert Resource.objects.count() == before + 2
    assert intake.file_name in steward.get(reverse("catalog:exchange")).content.decode()


def test_a_corrected_heading_is_read(steward: Client, world: World):
    rows = [["甲", "乙说明"], ["机动车登记信息", "登记的机动车"]]
    intake = upload(world, workbook(("目录", [["信息资源名称", "摘要"], *rows[1:]])))
    refused = act(steward, intake, "match", **{"column-0": ["abstract", "abstract"]})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "No column holds the titles of the entries." in text
    assert "two columns are taken for “Abstract”" in text
    assert act(steward, intake, "match", **{"column-0": ["title", ""]}).status_code == 302
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    assert intake.counts["new"] == 1


def test_faults_are_named_paged_and_downloaded(steward: Client, world: World):
    rows = [entry(f"条目{n}", cycle="看情况") for n in range(60)]
    intake = checked(world, workbook(("目录", [ENTRIES, *rows, entry("好的条目")])))
    text = page(steward, intake)
    assert "“看情况” is not in the list." in text
    assert "Write one of: " in text
    assert "60 entries have faults and will be left out." in text
    assert "51–60 of 60" in page(steward, intake, show="faults", page=2)
    download = steward.get(reverse("catalog:intake_faults", args=[intake.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(download.streaming_content))).active
    assert sheet.max_row == 61
    assert "看情况" in sheet["A2"].value
    assert sheet["B2"].value == "2"
    assert [cell.value for cell in sheet[1]][2:4] == ["*信息资源名称（必填）", "信息资源提供方"]
    column = [cell.value for cell in sheet[1]].index("更新周期") + 1
    assert sheet.cell(2, column).fill.fgColor.rgb == "FFF6C9C4"
    assert sheet.cell(2, 3).fill.fgColor.rgb != "FFF6C9C4"


def test_the_corrected_fault_workbook_comes_in(steward: Client, world: World):
    bad = checked(world, workbook(("目录", [ENTRIES, entry("坏的条目", cycle="看情况")])))
    download = steward.get(reverse("catalog:intake_faults", args=[bad.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(download.streaming_content)))
    for cell in book.active[2]:
        if cell.value == "看情况":
            cell.value = "每月"
    target = io.BytesIO()
    book.save(target)
    intake = checked(world, target.getvalue())
    assert (intake.counts.get("new"), intake.counts.get("faulty")) == (1, None)


def test_changes_are_shown_before_they_are_made(steward: Client, world: World):
    rows = [["信息资源名称", "资源摘要"], ["标准地址信息", "新的摘要"]]
    intake = checked(world, workbook(("目录", rows)))
    text = page(steward, intake, show="changed")
    assert "新的摘要" in text
    assert "由江苏省公安厅采集" in text


def test_pages_speak_chinese(client: Client, world: World):
    client.force_login(world.people["steward"])
    intake = checked(world, workbook(("目录", [ENTRIES, entry("条目", cycle="看情况")])))
    text = page(client, intake)
    assert "is not in the list" not in text
    assert "Nothing has been written yet" not in text
    assert "看情况" in text
    home = client.get(reverse("catalog:exchange")).content.decode()
    assert "Bring entries in" not in home


def test_nobody_else_learns_of_an_upload(client: Client, world: World):
    intake = checked(world, usual("机动车登记信息"))
    for who in ("clerk", "county_office", "sysadmin", "stranger"):
        client.force_login(world.people[who])
        for name in ("intake", "intake_progress", "intake_faults"):
            assert client.get(reverse(f"catalog:{name}", args=[intake.pk])).status_code == 404
        for command in ("confirm", "cancel", "rematch", "match"):
            assert act(client, intake, command).status_code == 404
        assert intake.file_name not in client.get(reverse("catalog:exchange")).content.decode()
    intake.refresh_from_db()
    assert intake.status == "ready"


def test_nobody_uploads_for_another_department(steward: Client, client: Client, world: World):
    response = send(steward, usual("条目"), department=world.departments["county_civil"].pk)
    assert response.status_code == 422
    client.force_login(world.people["clerk"])
    assert send(client, usual("条目"), department=world.departments["police"].pk).status_code == 422
    assert not Intake.objects.exists()


def test_what_does_not_fit_the_state_is_refused(steward: Client, world: World):
    intake = upload(world, usual("机动车登记信息"))
    assert act(steward, intake, "confirm").status_code == 409
    act(steward, intake, "cancel")
    assert act(steward, intake, "cancel").status_code == 409
    assert "The upload was cancelled" in page(steward, intake)


def test_progress_asks_again_until_the_work_is_done(steward: Client, world: World):
    intake = upload(world, usual("机动车登记信息"))
    act(steward, intake, "match")
    address = reverse("catalog:intake_progress", args=[intake.pk])
    waiting = steward.get(address)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    work(intake.pk, clock=timezone.now)
    assert steward.get(address)["HX-Refresh"] == "true"


def test_export_shows_what_the_reader_sees(client: Client, world: World):
    client.force_login(world.people["clerk"])
    world.address.visibility = "limited"
    world.address.save()
    from catalog.access import rebuild_labels

    rebuild_labels([world.address.pk])
    lines = b"".join(
        client.get(reverse("catalog:export", args=["jsonl"])).streaming_content
    ).decode()
    assert "常住人口基本信息" in lines
    assert "标准地址信息" not in lines
    nothing = client.get(reverse("catalog:export", args=["jsonl"]), {"sharing": "non_shared"})
    assert b"".join(nothing.streaming_content) == b""
    assert client.get(reverse("catalog:export", args=["exe"])).status_code == 404


def test_the_template_opens_and_comes_back_empty(steward: Client, world: World):
    content = b"".join(steward.get(reverse("catalog:exchange_template")).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Instructions", "Entries", "Data items", "Value lists"]
    assert len(book["Entries"].data_validations.dataValidation) >= 5
    intake = checked(world, content)
    assert intake.counts["entries"] == 0
    assert "The file holds no rows" in page(steward, intake)


def test_the_exchange_is_in_the_navigation_of_stewards_only(client: Client, world: World):
    address = f'href="{reverse("catalog:exchange")}"'
    client.force_login(world.people["steward"])
    assert address in client.get(reverse("catalog:drafts")).content.decode()  # its second row
    client.force_login(world.people["clerk"])
    for name in ("home", "catalog:list"):
        assert address not in client.get(reverse(name)).content.decode()


def test_what_publication_will_ask_for_is_said_before(steward: Client, world: World):
    rows = [
        entry("好的条目", types="MySQL"),
        entry("综合管理系统", condition="", types="", modes=""),
    ]
    intake = checked(world, workbook(("目录", [ENTRIES, *rows])))
    assert (intake.counts["new"], intake.counts.get("faulty")) == (2, None)
    text = page(steward, intake, show="notes")
    for missing in (
        "The title names a system, not data.",
        "Conditional sharing must state its scope and the permitted purposes.",
        "The format type is missing.",
        "The sharing mode is missing.",
    ):
        assert missing in text
    assert "abstract is empty" not in text


def test_the_list_links_to_what_it_found_as_files(client: Client, world: World) -> None:
    client.force_login(world.people["clerk"])

    page = client.get("/catalog/", {"q": "常住人口", "cycle": "daily"})
    nothing = client.get("/catalog/", {"q": "没有这样的数据"})

    links = dict(page.context["exports"])
    assert set(links) == {"XLSX", "CSV", "JSON"}
    answer = client.get(links["JSON"])
    lines = b"".join(answer.streaming_content).decode().strip().splitlines()
    assert len(lines) == page.context["page_of_hits"].total == 1
    assert nothing.context["exports"] == []
