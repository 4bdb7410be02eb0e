"""The members' side: their door, their page, their opinions."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from goals.models.event import AuditAction, AuditEvent
from measures import handing_in
from measures.handing_in import Closed, Subject
from measures.models import Meeting, Opinion, OpinionStatus
from tests.door import lets_in
from tests.kpis.round.test_steps_meet import while_it_waits
from tests.makers import (
    PASSWORD,
    make_indicator,
    make_measure,
    make_meeting,
    make_opinion,
    make_revision,
    make_round,
    make_strategy,
    make_user,
)
from tests.portal.world import read

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=10)
NEW = "another-horse-battery"
START, SPEAK, CHANGE = "/committee/preview/", "/committee/opinions/new/", "/accounts/password/"


@pytest.fixture
def member() -> User:
    return make_user(role="委員", username="iin", last_name="中川", is_staff=False)


@pytest.fixture
def browser(member: User) -> Client:
    browser = Client()
    browser.force_login(member)
    return browser


@pytest.fixture
def meeting() -> Meeting:
    return make_meeting(held_on=SOON)


def said(response: Any) -> str:
    """Return what a page says after its form was sent."""
    page: str = response.content.decode()
    return page


# Who is let in


@pytest.mark.once
@pytest.mark.parametrize("path", [START, SPEAK, "/committee/opinions/2024-10-22-1/", CHANGE])
def test_a_stranger_is_led_to_the_door_and_back(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.once
@pytest.mark.parametrize("path", [START, SPEAK, "/committee/opinions/2024-10-22-1/"])
def test_an_account_without_a_role_is_told_who_may_see_it(client: Client, path: str) -> None:
    client.force_login(make_user())
    response = client.get(path)
    assert response.status_code == 403
    assert "推進委員会の委員と、担当する市の職員だけです" in said(response)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.once
def test_a_member_whose_time_is_over_is_turned_away(client: Client) -> None:
    client.force_login(make_user(role="委員", ends_on=TODAY - datetime.timedelta(days=1)))
    assert client.get(START).status_code == 403


@pytest.mark.once
def test_a_department_reads_but_hands_in_nothing(client: Client) -> None:
    client.force_login(make_user(role="所管課"))
    assert "意見を提出する" not in read(client, START)
    assert client.get(SPEAK).status_code == 403


@pytest.mark.once
@pytest.mark.parametrize("path", [START, SPEAK, CHANGE])
def test_no_cache_keeps_a_page_of_the_members(browser: Client, meeting: Meeting, path: str) -> None:
    response = browser.get(path)
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Robots-Tag"] == "noindex, nofollow"


# Their page


def test_the_page_leads_to_the_rounds_that_members_may_see(browser: Client) -> None:
    strategy = make_strategy()
    for year, status in ((2023, "PUBLISHED"), (2024, "REVIEW"), (2025, "OPEN"), (2026, "PREPARING")):
        make_round(strategy=strategy, fiscal_year=year, status=status)
    page = read(browser, START)
    assert "公表前" in page
    for year in (2024, 2025):
        assert f'href="/committee/preview/{year}/"' in page
    assert 'href="/committee/2023/"' in page
    assert "2026" not in page.split("site-footer")[0]


def test_two_editions_of_one_year_have_addresses_of_their_own(browser: Client) -> None:
    for edition in (2, 3):
        make_round(strategy=make_strategy(edition=edition, is_current=edition == 3))
    page = read(browser, START)
    assert 'href="/committee/preview/2024/"' in page
    assert 'href="/committee/preview/2024/?edition=2"' in page


def test_the_page_shows_own_opinions_with_what_became_of_them_and_nobody_else_s(browser: Client, member: User) -> None:
    make_opinion(author=member, text="わたしの意見", status="SUBMITTED")
    make_opinion(author=member, text="公開された意見", response="直しました。", response_class="ADOPTED")
    make_opinion(author=member, text="取り下げた意見", status="DRAFT")
    make_opinion(author=make_user(role="委員"), text="ほかの委員の意見", status="SUBMITTED")
    page = read(browser, START)
    for words in (
        "わたしの意見",
        "提出済みです。まだ公開されていません。",
        "公開された意見",
        "直しました。",
        "反映した",
    ):
        assert words in page
    assert "取り下げて、下書きになっています。" in page
    assert "ほかの委員の意見" not in page


def test_without_rounds_and_meetings_the_page_says_so(browser: Client) -> None:
    page = read(browser, START)
    assert "公表の前の評価は、いまはありません。" in page
    assert "次の会議の予定がまだないため、いまは意見を受け付けていません。" in page


def test_the_queries_of_the_page_do_not_grow_with_opinions(
    browser: Client, member: User, meeting: Meeting, django_assert_max_num_queries: Any
) -> None:
    measure, indicator = make_measure(), make_indicator()
    for _ in range(8):
        make_opinion(author=member, measures=[measure], indicators=[indicator], status="SUBMITTED")
    make_round()
    with django_assert_max_num_queries(12):
        read(browser, START)


# The password


def test_a_member_changes_the_password_and_the_log_knows(browser: Client, member: User) -> None:
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    response = browser.post(CHANGE, form, follow=True)
    assert response.redirect_chain == [(START, 302)]
    assert "パスワードを変更しました。" in said(response)
    assert lets_in("iin", NEW)
    event = AuditEvent.objects.get(action=AuditAction.PASSWORD)
    assert (event.summary, event.user) == ("利用者「iin」が自分のパスワードを変更", member)


def test_an_account_without_a_role_changes_its_password_too(client: Client) -> None:
    client.force_login(make_user())
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert "パスワードを変更しました。" in said(client.post(CHANGE, form, follow=True))


@pytest.mark.once
def test_a_bad_password_is_explained_and_not_in_the_log(browser: Client) -> None:
    form = {"old_password": "wrong", "new_password1": "short", "new_password2": "short"}
    page = said(browser.post(CHANGE, form))
    assert "元のパスワードが間違っています" in page
    assert "12" in page
    assert "新しいパスワードを入力してください。" in said(browser.post(CHANGE, {"old_password": PASSWORD}))
    assert not AuditEvent.objects.filter(action=AuditAction.PASSWORD).exists()


# Handing in


def test_an_opinion_gets_its_meeting_code_name_and_state_from_the_portal(
    browser: Client, member: User, meeting: Meeting
) -> None:
    make_meeting(held_on=TODAY - datetime.timedelta(days=1))
    make_meeting(held_on=SOON + datetime.timedelta(days=100))
    indicator = make_indicator()
    make_opinion(meeting=meeting, order=4, code=f"{SOON}-7")
    response = browser.post(
        SPEAK, {"about": f"indicator:{indicator.code}", "text": "もっと細かく知りたい。"}, follow=True
    )
    assert response.redirect_chain == [(START, 302)]
    assert "ありがとうございます" in said(response)
    opinion = Opinion.objects.get(author=member)
    assert (opinion.code, opinion.order, opinion.meeting) == (f"{SOON}-8", 5, meeting)
    assert (opinion.goal, opinion.indicator, opinion.measure) == (indicator.goal, indicator, None)
    assert (opinion.member, opinion.status) == ("中川委員", OpinionStatus.SUBMITTED)
    record = opinion.history.get()
    assert (record.history_user, record.history_change_reason) == (member, "委員のページから")


@pytest.mark.parametrize(("last_name", "name"), [("中川", "中川委員"), ("", "iin"), ("長" * 80, "長" * 50)])
def test_the_name_of_the_member_is_that_of_the_account(last_name: str, name: str) -> None:
    assert handing_in.name_of(User(username="iin", last_name=last_name)) == name


@pytest.mark.once
@pytest.mark.parametrize("kind", ["goal", "indicator", "measure"])
def test_what_the_address_names_is_chosen_and_shown(browser: Client, meeting: Meeting, kind: str) -> None:
    measure = make_measure(text="屋内の遊び場を増やす")
    indicator = make_indicator(name="待機児童数")
    query, chosen, words = {
        "goal": ("3-1", "goal:3-1", "基本目標1「基本目標の1番目」"),
        "indicator": (indicator.code.lower(), f"indicator:{indicator.code}", "指標「待機児童数」"),
        "measure": (measure.code, f"measure:{measure.code}", "取組「屋内の遊び場を増やす」"),
    }[kind]
    page = read(browser, f"{SPEAK}?{kind}={query}")
    assert f'<option value="{chosen}" selected>' in page
    assert f"{words}</a>についての意見です。" in page


def test_what_nobody_knows_is_not_chosen_and_the_page_says_so(browser: Client, meeting: Meeting) -> None:
    make_indicator()
    for query in ("indicator=9-9-k99", "goal=%00", "measure="):
        page = read(browser, f"{SPEAK}?{query}")
        assert "アドレスにある対象が見つかりません" in page, query
        assert " selected" not in page.replace('value="" selected', ""), query


def test_only_the_wording_in_force_can_be_chosen(browser: Client, meeting: Meeting) -> None:
    earlier = make_measure(text="前の書き方")
    make_measure(code=earlier.code, text="いまの書き方", revision=make_revision())
    make_measure(code=earlier.code, text="案の書き方", revision=make_revision(status="DRAFT"))
    page = read(browser, SPEAK)
    assert "いまの書き方" in page
    assert "前の書き方" not in page
    assert "案の書き方" not in page


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"about": "goal:3-1", "text": " 　 "}, "意見を入力してください。"),
        ({"about": "", "text": "書いた意見"}, "何についての意見かを、一覧からえらんでください。"),
        ({"about": "goal:9-9", "text": "書いた意見"}, "えらんだものが一覧にありません。"),
        ({}, "意見を入力してください。"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: Client, meeting: Meeting, typed: dict[str, str], sentence: str
) -> None:
    make_indicator()
    page = said(browser.post(SPEAK, typed))
    assert sentence in page
    assert typed.get("text", "").strip() in page
    if typed.get("about") == "goal:3-1":
        assert '<option value="goal:3-1" selected>' in page
    assert not Opinion.objects.exists()


def test_without_a_meeting_there_is_a_sentence_and_no_form(browser: Client) -> None:
    make_meeting(held_on=TODAY - datetime.timedelta(days=1))
    make_indicator()
    page = read(browser, SPEAK)
    assert "いまは意見を受け付けていません" in page
    assert "<textarea" not in page


def test_a_meeting_called_off_meanwhile_loses_nothing_of_what_was_typed(browser: Client, meeting: Meeting) -> None:
    make_indicator()
    meeting.delete()
    page = said(browser.post(SPEAK, {"about": "goal:3-1", "text": "長く考えた意見"}))
    assert "いまは意見を受け付けていません" in page
    assert "長く考えた意見" in page


def test_an_opinion_can_be_handed_in_on_the_day_of_the_meeting(browser: Client) -> None:
    make_indicator()
    make_meeting(held_on=TODAY)
    browser.post(SPEAK, {"about": "goal:3-1", "text": "当日の意見"})
    assert Opinion.objects.get().text == "当日の意見"


def test_a_button_pressed_twice_hands_in_once(browser: Client, meeting: Meeting) -> None:
    make_indicator()
    for _ in range(2):
        browser.post(SPEAK, {"about": "goal:3-1", "text": "同じ意見"})
    assert Opinion.objects.count() == 1


def test_a_refusal_of_the_model_is_shown(browser: Client, meeting: Meeting) -> None:
    make_indicator()
    make_opinion(meeting=make_meeting(held_on=SOON + datetime.timedelta(days=1)), code=f"{SOON}-1")
    page = said(browser.post(SPEAK, {"about": "goal:3-1", "text": "書いた意見"}))
    assert "このコードの意見はもうあります。" in page
    assert "書いた意見" in page


def test_an_opinion_that_the_office_enters_at_the_same_moment_loses_nothing_of_what_was_typed(
    browser: Client, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_indicator()

    def enter(opinion: Opinion, **kwargs: Any) -> None:
        if opinion.code and not Opinion.objects.exists():
            make_opinion(meeting=meeting, code=opinion.code)

    monkeypatch.setattr(Opinion, "full_clean", enter)
    page = said(browser.post(SPEAK, {"about": "goal:3-1", "text": "書いた意見"}))
    assert "もう一度「提出する」を押してください。" in page
    assert "書いた意見" in page


@pytest.mark.django_db(transaction=True)
def test_two_members_at_the_same_moment_get_two_numbers() -> None:
    make_meeting(held_on=SOON)
    goal = make_indicator().goal
    one, two = (make_user(role="委員", username=name) for name in ("one", "two"))
    while_it_waits(
        lambda: handing_in.hand_in(Subject(goal), "一人目", one, today=TODAY),
        lambda: handing_in.hand_in(Subject(goal), "二人目", two, today=TODAY),
    )
    assert [row.code for row in Opinion.objects.order_by("order")] == [f"{SOON}-1", f"{SOON}-2"]


# Changing and withdrawing


@pytest.fixture
def opinion(member: User, meeting: Meeting) -> Opinion:
    make_indicator()
    return handing_in.hand_in(Subject(make_indicator().goal), "はじめの意見", member, today=TODAY)


def at(opinion: Opinion) -> str:
    return f"/committee/opinions/{opinion.code}/"


def test_an_own_opinion_can_be_changed(browser: Client, opinion: Opinion) -> None:
    page = read(browser, at(opinion))
    assert "はじめの意見" in page
    assert '<option value="goal:3-1" selected>' in page
    measure = make_measure()
    response = browser.post(
        at(opinion), {"about": f"measure:{measure.code}", "text": "直した意見", "do": "submit"}, follow=True
    )
    assert "直した意見を提出しました。" in said(response)
    opinion.refresh_from_db()
    assert (opinion.text, opinion.measure, opinion.status) == ("直した意見", measure, OpinionStatus.SUBMITTED)
    assert opinion.history.count() == 2


def test_an_own_opinion_can_be_withdrawn_and_handed_in_again(browser: Client, opinion: Opinion) -> None:
    typed = {"about": "goal:3-1", "text": "はじめの意見"}
    response = browser.post(at(opinion), {**typed, "do": "withdraw"}, follow=True)
    assert "意見を取り下げました。" in said(response)
    assert Opinion.objects.get().status == OpinionStatus.DRAFT
    browser.post(at(opinion), {**typed, "do": "submit"})
    assert Opinion.objects.get().status == OpinionStatus.SUBMITTED


def test_what_the_office_added_stays_when_the_member_changes_the_text(browser: Client, opinion: Opinion) -> None:
    Opinion.objects.filter(pk=opinion.pk).update(response="検討しています。", response_class="CONSIDERING")
    browser.post(at(opinion), {"about": "goal:3-1", "text": "直した意見", "do": "submit"})
    opinion.refresh_from_db()
    assert (opinion.text, opinion.response) == ("直した意見", "検討しています。")


def test_an_opinion_on_an_earlier_wording_keeps_it(browser: Client, opinion: Opinion) -> None:
    measure = make_measure()
    make_measure(code=measure.code, revision=make_revision())
    Opinion.objects.filter(pk=opinion.pk).update(measure=measure)
    browser.post(at(opinion), {"about": f"measure:{measure.code}", "text": "直した意見", "do": "submit"})
    opinion.refresh_from_db()
    assert opinion.measure == measure


@pytest.mark.once
@pytest.mark.parametrize("case", ["another's", "nobody's", "public", "unknown"])
def test_others_and_public_opinions_are_not_found(browser: Client, opinion: Opinion, case: str) -> None:
    change: dict[str, dict[str, Any]] = {
        "another's": {"author": make_user(role="委員")},
        "nobody's": {"author": None},
        "public": {"status": OpinionStatus.PUBLIC},
        "unknown": {"code": f"{SOON}-99"},
    }
    Opinion.objects.filter(pk=opinion.pk).update(**change[case])
    assert browser.get(at(opinion)).status_code == 404
    typed = {"about": "goal:3-1", "text": "直した意見", "do": "submit"}
    assert browser.post(at(opinion), typed).status_code == 404
    opinion.refresh_from_db()
    assert opinion.text == "はじめの意見"


def test_an_opinion_made_public_meanwhile_is_not_changed(opinion: Opinion) -> None:
    Opinion.objects.filter(pk=opinion.pk).update(status=OpinionStatus.PUBLIC)
    with pytest.raises(Closed, match="公開されたため"):
        handing_in.change(opinion, Subject(opinion.goal), "直した意見", OpinionStatus.SUBMITTED)


def test_a_change_without_text_is_refused(browser: Client, opinion: Opinion) -> None:
    assert "意見を入力してください。" in said(
        browser.post(at(opinion), {"about": "goal:3-1", "text": "", "do": "withdraw"})
    )
    opinion.refresh_from_db()
    assert (opinion.text, opinion.status) == ("はじめの意見", OpinionStatus.SUBMITTED)


def test_what_is_handed_in_changes_nothing_that_is_public(browser: Client, opinion: Opinion, client: Client) -> None:
    assert "はじめの意見" not in read(client, "/committee/")
