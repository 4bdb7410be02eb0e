"""企画調整課 starts a revision, looks at its changes, and adopts it on a date."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.audit import AuditAction, AuditEvent
from goals.models import Revision
from goals.models.strategy import RevisionStatus
from goals.years import FiscalYear
from measures import revisions
from measures.models import Measure
from tests.makers import make_measure, make_revision, make_target, make_user

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


def test_the_date_of_an_adopted_revision_may_be_filled_in_later(planner_client: Client) -> None:
    revision = make_revision()
    data = {
        "strategy": revision.strategy_id,
        "number": "1",
        "name": revision.name,
        "adopted_on": "2025-03-01",
        "sections-TOTAL_FORMS": "0",
        "sections-INITIAL_FORMS": "0",
    }
    assert planner_client.post(page_of("change", revision), data).status_code == 302
    revision.refresh_from_db()
    assert (revision.status, str(revision.adopted_on)) == ("ADOPTED", "2025-03-01")


def test_an_anonymous_visitor_is_sent_to_the_door() -> None:
    draft = make_draft()
    pages = [page_of("changes", draft), page_of("adopt", draft)]
    for response in (*map(Client().get, pages), Client().post(pages[1]), Client().post(LIST)):
        assert "/admin/login/" in response.headers["Location"]


@pytest.mark.parametrize("role", ["所管課", "委員", "システム管理"])
def test_other_roles_neither_start_nor_see_nor_adopt(role: str) -> None:
    draft = make_draft()
    make_target(revision=draft)
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get(page_of("changes", draft)).status_code == 403
    assert client.get(page_of("adopt", draft)).status_code == 403
    assert client.post(page_of("adopt", draft), {"adopted_on": "2026-03-24"}).status_code == 403
    start(client, Revision.objects.get(number=1))
    assert Revision.objects.count() == 2
    draft.refresh_from_db()
    assert draft.status == RevisionStatus.DRAFT
    response = client.get(LIST)
    assert page_of("changes", draft) not in response.content.decode()
