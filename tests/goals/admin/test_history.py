"""The history says who, when, why, and sets what was beside what is, in the words of the forms."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.admin.base import TracedAdmin
from goals.models import Direction
from goals.publication import version
from kpis.models import Indicator, Target, Workflow, YearlyValue
from measures.models import Measure, Opinion
from tests.makers import (
    make_department,
    make_direction,
    make_indicator,
    make_measure,
    make_opinion,
    make_round,
    make_target,
    make_theme,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

TRACED: list[Any] = [Indicator, Target, YearlyValue, Measure, Opinion]
WHY = "委員会の意見を受けた。"


def page_of(page: str, row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


class Form(HTMLParser):
    """Collect what a browser would send of the form of a row, as it stands on the page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self.area = self.menu = ""
        self.feed(content[content.index('id="content-main"') :])

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        name, kind = found.get("name") or "", found.get("type")
        if tag == "input" and name and kind not in {"submit", "file"}:
            if kind not in {"checkbox", "radio"} or "checked" in found:
                self.sent[name] = found.get("value") or ("on" if kind == "checkbox" else "")
        elif tag == "textarea":
            self.area, self.sent[name] = name, ""
        elif tag == "select":
            self.menu = name
            self.sent[name] = [] if "multiple" in found else ""
        elif tag == "option" and "selected" in found:
            chosen = self.sent[self.menu]
            self.sent[self.menu] = [*chosen, found["value"]] if isinstance(chosen, list) else found["value"]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def save(client: Client, row: Any, **changes: Any) -> None:
    """Open the form of a row, type the changes, and save it."""
    data = Form(client.get(page_of("change", row)).content.decode()).sent
    assert set(changes) <= set(data), set(changes) - set(data)
    data |= changes
    response = client.post(
        page_of("change", row), {name: value for name, value in data.items() if "__prefix__" not in name}
    )
    assert response.status_code == 302, response.context["errors"]


def cells(client: Client, row: Any) -> list[list[str]]:
    """Return the rows of the history as a reader sees them, without the dates."""
    content = client.get(page_of("history", row)).content.decode()
    body = content[content.index('<table id="change-history"') :].split("</thead>")[1].split("</table>")[0]
    found = []
    for line in body.split("</tr>"):
        texts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
        plain = [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in texts]
        if plain:
            found.append([text for text in plain if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text)])
    return found


def make_row(model: Any) -> Any:
    makers = {Indicator: make_indicator, Target: make_target, YearlyValue: make_value, Measure: make_measure}
    row = makers.get(model, make_opinion)()
    if model is YearlyValue:
        make_round()
    return row


CHANGED = {
    Indicator: ("definition", "数えた件数"),
    Target: ("target_note", "以上"),
    YearlyValue: ("note", "速報による"),
    Measure: ("detail", "併せて周知する。"),
    Opinion: ("response", "対応します。"),
}


@pytest.mark.parametrize("model", TRACED, ids=lambda model: model.__name__)
def test_the_form_asks_why_and_the_history_answers_who_what_and_why(planner_client: Client, model: Any) -> None:
    row, (name, text) = make_row(model), CHANGED[model]
    label = str(model._meta.get_field(name).verbose_name)
    save(planner_client, row, **{name: text, "change_reason": WHY})
    lines = cells(planner_client, row)
    assert lines[0] == ["kikaku", "変更", WHY, label, "（空欄）", text]
    assert lines[-1] == ["（システム）", "追加", "", "新しく登録しました。"]
    last = row.history.latest()
    assert (last.history_user.username, last.history_change_reason) == ("kikaku", WHY)


@pytest.mark.parametrize("model", TRACED, ids=lambda model: model.__name__)
def test_the_reason_may_be_left_out_and_is_never_longer_than_is_kept(planner_client: Client, model: Any) -> None:
    row, (name, text) = make_row(model), CHANGED[model]
    save(planner_client, row, **{name: text})
    assert row.history.latest().history_change_reason is None
    count = row.history.count()
    data = Form(planner_client.get(page_of("change", row)).content.decode()).sent | {"change_reason": "長" * 101}
    page = planner_client.post(page_of("change", row), data)
    assert page.status_code == 200
    assert "100 文字以下" in page.content.decode()
    assert "長" * 101 in page.content.decode()
    assert row.history.count() == count


@pytest.mark.once
def test_a_row_that_is_new_is_asked_for_no_reason_and_a_reader_for_none(planner_client: Client) -> None:
    indicator = make_indicator()
    assert "change_reason" not in planner_client.get(reverse("admin:kpis_indicator_add")).content.decode()
    reader = Client()
    reader.force_login(make_user("所管課"))
    assert "change_reason" not in reader.get(page_of("change", indicator)).content.decode()
    assert reader.post(page_of("change", indicator), {"change_reason": WHY}).status_code == 403
    assert indicator.history.count() == 1


def test_a_reason_by_itself_is_no_change_for_citizens(planner_client: Client) -> None:
    indicator = make_indicator()
    before = version.current().number
    save(planner_client, indicator, change_reason=WHY)
    assert version.current().number == before


def test_a_department_gives_a_reason_for_its_own_value() -> None:
    department = make_department()
    value = make_value(indicator=make_indicator(department=department))
    make_round()
    client = Client()
    client.force_login(make_user("所管課", [department], username="tantou", last_name="犀川", first_name="花子"))
    save(client, value, value="15.50", change_reason="集計を直した。")
    assert cells(client, value)[0] == ["犀川 花子（tantou）", "変更", "集計を直した。", "実績値", "12", "15.5"]


@pytest.mark.once
def test_choices_years_numbers_and_flags_read_as_in_the_form(planner_client: Client) -> None:
    target = make_target(target=Decimal(12345))
    data = Form(planner_client.get(page_of("change", target)).content.decode()).sent
    data |= {"kind": "KEEP_AT_LEAST", "target": "23,456.5", "target_year": "R12", "tag": "改", "starts_from_zero": "on"}
    data = {name: value for name, value in data.items() if "__prefix__" not in name}
    assert planner_client.post(page_of("change", target), data).status_code == 302
    assert [line[-3:] for line in cells(planner_client, target)[:-1]] == [
        ["目標の型", "到達型", "維持型（以上）"],
        ["目標値", "12,345", "23,456.5"],
        ["目標年度", "令和10年度", "令和12年度"],
        ["0から始まる", "いいえ", "はい"],
        ["新・改", "（空欄）", "改"],
    ]


def test_other_tables_are_named_and_lists_are_shown_whole(planner_client: Client) -> None:
    kodomo, iju = make_theme(slug="kodomo"), make_theme(slug="iju")
    measure = make_measure(themes=[kodomo], department=make_department(name="税務課"))
    department = make_department(name="こども課")
    save(planner_client, measure, department=department.pk, themes=[kodomo.pk, iju.pk], change_reason=WHY)
    shown = [line for line in cells(planner_client, measure) if WHY in line]
    assert sorted(line[-3:] for line in shown) == [
        ["所管課", "税務課", "こども課"],
        ["関連計画・テーマ", "こども", "こども、移住定住"],
    ]


def test_what_was_deleted_since_is_said_to_be_so(planner_client: Client) -> None:
    gone = make_department(name="なくなる課")
    indicator = make_indicator(department=gone)
    indicator.department = None
    indicator.save()
    gone.delete()
    assert cells(planner_client, indicator)[0][-3:] == ["所管課", "（削除済み）", "（空欄）"]


def test_steps_of_a_value_are_shown_and_what_only_the_machine_counts_is_not(planner_client: Client) -> None:
    value = make_value()
    value.workflow, value.version = Workflow.SUBMITTED, 2
    value.save()
    value.version = 3
    value.save()
    lines = cells(planner_client, value)
    assert lines[0][-1] == "入力する項目に、変わったところはありません。"
    assert lines[1][-3:] == ["進み具合", "入力中", "提出"]


def test_a_text_is_shown_whole_and_as_text(planner_client: Client) -> None:
    indicator = make_indicator(definition="前" * 300)
    indicator.definition = "<b>後</b>\n" + "後" * 300
    indicator.save()
    content = planner_client.get(page_of("history", indicator)).content.decode()
    assert "前" * 300 in content
    assert "&lt;b&gt;後&lt;/b&gt;<br>" in content
    assert "後" * 300 in content


def test_the_reason_goes_with_the_rows_under_a_form(planner_client: Client) -> None:
    indicator = make_indicator()
    target, value = make_target(indicator=indicator), make_value(indicator=indicator)
    make_round()
    data = {"targets-0-target": "25", "values-0-note": "速報による", "change_reason": WHY}
    save(planner_client, indicator, **data)
    assert target.history.latest().history_change_reason == WHY
    assert value.history.latest().history_change_reason == WHY
    assert target.history.latest().target == 25


def test_a_measure_changed_under_its_heading_keeps_the_reason(planner_client: Client) -> None:
    measure = make_measure()
    direction: Direction = measure.direction
    save(planner_client, direction, **{"measures-0-text": "言い換えた取組", "change_reason": WHY})
    assert measure.history.latest().history_change_reason == WHY


def test_the_last_change_of_a_page_is_compared_with_the_first_of_the_next(
    planner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TracedAdmin, "history_list_per_page", 2)
    indicator = make_indicator(name="名0")
    for number in (1, 2):
        indicator.name = f"名{number}"
        indicator.save()
    assert [line[-2:] for line in cells(planner_client, indicator)] == [["名1", "名2"], ["名0", "名1"]]


def test_the_queries_of_a_history_do_not_grow_with_it(planner_client: Client) -> None:
    theme, measure = make_theme(), make_measure(indicators=[make_indicator()])
    counts = []
    for number in (2, 12):
        for step in range(number):
            measure.text = f"取組{number}-{step}"
            measure.save()
            measure.themes.set([theme] if step % 2 else [])
        planner_client.get(page_of("history", measure))
        with CaptureQueriesContext(connection) as found:
            planner_client.get(page_of("history", measure))
        counts.append(len(found))
    assert counts[0] == counts[1]


@pytest.mark.once
@pytest.mark.parametrize("model", TRACED, ids=lambda model: model.__name__)
def test_the_history_is_read_by_staff_and_by_nobody_else(model: Any) -> None:
    row = make_row(model)
    for role, status in (("企画調整課", 200), ("所管課", 200), ("システム管理", 403), ("", 403)):
        client = Client()
        client.force_login(make_user(role))
        assert client.get(page_of("history", row)).status_code == status, role
    assert Client().get(page_of("history", row)).status_code == 302


def moment_of(record: Any) -> str:
    model = record.instance_type._meta
    return reverse(f"admin:{model.app_label}_{model.model_name}_simple_history", args=[record.id, record.history_id])


def test_what_a_row_held_at_one_time_is_shown_with_its_lists_of_that_time(planner_client: Client) -> None:
    measure = make_measure(text="前の取組", detail="一文目。\n二文目。", department=make_department(name="税務課"))
    first = measure.history.latest()
    save(planner_client, measure, text="後の取組", themes=[make_theme().pk], change_reason=WHY)
    old = planner_client.get(moment_of(first)).content.decode()
    assert "<td>前の取組</td>" in old
    assert "<td>一文目。<br>二文目。</td>" in old
    assert "<td>税務課</td>" in old
    assert "（システム）が追加したときの内容です" in old
    assert "<td>こども</td>" not in old
    new = planner_client.get(moment_of(measure.history.latest())).content.decode()
    assert "<td>こども</td>" in new
    assert "kikakuが変更したときの内容です" in new
    assert f"理由: {WHY}" in new
    assert "<form" not in new[new.index('id="content"') :]


@pytest.mark.once
@pytest.mark.parametrize("model", TRACED, ids=lambda model: model.__name__)
def test_the_moments_of_a_history_are_read_by_staff_and_written_by_nobody(super_client: Client, model: Any) -> None:
    record = make_row(model).history.latest()
    for role, status in (("企画調整課", 200), ("所管課", 200), ("システム管理", 403), ("", 403)):
        client = Client()
        client.force_login(make_user(role))
        assert client.get(moment_of(record)).status_code == status, role
    assert Client().get(moment_of(record)).status_code == 302
    assert super_client.post(moment_of(record), {}).status_code == 403
    for last in ("999999", "x"):
        address = moment_of(record).rsplit("/", 2)[0] + f"/{last}/"
        assert super_client.get(address).status_code == 404


@pytest.mark.once
def test_a_member_reads_no_history_of_an_opinion_that_the_list_hides() -> None:
    hidden, public = make_opinion(status="SUBMITTED", text="まだ公開しない意見"), make_opinion()
    member = make_user("委員")
    own, client = make_opinion(status="SUBMITTED", author=member), Client()
    client.force_login(member)
    for row, status in ((hidden, 403), (public, 200), (own, 200)):
        assert client.get(page_of("history", row)).status_code == status
        assert client.get(moment_of(row.history.latest())).status_code == status


@pytest.mark.once
def test_the_history_of_a_deleted_row_is_for_those_who_may_delete() -> None:
    opinion = make_opinion(status="SUBMITTED", text="消した意見")
    history, record = page_of("history", opinion), opinion.history.latest()
    opinion.delete()
    for role, status in (("企画調整課", 200), ("委員", 403), ("所管課", 403)):
        client = Client()
        client.force_login(make_user(role))
        assert client.get(history).status_code == status, role
        assert client.get(moment_of(record)).status_code == status, role


def test_a_heading_itself_has_no_reason_to_keep_but_is_saved_with_one(planner_client: Client) -> None:
    direction = make_direction(title="前の題")
    save(planner_client, direction, title="後の題", change_reason=WHY)
    direction.refresh_from_db()
    assert direction.title == "後の題"
