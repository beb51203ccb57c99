"""The pages of a basket: from the catalog and matters into it, through checks, on paper."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sharing import actions
from sharing.models import Application, ApplicationItem
from tests.sharing.basket.conftest import PDF, Basket
from tests.sharing.pages.conftest import Enter
from tests.world import World, draft_application

PURPOSE = {"use_basis": "《条例》第一条", "use_scenario": "核对", "use_scope": "本街道"}


def page(basket: Basket, name: str) -> str:
    return reverse(f"sharing:{name}", args=[basket.application.pk])


def test_buttons_of_the_catalog_fill_one_basket(world: World, marriage, enter: Enter):
    clerk = enter("clerk")
    entry = reverse("catalog:entry", args=[world.resource.pk])
    add = reverse("sharing:basket_add", args=[world.resource.pk])
    assert f'action="{add}"' in clerk.get(entry).text
    assert f'action="{add}"' in clerk.get(reverse("catalog:list")).text
    for resource in (world.resource, marriage, marriage):
        answer = clerk.post(reverse("sharing:basket_add", args=[resource.pk]))
    application = Application.objects.get()
    assert answer.url == reverse("sharing:tasks", args=[application.pk])
    assert application.items.count() == 2
    listed = clerk.get(reverse("sharing:baskets")).text
    assert "常住人口基本信息" in listed
    assert enter("sysadmin").post(add).status_code == 403


def test_a_matter_is_applied_for_at_once(world: World, matter, marriage, enter: Enter):
    path = reverse("sharing:basket_matter", args=[matter.pk])
    clerk = enter("clerk")
    assert path in clerk.get(reverse("catalog:matter", args=[matter.pk])).text
    text = clerk.get(path).text
    assert "核对用电量" in text
    assert reverse("catalog:demand_new") in text
    answer = clerk.post(path, {"entry": [world.resource.pk, marriage.pk]})
    application = Application.objects.get()
    assert answer.url == reverse("sharing:tasks", args=[application.pk])
    assert application.items.count() == 2
    stranger = enter("stranger")
    assert stranger.get(path).status_code == 404
    assert path not in stranger.get(reverse("catalog:matter", args=[matter.pk])).text


def test_faults_of_every_entry_and_sending_what_is_ready(basket: Basket, enter: Enter):
    ApplicationItem.objects.filter(pk=basket.civil.pk).update(fields=[])
    clerk = enter("clerk")
    text = clerk.get(page(basket, "application_check")).text
    assert f'href="#id_item-{basket.civil.pk}-fields"' in text
    assert f'id="id_item-{basket.civil.pk}-fields"' in text
    assert "Send only what is ready" in text
    answer = clerk.post(page(basket, "application_check"), {"agree": "on"})
    assert answer.status_code == 422
    sent = {"agree": "on", "only_ready": "yes"}
    assert clerk.post(page(basket, "application_check"), sent).url == page(basket, "submitted")
    assert Application.objects.filter(submitted_at=None).count() == 1


def test_chain_and_history_of_each_entry_before_sending(basket: Basket, enter: Enter):
    text = enter("clerk").get(page(basket, "application_check")).text
    for words in ("江苏省公安厅", "江苏省民政厅", "No history yet of how long this takes.", "许静"):
        assert words in text
    assert text.count("Who decides after you submit") == 2


def test_two_tabs_lose_nothing(basket: Basket, enter: Enter):
    clerk, path = enter("clerk"), page(basket, "purpose")
    stamp = clerk.get(path).context["stamp"]
    first = clerk.post(path, PURPOSE | {"shown": stamp}, headers={"X-Requested-With": "autosave"})
    assert first.status_code == 200
    told = json.loads(first.content)
    late = PURPOSE | {"use_scenario": "另一个窗口写的", "shown": stamp}
    quiet = clerk.post(path, late, headers={"X-Requested-With": "autosave"})
    assert quiet.status_code == 409
    loud = clerk.post(path, late)
    assert loud.status_code == 409
    assert "另一个窗口写的" in loud.text  # what was typed stays
    assert "What was saved elsewhere meanwhile" in loud.text
    assert "核对" in loud.text
    basket.application.refresh_from_db()
    assert basket.application.use_scenario == "核对"
    saved = clerk.post(path, late | {"shown": told["shown"]})
    assert saved.url == page(basket, "tasks")
    wrong = {"starts_on": "x", "ends_on": "2027-01-01", "mode": "file"}
    answer = clerk.post(page(basket, "use"), wrong, headers={"X-Requested-With": "autosave"})
    assert answer.status_code == 422
    assert json.loads(answer.content)["message"]


def test_items_and_rows_of_one_entry(basket: Basket, enter: Enter):
    clerk, path = enter("clerk"), page(basket, "items")
    data = {"item": basket.civil.pk, "fields": ["spouse"], "row_region": "320600"}
    assert clerk.post(path, data).url == page(basket, "tasks")
    assert (basket.civil.fields, basket.civil.row_region_id) == (["spouse"], "320600")
    assert basket.police.row_region_id == basket.world.regions["hongqiao"].code
    assert clerk.get(f"{path}?item={basket.world.resource.pk}").status_code == 404
    clerk.post(page(basket, "basket_remove"), {"item": basket.civil.pk})
    assert len(basket.items) == 1


def test_upload_page(basket: Basket, enter: Enter):
    clerk, path = enter("clerk"), page(basket, "files")
    bad = clerk.post(path, {"file": SimpleUploadedFile("a.pdf", b"MZ not a pdf")})
    assert bad.status_code == 422
    assert "not what its name says" in bad.text
    assert clerk.post(path, {"file": SimpleUploadedFile("a.pdf", PDF)}).url == path
    assert "a.pdf" in clerk.get(path).text
    assert clerk.post(path).status_code == 422
    assert enter("stranger").get(path).status_code == 404


def test_each_entry_is_followed_on_its_own(basket: Basket, enter: Enter):
    actions.submit_basket(
        by=basket.world.people["clerk"], application_id=basket.application.pk, now=basket.world.now
    )
    clerk = enter("clerk")
    for item in basket.items.values():
        text = clerk.get(f"{page(basket, 'application')}?item={item.pk}").text
        assert f"<h1>{item.version.title}</h1>" in text
        assert "Entries of this application" in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_on_paper(basket: Basket, enter: Enter, language: str):
    text = enter("clerk", language).get(page(basket, "print")).text
    for words in (basket.application.number, "居民婚姻登记信息", "配偶姓名", '<svg class="qr"'):
        assert words in text
    assert enter("stranger").get(page(basket, "print")).status_code == 404
    assert enter("stranger").get(page(basket, "pdf")).status_code == 404


def test_pdf(basket: Basket, enter: Enter):
    answer = enter("clerk", "zh-hans").get(page(basket, "pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"NotoSerif" in answer.content or len(answer.content) > 10_000


def test_a_draft_of_one_entry_looks_as_before(world: World, enter: Enter):
    draft = draft_application(world)
    text = enter("clerk").get(reverse("sharing:use", args=[draft.pk])).text
    assert "Rows, mode and period" in text
    assert 'name="row_region"' in text
