"""Tags and filters: dates in words, form fields, lists, the chain."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from portal.errors import Fault, Invalid
from portal.pages import dates
from portal.pages.chain import (
    MAX_BLOCKS,
    ChainGroup,
    ChainStage,
    Day,
    StageState,
    planned_days,
    running_days,
)
from portal.pages.fields import FieldView, add_faults, summary_of
from portal.worktime.calendar import Calendar

TODAY = date(2026, 11, 23)  # a Monday
CALENDAR = Calendar(frozenset({date(2026, 12, 1)}), frozenset({date(2026, 11, 28)}), frozenset())


def render(source: str, **context: object) -> str:
    with translation.override(context.pop("language", "en")):
        return Template("{% load portal %}" + source).render(Context(context))


# --- dates -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "english", "chinese"),
    [
        (date(2026, 11, 25), "Wed 25 Nov", "11月25日 周三"),
        (date(2026, 1, 4), "Sun 4 Jan", "1月4日 周日"),
        (date(2027, 3, 1), "Mon 1 Mar 2027", "2027年3月1日 周一"),
        (date(2025, 12, 31), "Wed 31 Dec 2025", "2025年12月31日 周三"),
    ],
)
def test_days(day: date, english: str, chinese: str):
    with translation.override("en"):
        assert dates.day_in_week(day, TODAY) == english
    with translation.override("zh-hans"):
        assert dates.day_in_week(day, TODAY) == chinese


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (datetime(2026, 11, 23, 1, 5, tzinfo=UTC), "today 9:05", "今天 9:05"),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "today 0:00", "今天 0:00"),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "22 Nov 23:59", "11月22日 23:59"),
        (datetime(2025, 11, 22, 2, 0, tzinfo=UTC), "22 Nov 2025 10:00", "2025年11月22日 10:00"),
    ],
)
def test_moments_in_the_portals_time_zone(at: datetime, english: str, chinese: str):
    with translation.override("en"):
        assert dates.moment(at, TODAY) == english
    with translation.override("zh-hans"):
        assert dates.moment(at, TODAY) == chinese


@pytest.mark.parametrize(
    ("day", "left", "state"),
    [
        (date(2026, 11, 20), "1 working day late", "late"),
        (date(2026, 11, 22), "1 working day late", "late"),  # a Sunday that has passed is late
        (date(2026, 11, 13), "6 working days late", "late"),
        (date(2026, 11, 23), "due today", "soon"),
        (date(2026, 11, 24), "1 working day left", "soon"),
        (date(2026, 11, 25), "2 working days left", "soon"),
        (date(2026, 11, 26), "3 working days left", ""),
        (date(2026, 11, 28), "5 working days left", ""),  # a make-up Saturday counts
        (date(2026, 12, 1), "6 working days left", ""),  # a holiday does not
    ],
)
def test_due_dates_count_working_days(day: date, left: str, state: str):
    with translation.override("en"):
        text = dates.due(day, TODAY, CALENDAR)
    assert (text.left, text.state) == (left, state)


@pytest.mark.django_db
def test_due_filters_mark_what_is_near():
    context = {"day": date(2026, 11, 20), "today": TODAY, "nothing": None}
    assert '<span class="sub late">1 working day late' in render("{{ day|due:today }}", **context)
    assert '<span class="late">Fri 20 Nov · 1' in render("{{ day|due_line:today }}", **context)
    assert render("{{ day|due_row:today }}", **context) == "row--late"
    for name in ("due", "due_line", "day", "moment", "full_day"):
        assert render(f"{{{{ nothing|{name} }}}}", **context) == "–"
    assert render("{{ nothing|due_row }}", **context) == ""


# --- small tags ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "source",
    [
        '{% tag "ok" text %}',
        "{% attr text %}",
        "{% why text %}",
        "{% button text %}",
        "{% button text reason=text %}",
        '{% include "_notice.html" %}',
        '{% include "_empty.html" with title=text %}',
        '{% include "_done.html" with title=text number=text %}',
    ],
)
def test_text_is_escaped(source: str):
    shown = render(source, text="<b>", title="<b>")
    assert "&lt;b&gt;" in shown
    assert "<b><b>" not in shown


def test_a_state_is_icon_and_word():
    shown = render('{% tag "wait" "paused" %}')
    assert 'href="#i-pause"' in shown
    assert "paused</span>" in shown


def test_a_button_that_is_off_says_why_and_sends_nothing():
    shown = render('{% button "Sign" name="command" value="sign" reason="Not your turn." %}')
    assert 'type="button"' in shown
    assert 'aria-disabled="true" aria-describedby="why-command-sign"' in shown
    assert 'id="why-command-sign"' in shown
    assert "Not your turn." in shown
    on = render('{% button "Sign" name="command" value="sign" kind="primary" %}')
    assert 'class="button button--primary" type="submit" name="command" value="sign"' in on


def test_facts_with_and_without_change():
    shown = render("{% facts rows %}", rows=[("Basis", "Article 5", "/change/"), ("Scope", "")])
    assert '<a href="/change/">' in shown
    assert shown.count("<a ") == 1
    assert "–" in shown


# --- forms -----------------------------------------------------------------------------------------
class Decision(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the register")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    until = forms.DateField(label="Until")
    place = forms.ChoiceField(label="Place", choices=[("", "–"), ("a", "A")])
    act = forms.ChoiceField(
        label="Decision", choices=[("sign", "Sign"), ("refuse", "Refuse")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="Reason", required=False)
    items = forms.MultipleChoiceField(
        label="Items", choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="I agree")
    version = forms.IntegerField(widget=forms.HiddenInput)

    choice_hints = {"act": {"sign": "Sends it on."}}
    reveals = {"act": {"refuse": ("reason",)}}


def test_every_kind_of_field():
    shown = render("{% fields form %}", form=Decision(initial={"until": date(2026, 12, 1)}))
    assert '<label for="id_name">Name</label>' in shown
    assert 'id="id_name-hint"' in shown
    assert 'aria-describedby="id_name-hint"' in shown
    assert "Note <span" in shown, "what may stay empty says so"
    assert '<textarea name="note" cols="40" rows="4" class="textarea"' in shown
    assert 'type="date" name="until" value="2026-12-01"' in shown
    assert '<select name="place" class="select"' in shown
    assert shown.count("<fieldset") == 2
    assert '<label for="id_act_0">Sign</label>' in shown
    assert "Sends it on." in shown
    assert 'type="checkbox" name="items" value="x"' in shown
    assert '<label for="id_agree">I agree</label>' in shown
    assert 'type="hidden" name="version"' in shown


def test_a_revealed_field_stands_below_its_choice_and_only_there():
    shown = render("{% fields form %}", form=Decision())
    assert shown.count('name="reason"') == 1
    assert shown.index("choice__more") < shown.index('name="reason"')
    assert shown.index('value="refuse"') < shown.index("choice__more")


def test_errors_at_the_field_and_in_the_summary_are_the_same_words():
    form = Decision({"until": "2026-02-31", "version": "1"})
    shown = render("{% error_summary form %}{% fields form %}", form=form)
    for anchor, text in [
        ("id_name", "Please fill in: Name"),
        ("id_until", "Enter a valid date."),
        ("id_place", "Please choose: Place"),
        ("id_act_0", "Please choose: Decision"),
        ("id_items_0", "Please choose: Items"),
        ("id_agree", "Please tick “I agree”"),
    ]:
        assert f'<a href="#{anchor}">{text}</a>' in shown
        assert f'id="{anchor}"' in shown, "the link leads to a control"
        assert shown.count(text) == 2
    assert "6 things need to be corrected" in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name-hint id_name-error"' in shown
    assert 'value="2026-02-31"' in shown, "what was typed stays"


def test_a_message_of_the_forms_own_is_kept():
    class Named(forms.Form):
        name = forms.CharField(label="Name", error_messages={"required": "Say who you are"})

    assert FieldView(Named({})["name"]).errors == ["Say who you are"]


def test_faults_of_an_action_come_back_into_the_form():
    form = Decision(
        {
            "name": "n",
            "until": "2026-12-01",
            "place": "a",
            "act": "sign",
            "items": ["x"],
            "agree": "1",
            "version": "1",
        }
    )
    assert form.is_valid()
    faults = [
        Fault("name", "Too long.", "Shorten it."),
        Fault("period", "The period has passed."),
    ]
    add_faults(form, Invalid("Look again.", faults))
    lines = [(line.anchor, line.text) for line in summary_of(form)]
    assert lines == [("", "The period has passed."), ("id_name", "Too long. Shorten it.")]


def test_a_summary_without_faults_is_nothing():
    assert render("{% error_summary form %}", form=Decision()).strip() == ""


# --- lists -----------------------------------------------------------------------------------------
def test_pager_keeps_the_other_parameters():
    request = RequestFactory().get("/x/", {"q": "人口", "page": "3"})
    page = Paginator(range(1286), 20).get_page(3)
    shown = render("{% pager page_obj %}", request=request, page_obj=page)
    assert "41–60 of 1,286" in shown
    assert 'href="?q=%E4%BA%BA%E5%8F%A3&amp;page=4" rel="next"' in shown
    assert 'page=3" aria-current="page"' in shown


def test_pager_by_key():
    request = RequestFactory().get("/x/", {"q": "a", "after": "old"})
    shown = render('{% pager_keyset "new=1" %}', request=request)
    assert 'href="?q=a" rel="first"' in shown
    assert 'href="?q=a&amp;after=new%3D1" rel="next"' in shown
    first = RequestFactory().get("/x/", {"q": "a"})
    assert render("{% pager_keyset cursor %}", request=first, cursor=None).strip() == ""


# --- the chain -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("limit", "used", "paused", "expected"),
    [
        (None, 3, 0, ""),
        (4, 0, 0, "...."),
        (4, 2, 0, "uu.."),
        (4, 2, 2, "uupp.."),
        (4, 4, 0, "uuuu"),
        (4, 6, 0, "uuuull"),
    ],
)
def test_ruler_under_way(limit: int | None, used: int, paused: int, expected: str):
    marks = {"": ".", "used": "u", "paused": "p", "late": "l"}
    assert "".join(marks[day] for day in running_days(limit, used, paused)) == expected


@pytest.mark.parametrize(
    ("limit", "usual", "tinted"), [(6, 3.5, 4), (1, 0.4, 1), (2, None, 0), (2, 9, 2), (None, 1, 0)]
)
def test_ruler_planned(limit: int | None, usual: float | None, tinted: int):
    days = planned_days(limit, usual)
    assert len(days) == (limit or 0)
    assert days.count(Day.USUAL) == tinted


def test_a_very_long_ruler_is_cut():
    stage = ChainStage(office="o", number=1, days=planned_days(200))
    assert len(stage.blocks) == MAX_BLOCKS
    assert stage.blocks[0].x == "0.5"
    assert stage.blocks[1].x == "16.5"


GROUPS = [
    ChainGroup(
        side="Own office",
        stages=[
            ChainStage(office="Submit", state=StageState.DONE, headline="9 Nov"),
            ChainStage(office="Hongqiao", number=1, state=StageState.DONE, holders="Zhou"),
        ],
    ),
    ChainGroup(
        side="Provider",
        law="Answer within 10 working days",
        law_label="article 21",
        law_url="/law/",
        stages=[
            ChainStage(
                office="Police",
                number=2,
                state=StageState.NOW,
                due=date(2026, 11, 25),
                days=running_days(6, 4),
                said="Only <rows> of the region.",
            ),
            ChainStage(office="Police head", number=3, state=StageState.PAUSED, is_late=True),
            ChainStage(office="Delivery", icon="download"),
        ],
    ),
]


def test_chain_says_in_words_what_it_shows():
    shown = render('{% chain groups "wide" %}', groups=GROUPS)
    assert 'class="chain chain--wide"' in shown
    assert shown.count('class="chain__group"') == 2
    assert "Step 1, done" in shown
    assert "Step 2, under way" in shown
    assert "clock running" in shown
    assert "overdue" in shown
    assert shown.count('aria-current="step"') == 2
    assert shown.count('class="day day--used"') == 4
    assert '<a href="/law/">article 21</a>' in shown
    assert "by Wed 25 Nov" in shown
    assert "Only &lt;rows&gt; of the region." in shown
    assert shown.count("stage--start") == shown.count("stage--end") == 1
    assert shown.count("stage--box") == 2


def test_small_chain_has_the_same_stages():
    shown = render("{% chain_small groups %}", groups=GROUPS)
    for name in ("Submit", "Hongqiao", "Police", "Delivery"):
        assert name in shown
    assert "stage__days" not in shown
