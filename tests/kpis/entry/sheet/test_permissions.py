"""Who opens the yearly sheet, who saves into it, and who submits it: by role, department and step of the round."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from goals.models import Department
from kpis.models import Indicator, Round, RoundStatus, Workflow, YearlyValue
from tests.makers import make_department, make_indicator, make_round, make_target, make_user, make_value

pytestmark = [pytest.mark.django_db, pytest.mark.once]

OPEN, REVIEW, PUBLISHED, PREPARING = (
    RoundStatus.OPEN,
    RoundStatus.REVIEW,
    RoundStatus.PUBLISHED,
    RoundStatus.PREPARING,
)
STEPS = [PREPARING, OPEN, REVIEW, PUBLISHED]
SENTENCES = {PREPARING: "受付はまだ始まっていません", REVIEW: "受付は終わり", PUBLISHED: "公表済みです"}
# Who, and the steps in which they enter
WHO = {
    "own": {OPEN},
    "other": set(),
    "所管課 without a department": set(),
    "企画調整課": {OPEN, REVIEW},
    "委員": set(),
    "委員 of the department": set(),
}
TABLE = [(who, step) for who in WHO for step in STEPS]


@pytest.fixture
def kodomo() -> Department:
    return make_department(name="こども政策課")


@pytest.fixture
def indicator(kodomo: Department) -> Indicator:
    found = make_indicator(department=kodomo)
    make_target(indicator=found)
    return found


def client_of(who: str, kodomo: Department) -> Client:
    departments = [kodomo] if who in {"own", "委員 of the department"} else []
    if who == "other":
        departments.append(make_department(name="観光課"))
    role = {"own": "所管課", "other": "所管課"}.get(who, who.split()[0])
    client = Client()
    client.force_login(make_user(role=role, departments=departments))
    return client


def pages(round_: Round, indicator: Indicator) -> tuple[str, str]:
    assert indicator.department
    code = indicator.department.code
    return (
        reverse("admin:kpis_sheet", args=[round_.pk, code]),
        reverse("admin:kpis_sheet_row", args=[round_.pk, code, indicator.code]),
    )


def typed(indicator: Indicator) -> dict[str, str]:
    return {f"{indicator.code}-seen": "0:", f"{indicator.code}-value": "13"}


@pytest.mark.parametrize(("who", "step"), TABLE)
def test_everybody_with_a_role_in_the_plan_sees_and_only_some_enter(
    who: str, step: RoundStatus, kodomo: Department, indicator: Indicator
) -> None:
    page, _ = pages(make_round(status=step), indicator)
    response = client_of(who, kodomo).get(page)
    content = response.content.decode()
    assert response.status_code == 200
    enters = step in WHO[who]
    assert (f'name="{indicator.code}-value"' in content, "保存して提出する" in content) == (enters, enters)
    if who == "own" and not enters:
        assert SENTENCES[step] in content
    if who == "other":
        assert "ほかの課が所管しています" in content


@pytest.mark.parametrize(("who", "step"), TABLE)
def test_a_row_is_saved_only_by_those_who_enter(
    who: str, step: RoundStatus, kodomo: Department, indicator: Indicator
) -> None:
    _, row = pages(make_round(status=step), indicator)
    response = client_of(who, kodomo).post(row, typed(indicator))
    assert YearlyValue.objects.exists() == (step in WHO[who])
    if who in {"own", "企画調整課"}:
        answer = response.json()
        assert answer["outcome"] == ("saved" if step in WHO[who] else "refused")
        assert step in WHO[who] or SENTENCES[step] in answer["said"]
    else:
        assert response.status_code == 403


@pytest.mark.parametrize("do", ["save", "submit"])
@pytest.mark.parametrize(("who", "step"), TABLE)
def test_the_form_is_saved_and_submitted_only_by_those_who_enter(
    who: str, step: RoundStatus, do: str, kodomo: Department, indicator: Indicator
) -> None:
    page, _ = pages(make_round(status=step), indicator)
    response = client_of(who, kodomo).post(page, {**typed(indicator), "do": do})
    if step in WHO[who]:
        wanted = Workflow.SUBMITTED if do == "submit" else Workflow.DRAFT
        assert YearlyValue.objects.get().workflow == wanted
        return
    assert not YearlyValue.objects.exists()
    if who in {"own", "企画調整課"}:
        assert 'value="13"' in response.content.decode()  # what was typed stays
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(("who", "step"), TABLE)
def test_a_complete_sheet_is_submitted_only_by_those_who_enter(
    who: str, step: RoundStatus, kodomo: Department, indicator: Indicator
) -> None:
    value = make_value(indicator=indicator, value=Decimal(13))
    page, _ = pages(make_round(status=step), indicator)
    client_of(who, kodomo).post(page, {"do": "submit"})
    value.refresh_from_db()
    assert value.workflow == (Workflow.SUBMITTED if step in WHO[who] else Workflow.DRAFT)


def test_accounts_without_the_plan_and_strangers_are_turned_away(kodomo: Department, indicator: Indicator) -> None:
    round_ = make_round()
    choice = reverse("admin:kpis_sheets", args=[round_.pk])
    officer = client_of("システム管理", kodomo)
    for address in (choice, *pages(round_, indicator)):
        for response in (Client().get(address), Client().post(address, typed(indicator))):
            assert "/admin/login/" in response.headers["Location"]
    for address in (choice, *pages(round_, indicator)):
        assert officer.post(address, typed(indicator)).status_code == 403
    assert officer.get(choice).status_code == 403
    assert not YearlyValue.objects.exists()


def test_a_row_of_another_department_is_not_reached_through_one_s_own_sheet(kodomo: Department) -> None:
    theirs = make_indicator(department=make_department(name="観光課"))
    make_indicator(department=kodomo)
    round_, member = make_round(), client_of("own", kodomo)
    page = reverse("admin:kpis_sheet", args=[round_.pk, kodomo.code])
    row = reverse("admin:kpis_sheet_row", args=[round_.pk, kodomo.code, theirs.code])
    assert member.post(row, typed(theirs)).status_code == 404
    member.post(page, typed(theirs))
    assert not YearlyValue.objects.exists()


def test_a_forged_request_is_refused(kodomo: Department, indicator: Indicator) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(role="所管課", departments=[kodomo]))
    for address in pages(make_round(), indicator):
        assert strict.post(address, typed(indicator)).status_code == 403
    assert not YearlyValue.objects.exists()


def test_the_list_of_sheets_leads_a_department_to_its_own(kodomo: Department, indicator: Indicator) -> None:
    round_ = make_round()
    other = make_indicator(department=make_department(name="観光課"))
    choice = reverse("admin:kpis_sheets", args=[round_.pk])
    assert client_of("own", kodomo).get(choice).headers["Location"] == pages(round_, indicator)[0]
    content = client_of("企画調整課", kodomo).get(choice).content.decode()
    assert all(pages(round_, found)[0] in content for found in (indicator, other))
    assert "1件中 0件入力済" in content
    content = client_of("委員", kodomo).get(choice).content.decode()
    assert "ほかの課（見るだけです）" in content


def test_the_row_address_takes_only_posts(kodomo: Department, indicator: Indicator) -> None:
    assert client_of("own", kodomo).get(pages(make_round(), indicator)[1]).status_code == 405
