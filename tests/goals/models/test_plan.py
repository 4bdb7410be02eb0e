from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from goals.models import Department, Membership, PublicVersion, Revision, Strategy
from goals.models.strategy import RevisionStatus
from goals.publication import version
from tests.makers import make_department, make_goal, make_revision, make_strategy, make_theme_section, make_user

pytestmark = pytest.mark.django_db


def test_only_one_strategy_is_current() -> None:
    make_strategy()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_strategy(edition=4, is_current=True)
    with pytest.raises(ValidationError, match="現行の戦略は1つだけです"):
        Strategy(edition=4, name="第4次", short_name="第4次", is_current=True).full_clean()


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="期間の初年度が最終年度より後"):
        Strategy(edition=4, name="第4次", short_name="第4次", first_year=2030, last_year=2029).full_clean()


@pytest.mark.parametrize(
    ("adopted_on", "first_year", "as_of"),
    [
        (datetime.date(2015, 10, 1), 2015, datetime.date(2015, 10, 1)),
        (None, 2015, datetime.date(2015, 4, 1)),
        (None, None, None),
    ],
)
def test_years_are_written_as_on_the_day_of_adoption_or_of_the_first_year(
    adopted_on: datetime.date | None, first_year: int | None, as_of: datetime.date | None
) -> None:
    assert Strategy(adopted_on=adopted_on, first_year=first_year).as_of == as_of


def test_the_period_of_the_first_strategy_is_written_in_heisei() -> None:
    period = Strategy(first_year=2015, last_year=2019).period_label
    assert period == "平成27年度（2015年度）から平成31年度（2019年度）まで"
    assert Strategy().period_label == ""


def test_a_draft_revision_has_no_date_of_adoption() -> None:
    strategy = make_strategy()
    draft = Revision(strategy=strategy, number=1, name="策定時", adopted_on=datetime.date(2025, 3, 1))
    with pytest.raises(ValidationError, match="案の段階では決定日を入れません"):
        draft.full_clean()


def test_only_adopted_revisions_are_in_force() -> None:
    adopted = make_revision()
    make_revision(status=RevisionStatus.DRAFT)
    assert list(Revision.objects.adopted()) == [adopted]


def test_a_goal_number_stands_once_in_a_strategy() -> None:
    goal = make_goal(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_goal(strategy=goal.strategy, number=1)


def test_lines_with_a_dot_are_the_items_of_a_list() -> None:
    section = make_theme_section(body="前書き\n・一つ目\n・二つ目\n\n後書き")
    assert section.blocks == [("text", ["前書き"]), ("list", ["一つ目", "二つ目"]), ("text", ["後書き"])]


def test_a_membership_counts_until_its_last_day() -> None:
    department = make_department()
    user = make_user(departments=[department], ends_on=datetime.date(2026, 3, 31))
    assert list(Department.objects.of(user, datetime.date(2026, 3, 31))) == [department]
    assert list(Department.objects.of(user, datetime.date(2026, 4, 1))) == []


@pytest.mark.parametrize("has_department", [True, False])
def test_the_same_membership_stands_once(has_department: bool) -> None:
    user = make_user("企画調整課")
    department = make_department() if has_department else None
    role = None if has_department else user.memberships.get().role
    if has_department:
        Membership.objects.create(user=user, department=department)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, department=department, role=role)


def test_a_membership_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="所管課か役割のどちらか"):
        Membership(user=make_user()).full_clean()


def test_the_public_version_counts_up_in_the_transaction_of_the_change() -> None:
    assert version.current().number == 1
    version.bump()
    version.bump()
    assert version.current().number == 3
    assert PublicVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_public_version_can_t_be_bumped_outside_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        version.bump()
