"""Excel in and out of the administration: preview, faults by row, all or nothing."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.ledger.models import Entry
from portal.organisation import uscc
from portal.organisation.models import Department, Official
from portal.worktime.models import CalendarYear, Holiday
from tests.portal.organisation.conftest import Enter
from tests.portal.test_spreadsheets import HOSTILE, workbook
from tests.world import World

pytestmark = pytest.mark.django_db

HEADINGS = [
    "name",
    "unified social credit code",
    "region code",
    "kind",
    "exists from",
    "superior in its line",
]
CODE = uscc.compose("1", "1", "320000", "99990000")
OTHER = uscc.compose("1", "2", "320000", "99990001")


@pytest.fixture(autouse=True)
def english(world: World):
    """Headings and messages as the sources have them, whatever is translated meanwhile."""
    Official.objects.update(language="en")
    with translation.override("en"):
        yield


def url(model: str, page: str) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{page}")


def upload(client: Client, model: str, content: bytes, name: str = "部门.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(url(model, "import"), {"import_file": file, "format": "0", "resource": ""})


def confirm(client: Client, model: str, answer):
    return client.post(
        url(model, "process_import"), answer.context["confirm_form"].initial, follow=True
    )


def faults(answer) -> dict[int, str]:
    """What the preview says is wrong, by the row's number in Excel."""
    return {row.number: str(row.error_dict) for row in answer.context["result"].invalid_rows}


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


class TestDepartments:
    MODEL = "organisation.department"

    def test_preview_writes_nothing_and_confirmation_everything(self, world: World, enter: Enter):
        client = enter("sysadmin")
        police = world.departments["police"]
        content = workbook(
            HEADINGS,
            ["江苏省教育厅", CODE, 320000, "department", date(2018, 11, 1), ""],
            [
                "南通市教育局",
                uscc.compose("1", "1", "320600", "99990002"),
                "320600",
                "",
                "2018-11-01",
                CODE,
            ],
            ["江苏省信息中心", "", "320000", "public institution", "", ""],
            ["江苏省公安厅（改）", police.uscc, "320000", "", "", ""],
        )

        preview = upload(client, self.MODEL, content)

        assert preview.status_code == 200
        assert faults(preview) == {}
        assert not Department.objects.filter(uscc=CODE).exists()
        assert kinds() == []

        done = confirm(client, self.MODEL, preview)

        assert [message.level_tag for message in done.context["messages"]] == ["success"]
        made = Department.objects.get(uscc=CODE)
        assert (made.name, made.region_id, made.valid_from) == (
            "江苏省教育厅",
            "320000",
            date(2018, 11, 1),
        )
        assert made.group
        assert Department.objects.get(name="南通市教育局").superior == made
        assert not Department.objects.get(name="江苏省信息中心").verified
        police.refresh_from_db()
        assert (police.name, police.kind) == ("江苏省公安厅（改）", "department")
        assert kinds() == ["department.created"] * 3 + ["department.changed"]
        assert set(Entry.objects.values_list("actor__username", flat=True)) == {"sysadmin"}

    def test_a_second_time_nothing_changes(self, enter: Enter):
        client = enter("sysadmin")
        content = workbook(
            HEADINGS, ["江苏省教育厅", CODE, "320000", "department", "2018/11/1", ""]
        )
        confirm(client, self.MODEL, upload(client, self.MODEL, content))

        preview = upload(client, self.MODEL, content)

        assert preview.context["result"].totals["skip"] == 1
        confirm(client, self.MODEL, preview)
        assert kinds() == ["department.created"]

    def test_all_faults_come_at_once_by_their_row_in_excel(self, enter: Enter):
        client = enter("sysadmin")
        content = workbook(
            HEADINGS,
            ["江苏省教育厅", CODE, "320000", "department", "2018-11-01", ""],
            ["", OTHER, "329999", "club", "some day", "nobody"],
            [],
            ["江苏省第二数据局", OTHER, "320000", "competent authority", "", ""],
            ["江苏省某厅", "113200000000000000", "320000", "", "", ""],
        )

        preview = upload(client, self.MODEL, content)

        found = faults(preview)
        assert set(found) == {3, 5, 6}
        for column in ("name", "region code", "kind", "exists from", "superior in its line"):
            assert f"'{column}'" in found[3]
        assert "329999" in found[3]
        assert "exactly one" in found[5]
        assert "unified social credit code" in found[6]
        assert "confirm_form" not in preview.context
        assert not Department.objects.filter(uscc=CODE).exists()

    def test_headings_of_either_language_are_understood(self, enter: Enter):
        client = enter("sysadmin")
        with translation.override("zh-hans"):
            headings = [translation.gettext(heading) for heading in HEADINGS]

        preview = upload(
            client, self.MODEL, workbook(headings, ["江苏省教育厅", CODE, "320000", "", "", ""])
        )

        assert preview.context["result"].totals["new"] == 1

    def test_an_empty_cell_leaves_the_code_as_it_was(self, world: World, enter: Enter):
        police = world.departments["police"]
        content = workbook(HEADINGS, [police.name, "", "320000", "", "", "江苏省民政厅"])
        client = enter("sysadmin")

        confirm(client, self.MODEL, upload(client, self.MODEL, content))

        changed = Department.objects.get(pk=police.pk)
        assert (changed.uscc, changed.superior) == (police.uscc, world.departments["civil_affairs"])

    def test_wrong_headings_are_all_named(self, enter: Enter):
        preview = upload(
            enter("sysadmin"),
            self.MODEL,
            workbook(["name", "名字", "name", "x"], ["a", "b", "c", "d"]),
        )

        text = str(preview.context["form"].errors["import_file"])
        for part in ("名字", "x", "region code", "twice"):
            assert part in text
        assert "Traceback" not in preview.content.decode()
        assert "confirm_form" not in preview.context

    def test_somebody_was_faster(self, enter: Enter):
        """Between preview and confirmation the data changed: nothing at all is written."""
        client = enter("sysadmin")
        content = workbook(
            HEADINGS,
            ["江苏省教育厅", CODE, "320000", "", "", ""],
            ["江苏省体育局", OTHER, "320000", "", "", "江苏省民政厅"],
        )
        preview = upload(client, self.MODEL, content)
        Department.objects.filter(name="江苏省民政厅").update(name="江苏省民政局")

        done = confirm(client, self.MODEL, preview)

        assert [message.level_tag for message in done.context["messages"]] == ["error"]
        assert not Department.objects.filter(uscc__in=[CODE, OTHER]).exists()
        assert kinds() == []

    def test_an_upload_that_has_expired_is_asked_for_again(self, enter: Enter):
        client = enter("sysadmin")
        preview = upload(
            client, self.MODEL, workbook(HEADINGS, ["江苏省教育厅", CODE, "320000", "", "", ""])
        )
        cache.clear()

        done = confirm(client, self.MODEL, preview)

        assert [message.level_tag for message in done.context["messages"]] == ["error"]
        assert not Department.objects.filter(uscc=CODE).exists()

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ""])
    def test_no_other_file_can_be_confirmed(self, enter: Enter, name: str):
        client = enter("sysadmin")
        content = {
            "import_file_name": name,
            "original_file_name": "x.xlsx",
            "format": "0",
            "resource": "",
        }

        answer = client.post(url(self.MODEL, "process_import"), content)

        assert answer.status_code in {200, 302}
        assert "root:" not in answer.content.decode()

    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_files_come_back_at_the_field(self, enter: Enter, name: str):
        answer = upload(enter("sysadmin"), self.MODEL, HOSTILE[name])

        assert answer.status_code == 200
        assert "import_file" in answer.context["form"].errors

    @pytest.mark.parametrize("name", ["部门.csv", "部门.xls", "部门.xlsm"])
    def test_only_workbooks_are_taken(self, enter: Enter, name: str):
        answer = upload(enter("sysadmin"), self.MODEL, workbook(["name"], ["x"]), name)

        assert "import_file" in answer.context["form"].errors

    @pytest.mark.parametrize("key", ["secadmin", "auditadmin", "steward", "county_authority"])
    def test_others_neither_import_nor_export(self, enter: Enter, key: str):
        client = enter(key)

        for page in ("import", "export"):
            assert client.get(url(self.MODEL, page)).status_code == 403
        assert client.post(url(self.MODEL, "process_import"), {}).status_code == 403

    def test_an_export_comes_back_unchanged(self, world: World, enter: Enter):
        client = enter("sysadmin")
        Department.objects.filter(pk=world.departments["police"].pk).update(
            short_name='=HYPERLINK("x")'
        )

        answer = client.post(url(self.MODEL, "export"), {"format": "0", "resource": ""})

        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert rows[0][:4] == ["name", "English name", "short name", "unified social credit code"]
        assert len(rows) == 1 + Department.objects.count()
        assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
        preview = upload(client, self.MODEL, answer.content)
        assert faults(preview) == {}
        assert preview.context["result"].totals["skip"] == len(rows) - 1


class TestOfficials:
    MODEL = "organisation.official"
    HEADINGS = ["user name", "full name", "e-mail", "department"]

    def test_accounts_arrive_without_password_and_rights(self, world: World, enter: Enter):
        client = enter("sysadmin")
        police = world.departments["police"]
        content = workbook(
            self.HEADINGS,
            ["lin.wei", "林伟", "lin@example.gov.cn", police.uscc],
            ["xu.li", "许丽", "", "江苏省民政厅"],
            ["clerk", "张海鸥", "", "虹桥街道办事处"],
        )

        confirm(client, self.MODEL, upload(client, self.MODEL, content))

        official = Official.objects.get(username="lin.wei")
        assert not official.has_usable_password()
        assert (official.department, official.is_staff) == (police, False)
        assert not official.groups.exists()
        clerk = Official.objects.get(username="clerk")
        assert clerk.full_name == "张海鸥"
        assert clerk.has_usable_password()
        assert kinds() == ["official.created", "official.created", "official.changed"]

    @pytest.mark.parametrize("column", ["password", "is_superuser", "posts", "id"])
    def test_nothing_else_can_be_imported(self, enter: Enter, column: str):
        content = workbook([*self.HEADINGS, column], ["lin.wei", "林伟", "", "", "x"])

        preview = upload(enter("sysadmin"), self.MODEL, content)

        assert column in str(preview.context["form"].errors["import_file"])
        assert "confirm_form" not in preview.context

    def test_an_unknown_department_is_a_fault_of_the_row(self, enter: Enter):
        content = workbook(self.HEADINGS, ["lin.wei", "林伟", "no address", "某部门"])

        found = faults(upload(enter("sysadmin"), self.MODEL, content))

        assert set(found) == {2}
        assert "某部门" in found[2]
        assert "e-mail" in found[2]


class TestHolidays:
    MODEL = "worktime.holiday"

    def test_next_year_s_notice_is_imported_as_one(self, enter: Enter):
        client = enter("sysadmin")
        content = workbook(
            ["day", "kind", "name"],
            [date(2027, 2, 20), "make-up working day", "春节调休"],
            ["2027-02-11", "holiday", "春节"],
            ["2027年1月1日", "holiday", "元旦"],
        )

        preview = upload(client, self.MODEL, content)
        assert faults(preview) == {}
        assert not Holiday.objects.filter(day="2027-02-20").exists()
        assert kinds() == []
        confirm(client, self.MODEL, preview)

        assert Holiday.objects.get(day="2027-02-20").kind == "makeup"
        assert kinds() == ["calendar.imported"]
        assert len(Entry.objects.get().data["days"]) == 2
        assert CalendarYear.objects.get(year=2027).by_hand

    def test_a_wrong_date_is_a_fault_of_the_row(self, enter: Enter):
        content = workbook(["day", "kind"], ["2027-02-30", "holiday"], ["", "holiday"])

        assert set(faults(upload(enter("sysadmin"), self.MODEL, content))) == {2, 3}


def test_a_row_with_an_abolished_region_names_its_successor(world: World, enter: Enter):
    region = world.regions["suzhou"]
    region.valid_until, region.successor = world.today, world.regions["nantong"]
    region.save(update_fields=["valid_until", "successor"])
    rows = [HEADINGS, ["苏州市大数据中心", OTHER, region.pk, "", "", ""]]
    answer = upload(enter("sysadmin"), "organisation.department", workbook(*rows))
    assert list(faults(answer)) == [2]
    assert "南通市 (320600)" in faults(answer)[2]
    assert not Department.objects.filter(uscc=OTHER).exists()
