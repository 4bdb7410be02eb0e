"""企画調整課 works through a round: the review list, what changes against last year, and taking a publication back."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models.event import AuditAction, AuditEvent
from kpis.judging.words import Kind
from kpis.models import Assessment, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing
from measures.models import MeasureReport
from tests.makers import (
    make_department,
    make_indicator,
    make_report,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 9, 1)


def address(page: str, round_: Round) -> str:
    return reverse(f"admin:kpis_round_{page}", args=[round_.pk])


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def publish(round_: Round) -> None:
    publishing.publish(round_, published_on=DAY, decision_number="企画第1号", user=None)


# The list


def review(client: Client, round_: Round, **query: str) -> Any:
    return client.get(address("review", round_), query)


def press(client: Client, round_: Round, *values: YearlyValue, step: str = "confirm", **kwargs: Any) -> Any:
    data = {"step": step, "chosen": [f"{value.pk}-{value.version}" for value in values], **kwargs}
    return client.post(address("review", round_), data, follow=True)


def names(page: Any) -> list[tuple[str, list[str]]]:
    return [(str(share.department), [line.indicator.name for line in share.lines]) for share in page.context["shares"]]


def test_the_list_shows_by_department_what_the_office_has_to_judge(planner_client: Client) -> None:
    second, first = make_department(name="観光課", order=2), make_department(name="こども課", order=1)
    indicator = make_indicator(name="満足度", department=first, unit="%", decimals=1)
    make_target(indicator=indicator, baseline=Decimal("10"), target=Decimal(20))
    make_value(indicator=indicator, fiscal_year=2023, value=Decimal("5.2"))
    make_value(
        indicator=indicator,
        value=Decimal("14.5"),
        workflow=Workflow.SUBMITTED,
        self_rating="NEARLY",
        self_comment="年度末に伸び悩んだ。",
        doubts_answer="調査の対象を広げたため。",
    )
    make_indicator(name="まだの指標", department=second)
    make_indicator(name="課のない指標")
    page = review(planner_client, make_round())
    assert names(page) == [("こども課", ["満足度"]), ("観光課", ["まだの指標"]), ("None", ["課のない指標"])]
    content = page.content.decode()
    for text in (
        "14.5%",
        "5.2%",
        "順調",
        "概ね順調",
        "計算と違います",
        "年度末に伸び悩んだ。",
        "前の値から大きく変わっています（令和5年度の5.2%から+9.3ポイント）",
        "答え: 調査の対象を広げたため。",
        "提出（確認待ち）",
        "（未入力）",
        "（所管課なし）",
    ):
        assert text in content


def test_the_preview_says_what_publication_will_say(planner_client: Client) -> None:
    for value in (8, 10, 12, 20, 0):
        make_value(indicator=make_target().indicator, value=Decimal(value), workflow=Workflow.CONFIRMED)
    round_ = make_round()
    lines = review(planner_client, round_).context["lines"]
    publish(round_)
    frozen = {row.indicator_id: (row.rating, row.reason) for row in Assessment.objects.all()}
    assert {line.indicator.pk: (line.judgement.rating, line.judgement.reason) for line in lines} == frozen


def test_zero_is_shown_as_a_value_and_an_ended_indicator_is_not_asked_for(planner_client: Client) -> None:
    make_value(indicator=make_target().indicator, value=Decimal(0))
    make_indicator(name="廃止した指標", ended_on=DAY)
    page = review(planner_client, make_round())
    assert [line.shown for line in page.context["lines"]] == ["0件"]


def test_a_round_without_indicators_says_so(planner_client: Client) -> None:
    page = review(planner_client, make_round())
    assert "当てはまる指標はありません。" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"workflow": "blank"}, ["未入力"]),
        ({"workflow": "draft"}, ["入力中", "差戻し"]),
        ({"workflow": "submitted"}, ["提出"]),
        ({"workflow": "confirmed"}, ["確認済"]),
        ({"workflow": "returned"}, ["差戻し"]),
        ({"workflow": "doubtful"}, ["確認済"]),
        ({"department": "ka1", "workflow": "blank"}, []),
        ({"department": "none", "workflow": "blank"}, ["未入力"]),
        ({"department": "ka1"}, ["提出"]),
        ({"department": "unknown", "workflow": "x"}, []),
    ],
)
def test_the_list_is_filtered_by_department_and_step(
    planner_client: Client, query: dict[str, str], expected: list[str]
) -> None:
    make_indicator(name="未入力")
    make_value(indicator=make_indicator(name="入力中"))
    make_value(indicator=make_indicator(name="差戻し"), returned_note="桁を")
    make_value(indicator=make_indicator(name="提出", department=make_department(code="ka1")), workflow="SUBMITTED")
    make_value(indicator=make_indicator(name="確認済", unit="%"), value=Decimal(101), workflow="CONFIRMED")
    page = review(planner_client, make_round(), **query)
    assert [line.indicator.name for line in page.context["lines"]] == expected


def test_a_value_that_cannot_be_judged_is_shown_with_the_reason(planner_client: Client) -> None:
    indicator = make_target(indicator=make_indicator(name="計画の策定"), kind=Kind.MILESTONE).indicator
    make_value(indicator=indicator, value=Decimal(5))
    assert "評価できません。" in review(planner_client, make_round()).content.decode()


def test_the_office_confirms_many_and_stays_in_its_filter(planner_client: Client) -> None:
    chosen = [make_value(workflow=Workflow.SUBMITTED), make_value(workflow=Workflow.SUBMITTED)]
    left, round_ = make_value(workflow=Workflow.SUBMITTED), make_round()
    data = {"step": "confirm", "chosen": [f"{value.pk}-1" for value in chosen]}
    page = planner_client.post(address("review", round_) + "?workflow=submitted", data, follow=True)
    assert page.redirect_chain[0][0].endswith("/review/?workflow=submitted")
    assert messages_of(page) == ["2件を確認済にしました。"]
    assert [line.value for line in page.context["lines"]] == [left]
    event = AuditEvent.objects.get(action=AuditAction.CONFIRM)
    assert (str(event.user), event.address) == ("kikaku", "127.0.0.1")


def test_the_office_confirms_at_once_what_nothing_is_open_about(planner_client: Client) -> None:
    def percent(value: int, **kwargs: Any) -> YearlyValue:
        return make_value(indicator=make_indicator(unit="%"), value=Decimal(value), workflow="SUBMITTED", **kwargs)

    plain, odd, answered = percent(50), percent(101), percent(102, doubts_answer="確かめた。")
    round_ = make_round()
    page = review(planner_client, round_)
    assert "注意のない提出済 2件を" in page.content.decode()
    press(planner_client, round_, step="confirm-plain", plain=[line.key for line in page.context["plain"]])
    workflows = [YearlyValue.objects.get(pk=value.pk).workflow for value in (plain, odd, answered)]
    assert workflows == ["CONFIRMED", "SUBMITTED", "CONFIRMED"]


def test_the_office_returns_values_with_a_note(planner_client: Client) -> None:
    value = make_value(workflow=Workflow.SUBMITTED)
    page = press(planner_client, make_round(), value, step="return", note="出典を書いてください。")
    assert messages_of(page) == ["1件を所管課に差し戻しました。"]
    value.refresh_from_db()
    assert (value.workflow, value.returned_note) == (Workflow.DRAFT, "出典を書いてください。")
    assert "差戻し: 出典を書いてください。" in page.content.decode()


@pytest.mark.once
def test_a_mistake_changes_nothing_and_keeps_what_was_chosen_and_typed(planner_client: Client) -> None:
    value, round_ = make_value(workflow=Workflow.SUBMITTED), make_round()
    page = press(planner_client, round_, value, step="return", note=" ")
    assert "差し戻す理由を書いてください" in messages_of(page)[0]
    assert f'value="{value.pk}-1" aria-label="{value.indicator}を選ぶ" checked' in page.content.decode()
    page = press(planner_client, round_, step="return", note="出典を")
    assert messages_of(page) == ["まだ何も変えていません。値を1つ以上選んでください。"]
    assert ">出典を</textarea>" in page.content.decode()
    page = press(planner_client, round_, value, step="publish")
    assert "まだ何も変えていません。" in messages_of(page)[0]
    value.refresh_from_db()
    assert (value.workflow, value.version) == (Workflow.SUBMITTED, 1)


def test_a_value_that_changed_since_it_was_seen_is_left_alone_and_named(planner_client: Client) -> None:
    seen, changed = make_value(workflow="SUBMITTED"), make_value(workflow="SUBMITTED")
    YearlyValue.objects.filter(pk=changed.pk).update(version=2)
    page = press(planner_client, make_round(), seen, changed)
    assert messages_of(page)[0] == "1件を確認済にしました。"
    assert f"1件はそのままにしました（{changed.indicator}）" in messages_of(page)[1]
    changed.refresh_from_db()
    assert changed.workflow == Workflow.SUBMITTED


def test_what_is_confirmed_already_is_said(planner_client: Client) -> None:
    page = press(planner_client, make_round(), make_value(workflow=Workflow.CONFIRMED))
    assert messages_of(page) == ["変えたものはありません。選んだ値は、すでに確認済です。"]


def test_values_of_another_round_are_not_reached(planner_client: Client) -> None:
    other = make_value(fiscal_year=2023, workflow=Workflow.SUBMITTED)
    press(planner_client, make_round(), other)
    other.refresh_from_db()
    assert other.workflow == Workflow.SUBMITTED


def test_a_published_round_is_only_looked_at(planner_client: Client) -> None:
    round_, value = published()
    content = review(planner_client, round_).content.decode()
    assert "選んだ値を確認済にする" not in content
    assert 'name="chosen"' not in content
    page = press(planner_client, round_, value, step="return", note="直して。")
    assert "公表済みです" in messages_of(page)[0]
    value.refresh_from_db()
    assert value.workflow == Workflow.PUBLISHED


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理", ""])
def test_other_roles_do_not_review(role: str) -> None:
    value, round_, client = make_value(workflow=Workflow.SUBMITTED), make_round(), client_of(role)
    assert review(client, round_).status_code == 403
    assert press(client, round_, value).status_code == 403
    assert Client().post(address("review", round_), {"step": "confirm"}).status_code == 302
    value.refresh_from_db()
    assert value.workflow == Workflow.SUBMITTED


def test_the_list_of_rounds_leads_to_the_review_for_those_who_may() -> None:
    round_ = make_round()
    for role, expected in (("企画調整課", True), ("所管課", False)):
        content = client_of(role).get(reverse("admin:kpis_round_changelist")).content.decode()
        assert (address("review", round_) in content) is expected


def test_the_number_of_queries_does_not_grow_with_the_values(planner_client: Client) -> None:
    round_, counts = make_round(), []
    for _ in range(2):
        for department in (make_department(), make_department(), None):
            indicator = make_target(indicator=make_indicator(department=department)).indicator
            make_value(indicator=indicator, fiscal_year=2023)
            make_value(indicator=indicator, workflow=Workflow.SUBMITTED)
        with CaptureQueriesContext(connection) as found:
            review(planner_client, round_)
        counts.append(len(found))
    assert counts[0] == counts[1]


# Against last year


def test_the_publication_page_shows_which_ratings_change_against_last_year(planner_client: Client) -> None:
    for name, values in {"上がった": (11, 15), "変わらない": (12, 14), "0に落ちた": (12, 0)}.items():
        indicator = make_target(indicator=make_indicator(name=name)).indicator
        for year, value in zip((2024, 2025), values, strict=True):
            make_value(indicator=indicator, fiscal_year=year, value=Decimal(value), workflow=Workflow.CONFIRMED)
    publish(make_round())
    page = planner_client.get(address("publish", make_round(fiscal_year=2025)))
    turns = [(turn.line.indicator.name, turn.before, turn.line.label) for turn in page.context["preview"].turns]
    assert turns == [("上がった", "遅れ", "順調"), ("0に落ちた", "順調", "後退")]
    assert "前年度と評価が変わる指標（2件）" in page.content.decode()
    assert "→ 後退" in page.content.decode()


def test_without_a_published_year_before_there_is_nothing_to_compare_with(planner_client: Client) -> None:
    make_value(indicator=make_target().indicator, workflow=Workflow.CONFIRMED)
    content = planner_client.get(address("publish", make_round())).content.decode()
    assert "前年度の評価が公表されていないので、比べられません。" in content


def test_where_nothing_changes_the_page_says_so(planner_client: Client) -> None:
    indicator = make_target().indicator
    for year, value in ((2024, 12), (2025, 14)):
        make_value(indicator=indicator, fiscal_year=year, value=Decimal(value), workflow=Workflow.CONFIRMED)
    publish(make_round())
    page = planner_client.get(address("publish", make_round(fiscal_year=2025)))
    assert page.context["preview"].turns == []
    assert "前年度と評価が変わる指標（0件）" in page.content.decode()


# Taking a publication back


def published() -> tuple[Round, YearlyValue]:
    value = make_value(indicator=make_target().indicator, workflow=Workflow.CONFIRMED)
    round_ = make_round()
    publish(round_)
    return round_, value


def test_a_superuser_takes_a_publication_back_with_all_that_was_published_along(super_client: Client) -> None:
    report = make_report(workflow=Workflow.PUBLISHED)
    round_, value = published()
    change = super_client.get(reverse("admin:kpis_round_change", args=[round_.pk])).content.decode()
    assert address("unpublish", round_) in change
    assert "すぐに消え" in super_client.get(address("unpublish", round_)).content.decode()
    page = super_client.post(address("unpublish", round_), {"reason": "決裁の前だった。"}, follow=True)
    assert messages_of(page) == ["第3次 令和6年度の公表を取り消しました。値は「確認済」に戻り、市民には見えません。"]
    round_.refresh_from_db()
    value.refresh_from_db()
    assert (round_.status, value.workflow) == (RoundStatus.REVIEW, Workflow.CONFIRMED)
    assert MeasureReport.objects.get(pk=report.pk).workflow == Workflow.CONFIRMED
    assert not Assessment.objects.exists()
    event = AuditEvent.objects.get(action=AuditAction.UNPUBLISH)
    assert (str(event.user), event.address, event.summary) == (
        "kanri",
        "127.0.0.1",
        "第3次 令和6年度 決裁の前だった。",
    )


@pytest.mark.once
@pytest.mark.parametrize("reason", ["", " ", "長" * 201])
def test_without_a_fitting_reason_nothing_is_taken_back(super_client: Client, reason: str) -> None:
    round_, _ = published()
    page = super_client.post(address("unpublish", round_), {"reason": reason})
    assert page.context["form"].errors["reason"]
    assert "まだ取り消していません" in page.content.decode()
    assert Assessment.objects.count() == 1


def test_a_round_that_is_not_public_is_not_taken_back(super_client: Client) -> None:
    page = super_client.post(address("unpublish", make_round()), {"reason": "まちがい。"})
    assert page.context["form"].non_field_errors() == ["この評価年度は公表されていません。"]


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "企画調整課", "委員", "システム管理"])
def test_no_role_takes_a_publication_back(role: str) -> None:
    round_, _ = published()
    client = client_of(role)
    assert client.get(address("unpublish", round_)).status_code == 403
    assert client.post(address("unpublish", round_), {"reason": "やり直す。"}).status_code == 403
    assert Client().post(address("unpublish", round_), {"reason": "やり直す。"}).status_code == 302
    assert Assessment.objects.count() == 1


def test_the_office_sees_no_link_to_what_it_may_not_do(planner_client: Client) -> None:
    round_, _ = published()
    make_superuser()
    content = planner_client.get(reverse("admin:kpis_round_change", args=[round_.pk])).content.decode()
    assert address("unpublish", round_) not in content
