"""企画調整課 starts a revision, looks at its changes, and adopts it on a date."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models import Revision
from goals.models.event import AuditAction, AuditEvent
from goals.models.strategy import RevisionStatus
from goals.notation.years import FiscalYear
from measures import revisions
from measures.models import Measure
from tests.makers import make_measure, make_opinion, make_revision, make_target, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:goals_revision_changelist")
TODAY = timezone.localdate()


def page_of(page: str, revision: Revision) -> str:
    return reverse(f"admin:goals_revision_{page}", args=[revision.pk])


def start(client: Client, *rows: Revision) -> Any:
    data = {"action": "start_revision", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data, follow=True)


def make_draft() -> Revision:
    """Make a draft that rewords the one measure of the revision in force."""
    make_measure(text="相談を広げる")
    draft = revisions.copy_revision(Revision.objects.get(), "次の改訂", None)
    draft.measures.update(text="相談をさらに広げる", tag="改")
    return draft


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def errors_of(page: Any) -> str:
    return " ".join(text for texts in page.context["form"].errors.values() for text in texts)


def test_the_office_starts_a_revision_from_the_one_in_force(planner_client: Client) -> None:
    make_measure()
    source = Revision.objects.get()
    page = start(planner_client, source)
    draft = Revision.objects.get(status="DRAFT")
    assert page.redirect_chain[0][0] == page_of("change", draft)
    assert "取組を写して" in messages_of(page)[0]
    assert (draft.number, draft.name) == (2, f"{FiscalYear.of(TODAY).long()}改訂")
    assert draft.measures.get().history.first().history_user.username == "kikaku"
    assert LogEntry.objects.get().get_change_message() == "「第3次 策定時」をもとに始めました。"
    start(planner_client, source)
    assert Revision.objects.get(number=3).name == f"{FiscalYear.of(TODAY).long()}改訂（2）"


def test_a_revision_is_started_from_one_and_from_no_draft(planner_client: Client) -> None:
    draft = make_draft()
    assert "1つだけ選んでください" in messages_of(start(planner_client, draft, Revision.objects.get(number=1)))[0]
    assert "いま有効な改訂（第3次 策定時）から始めてください" in messages_of(start(planner_client, draft))[0]
    assert Revision.objects.count() == 2


def test_the_changes_are_shown_as_citizens_will_see_them(planner_client: Client) -> None:
    draft = make_draft()
    make_measure(revision=draft, text="まったく新しい取組")
    page = planner_client.get(page_of("changes", draft)).content.decode()
    assert "この内容は、市民には見えません" in page
    assert "<ins>をさらに</ins>広" in page
    assert "まったく新しい取組" in page
    assert "3-1-1-02 に「新」" in page
    assert "3-1-1-01 に「改」" not in page
    assert page_of("adopt", draft) in page
    assert "<style" not in page
    assert " style=" not in page


def test_the_first_revision_and_an_untouched_copy_have_nothing_to_show(planner_client: Client) -> None:
    make_measure()
    first = Revision.objects.get()
    assert "比べられる前の版がない" in planner_client.get(page_of("changes", first)).content.decode()
    copy = revisions.copy_revision(first, "写し", None)
    assert "違いはありません" in planner_client.get(page_of("changes", copy)).content.decode()


def test_the_list_and_the_form_lead_to_the_changes_and_to_adoption(planner_client: Client) -> None:
    draft = make_draft()
    first = Revision.objects.get(number=1)
    assert page_of("changes", draft) in planner_client.get(LIST).content.decode()
    assert page_of("adopt", draft) in planner_client.get(page_of("change", draft)).content.decode()
    assert page_of("adopt", first) not in planner_client.get(page_of("change", first)).content.decode()


def test_a_citizen_sees_the_revision_after_the_second_click(planner_client: Client) -> None:
    draft = make_draft()
    assert "市民に見えるようになる違い" in planner_client.get(page_of("adopt", draft)).content.decode()
    assert "さらに" not in Client().get("/measures/3-1-1-01/").content.decode()
    page = planner_client.post(page_of("adopt", draft), {"adopted_on": "2026-03-24"}, follow=True)
    assert messages_of(page) == ['第3次 次の改訂を決定しました。<a href="/changes/">公開ページを見る</a>']
    draft.refresh_from_db()
    assert (draft.status, str(draft.adopted_on)) == ("ADOPTED", "2026-03-24")
    assert "相談をさらに広げる" in Client().get("/measures/3-1-1-01/").content.decode()
    assert AuditEvent.objects.get(action=AuditAction.ADOPT).user == LogEntry.objects.get().user


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "必須"),
        ("まもなく", "日付"),
        (f"{TODAY + datetime.timedelta(days=1)}", "決定日が先の日付です"),
        ("2025-02-28", "前の改訂（第3次 策定時）の決定日より前です"),
    ],
)
def test_a_mistake_adopts_nothing_and_says_why(planner_client: Client, typed: str, says: str) -> None:
    draft = make_draft()
    Revision.objects.filter(number=1).update(adopted_on=datetime.date(2025, 3, 1))
    page = planner_client.post(page_of("adopt", draft), {"adopted_on": typed})
    assert says in errors_of(page)
    assert "まだ決定していません" in page.content.decode()
    draft.refresh_from_db()
    assert (draft.status, draft.adopted_on) == (RevisionStatus.DRAFT, None)


def test_what_is_broken_is_named_before_and_after_the_click(planner_client: Client) -> None:
    draft = make_draft()
    elsewhere = Measure.objects.get(revision__number=1)
    make_measure(revision=draft, code="3-1-1-09", reprint_of=elsewhere)
    assert "取組 3-1-1-09 の再掲元が" in planner_client.get(page_of("changes", draft)).content.decode()
    page = planner_client.post(page_of("adopt", draft), {"adopted_on": "2026-03-24"})
    assert "取組 3-1-1-09 の再掲元が" in errors_of(page)
    draft.refresh_from_db()
    assert draft.status == RevisionStatus.DRAFT


def test_a_revision_is_not_adopted_twice(planner_client: Client) -> None:
    make_measure()
    first = Revision.objects.get()
    for page in (
        planner_client.get(page_of("adopt", first), follow=True),
        planner_client.post(page_of("adopt", first), {"adopted_on": "2026-03-24"}, follow=True),
    ):
        assert "もう決定されています" in messages_of(page)[0]
    first.refresh_from_db()
    assert first.adopted_on is None


def test_a_form_makes_no_draft_public(planner_client: Client) -> None:
    draft = make_draft()
    data = {
        "strategy": draft.strategy_id,
        "number": "2",
        "name": "新しい名",
        "status": "ADOPTED",
        "adopted_on": "2026-03-24",
        "sections-TOTAL_FORMS": "0",
        "sections-INITIAL_FORMS": "0",
    }
    assert planner_client.post(page_of("change", draft), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.name, draft.status, draft.adopted_on) == ("新しい名", RevisionStatus.DRAFT, None)


def form_of(revision: Revision, **changes: str) -> dict[str, str]:
    data = {"name": revision.name, "adopted_on": "", "sections-TOTAL_FORMS": "0", "sections-INITIAL_FORMS": "0"}
    return data | changes


def test_the_date_of_an_adopted_revision_may_be_filled_in_and_put_right_and_the_log_knows(
    planner_client: Client,
) -> None:
    revision = make_revision()
    for day in ("2025-03-01", "2025-03-02", "2025-03-02"):
        data = form_of(revision, adopted_on=day, number="7", status="DRAFT")
        assert planner_client.post(page_of("change", revision), data).status_code == 302
    revision.refresh_from_db()
    assert (revision.status, revision.number, str(revision.adopted_on)) == ("ADOPTED", 1, "2025-03-02")
    events = AuditEvent.objects.filter(action=AuditAction.ADOPT).order_by("pk")
    assert [(str(event.user), event.summary) for event in events] == [
        ("kikaku", "第3次 策定時の決定日を訂正（記載なし → 2025-03-01）"),
        ("kikaku", "第3次 策定時の決定日を訂正（2025-03-01 → 2025-03-02）"),
    ]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (f"{TODAY + datetime.timedelta(days=1)}", "決定日が先の日付です"),
        ("2025-02-28", "前の改訂（第3次 策定時）の決定日より前です"),
        ("2026-03-24", "次の改訂（第3次 改訂2）の決定日より前ではありません"),
    ],
)
def test_a_date_out_of_order_is_refused_and_not_logged(planner_client: Client, day: str, says: str) -> None:
    for adopted_on in ("2025-03-01", "2025-10-01", "2026-03-24"):
        make_revision(adopted_on=datetime.date.fromisoformat(adopted_on))
    middle = Revision.objects.get(number=2)
    page = planner_client.post(page_of("change", middle), form_of(middle, adopted_on=day))
    assert says in page.content.decode()
    middle.refresh_from_db()
    assert str(middle.adopted_on) == "2025-10-01"
    assert not AuditEvent.objects.filter(action=AuditAction.ADOPT).exists()


def test_a_new_revision_of_the_form_is_a_draft(planner_client: Client) -> None:
    first = make_revision()
    data = form_of(
        first, strategy=str(first.strategy_id), number="2", name="次", status="ADOPTED", adopted_on="2026-03-24"
    )
    assert planner_client.post(reverse("admin:goals_revision_add"), data).status_code == 302
    made = Revision.objects.get(number=2)
    assert (made.status, made.adopted_on) == (RevisionStatus.DRAFT, None)


# Giving a draft up


def test_a_draft_goes_on_the_second_click_with_all_that_was_copied(planner_client: Client) -> None:
    draft = make_draft()
    make_target(revision=draft)
    assert page_of("discard", draft) in planner_client.get(page_of("change", draft)).content.decode()
    page = planner_client.get(page_of("discard", draft)).content.decode()
    assert "1取組" in page
    assert "1目標" in page
    assert "<style" not in page
    assert " style=" not in page
    assert Revision.objects.count() == 2
    done = planner_client.post(page_of("discard", draft), follow=True)
    assert messages_of(done) == ["第3次 次の改訂の案を取りやめました（1取組、1目標、改訂の方針0件）。"]
    assert Revision.objects.get().number == 1
    event = AuditEvent.objects.get(action=AuditAction.DISCARD)
    assert (str(event.user), event.summary) == ("kikaku", "第3次 次の改訂（1取組、1目標、改訂の方針0件）")
    assert LogEntry.objects.get().object_repr == "第3次 次の改訂"


def test_a_draft_whose_measures_are_in_use_stays_whole_and_says_why(planner_client: Client) -> None:
    draft = make_draft()
    make_measure(revision=draft, code="3-1-1-09")
    make_opinion(measure=draft.measures.get(code="3-1-1-01"))
    done = planner_client.post(page_of("discard", draft), follow=True)
    assert "使っている記録（委員の意見）があるため、取りやめられません" in messages_of(done)[0]
    assert draft.measures.count() == 2
    assert not AuditEvent.objects.filter(action=AuditAction.DISCARD).exists()
    assert not LogEntry.objects.exists()


def test_an_adopted_revision_is_never_given_up(super_client: Client) -> None:
    first = make_revision()
    assert page_of("discard", first) not in super_client.get(page_of("change", first)).content.decode()
    for page in (
        super_client.get(page_of("discard", first), follow=True),
        super_client.post(page_of("discard", first), follow=True),
    ):
        assert "決定した改訂は取りやめられません" in messages_of(page)[0]
    assert Revision.objects.filter(pk=first.pk).exists()


def test_no_revision_is_deleted_in_passing(super_client: Client) -> None:
    for row in (make_revision(), make_revision(status="DRAFT")):
        assert super_client.post(page_of("delete", row), {"post": "yes"}).status_code == 403
        assert "deletelink" not in super_client.get(page_of("change", row)).content.decode()
        super_client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert Revision.objects.count() == 2


def test_an_anonymous_visitor_is_sent_to_the_door() -> None:
    draft = make_draft()
    pages = [page_of("changes", draft), page_of("adopt", draft), page_of("discard", draft)]
    for response in (*map(Client().get, pages), *map(Client().post, pages[1:]), Client().post(LIST)):
        assert "/admin/login/" in response.headers["Location"]
    assert Revision.objects.count() == 2


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理"])
def test_other_roles_neither_start_nor_see_nor_adopt(role: str) -> None:
    draft = make_draft()
    make_target(revision=draft)
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get(page_of("changes", draft)).status_code == 403
    assert client.get(page_of("adopt", draft)).status_code == 403
    assert client.post(page_of("adopt", draft), {"adopted_on": "2026-03-24"}).status_code == 403
    assert client.get(page_of("discard", draft)).status_code == 403
    assert client.post(page_of("discard", draft)).status_code == 403
    start(client, Revision.objects.get(number=1))
    assert Revision.objects.count() == 2
    draft.refresh_from_db()
    assert draft.status == RevisionStatus.DRAFT
    response = client.get(LIST)
    assert page_of("changes", draft) not in response.content.decode()
