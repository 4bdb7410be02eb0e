from __future__ import annotations

import datetime
import io
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from goals.accounts.roles import Role, groups_of
from goals.models import Department, LoadedRow, Strategy
from goals.publication import version
from kanazawa_strategy.upkeep.demo import accounts
from kpis.display import prefetched
from kpis.judging.words import Group, Rating, State
from kpis.models import (
    Amendment,
    AmendmentKind,
    Assessment,
    ExpectedValue,
    Indicator,
    Round,
    RoundStatus,
    Workflow,
    YearlyValue,
)
from measures.models import Measure, MeasureReport, Meeting, Opinion, OpinionStatus
from tests import makers
from tests.door import lets_in

PASSWORD = "demo-only-passphrase"


def run(**environment: str) -> str:
    """Run the command with DEMO_PASSWORD or without, and return what it prints."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DEMO_PASSWORD", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        call_command("load_demo", stdout=output)
    return output.getvalue()


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Load the demonstration once for the class; it takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield run(DEMO_PASSWORD=PASSWORD)
        transaction.set_rollback(True)


def newest() -> Round:
    found = Round.objects.published().filter(strategy__is_current=True).first()
    assert found is not None
    return found


def contents() -> list[Any]:
    """Return what a second run could change."""
    models = (
        YearlyValue,
        Assessment,
        Amendment,
        Measure,
        MeasureReport,
        Opinion,
        Indicator,
        Department,
        LoadedRow,
        User,
    )
    return [version.current().number, *(list(model._default_manager.order_by("pk").values()) for model in models)]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestTheDemonstration:
    def test_shows_every_rating(self) -> None:
        assert set(Assessment.objects.public().values_list("rating", flat=True)) == set(Rating)

    def test_shows_every_state(self) -> None:
        assert set(YearlyValue.objects.public().values_list("state", flat=True)) == set(State)

    def test_names_the_month_in_which_an_unpublished_value_is_expected(self) -> None:
        row = YearlyValue.objects.public().get(state=State.UNPUBLISHED)
        assert row.available_on == datetime.date(2027, 1, 1)

    def test_shows_an_amendment_of_every_kind_made_after_publication(self) -> None:
        rows = Amendment.objects.select_related("assessment__round")
        assert {row.kind for row in rows} == set(AmendmentKind)
        assert all(row.made_on > (row.assessment.round.published_on or datetime.date.max) for row in rows)

    def test_publishes_several_years_of_both_editions_and_keeps_one_round_open(self) -> None:
        published = Counter(Round.objects.published().values_list("strategy__edition", flat=True))
        assert published == {1: 5, 3: 4}
        (open_round,) = Round.objects.exclude(status=RoundStatus.PUBLISHED)
        assert (open_round.strategy.edition, open_round.status) == (3, RoundStatus.OPEN)
        assert open_round.due_on is not None
        assert open_round.due_on > timezone.localdate()

    def test_newest_year_is_varied(self) -> None:
        groups = Counter(Rating(row.rating).group for row in newest().assessments.all())
        assert set(groups) == set(Group)
        assert min(groups.values()) >= 4

    def test_breaks_a_series_and_says_why(self) -> None:
        rows = YearlyValue.objects.public().filter(breaks_series=True)
        assert rows
        assert all(row.note for row in rows)

    def test_revises_targets_and_keeps_the_earlier_ones(self) -> None:
        indicator = prefetched.for_list(Indicator.objects.all()).get(code="3-1-N1")
        assert [target.target for target in indicator.adopted_targets] == [Decimal(62), Decimal(59)]
        judged_by = dict(indicator.assessments.values_list("fiscal_year", "target"))
        assert [judged_by[2024], judged_by[2025]] == [Decimal(59), Decimal(62)]

    def test_judges_one_indicator_by_expected_values_set_by_hand(self) -> None:
        row = Assessment.objects.public().get(indicator__code="3-2-N1", fiscal_year=2025)
        assert row.expected == ExpectedValue.objects.get(target=row.target_row, fiscal_year=2025).value

    def test_sets_three_judgements_that_differ_side_by_side(self) -> None:
        rows = Assessment.objects.public().exclude(self_rating="").exclude(committee_rating="")
        assert any(len({row.rating, row.self_rating, row.committee_rating}) > 1 for row in rows)

    def test_carries_the_measures_on_into_the_new_revision(self) -> None:
        rows = Measure.objects.in_force().filter(revision__strategy__is_current=True)
        assert {row.revision.number for row in rows.select_related("revision")} == {3}
        assert (rows.count(), rows.counted().count()) == (52, 50)
        assert [row.code for row in rows.filter(continues=None)] == ["3-3-2-04"]
        assert all(row.continues.code == row.code for row in rows.exclude(continues=None) if row.continues)
        assert all(row.reprint_of.revision_id == row.revision_id for row in rows if row.reprint_of)
        assert set(rows.values_list("tag", flat=True)) == {"新", "改", ""}

    def test_has_values_at_every_step_of_the_open_round(self) -> None:
        rows = YearlyValue.objects.filter(fiscal_year=2026)
        assert {row.workflow for row in rows} == set(Workflow) - {Workflow.PUBLISHED}
        assert not Assessment.objects.filter(fiscal_year=2026).exists()

    def test_publishes_reports_with_their_round_alone(self) -> None:
        assert {row.fiscal_year for row in MeasureReport.objects.public()} == {2024, 2025}
        assert MeasureReport.objects.filter(fiscal_year=2026, workflow=Workflow.DRAFT).exists()

    def test_keeps_the_history_of_each_value(self) -> None:
        value = YearlyValue.objects.get(indicator__code="3-2-K03", fiscal_year=2024)
        numbers = [row.value for row in value.history.order_by("pk")]
        assert (numbers[0], numbers[-1]) == (27410, 24710)
        assert "公表" in value.history.values_list("history_change_reason", flat=True)

    def test_writes_values_at_the_decimals_of_their_indicators(self) -> None:
        for row in YearlyValue.objects.exclude(value=None).select_related("indicator"):
            assert row.value == round(row.value or Decimal(0), row.indicator.decimals), row

    def test_lets_no_cumulative_value_fall(self) -> None:
        for indicator in Indicator.objects.filter(is_cumulative=True):
            values = indicator.values.exclude(value=None).order_by("fiscal_year").values_list("value", flat=True)
            assert all(before <= after for before, after in pairwise(values) if before is not None and after), indicator

    def test_agrees_with_the_baselines_of_the_source(self) -> None:
        for indicator in prefetched.for_list(Indicator.objects.all()):
            target = indicator.target_in_force
            if target is not None and target.baseline is not None:
                row = indicator.values.filter(fiscal_year=target.baseline_year).first()
                assert row is None or row.value == target.baseline, indicator

    def test_adds_a_meeting_of_members_with_made_up_names(self) -> None:
        meeting = Meeting.objects.public().first()
        assert meeting is not None
        assert "デモ" in meeting.title
        assert meeting.focus_indicators.exists()
        opinions = Opinion.objects.filter(meeting__held_on__gte=meeting.held_on)
        assert all(row.member.startswith("デモ委員") for row in opinions)
        assert any(row.response for row in opinions)
        assert opinions.public().filter(response="").exists()

    def test_keeps_what_a_member_handed_in_from_the_public(self) -> None:
        submitted = Opinion.objects.filter(status=OpinionStatus.SUBMITTED)
        assert submitted.filter(author__username="iin").count() == 1
        assert not Opinion.objects.public().filter(pk__in=submitted.values("pk")).exists()

    def test_has_a_meeting_to_come_that_looks_at_the_open_round(self) -> None:
        (meeting,) = Meeting.objects.filter(held_on__gt=timezone.localdate())
        (open_round,) = Round.objects.exclude(status=RoundStatus.PUBLISHED)
        assert meeting.fiscal_year == open_round.fiscal_year
        assert meeting.focus_indicators.exists()
        assert all(row.code.startswith(f"{meeting.held_on}-") for row in meeting.opinions.all())
        assert {row.status for row in meeting.opinions.all()} == {OpinionStatus.SUBMITTED}
        rated = YearlyValue.objects.of_round(open_round).exclude(committee_rating="")
        assert {row.workflow for row in rated} == {Workflow.CONFIRMED}
        assert any(row.committee_rating != row.self_rating for row in rated)

    def test_gives_each_account_its_role(self) -> None:
        roles = {user.username: [group.name for group in groups_of(user)] for user in User.objects.all()}
        assert roles == {
            "kodomo": [Role.DEPARTMENT],
            "kikaku": [Role.PLANNER],
            "iin": [Role.MEMBER],
            "admin": [Role.OFFICER],
        }
        assert [user.username for user in User.objects.filter(is_superuser=True)] == ["admin"]

    @pytest.mark.parametrize(
        ("name", "permission", "may"),
        [
            ("kodomo", "kpis.change_yearlyvalue", True),
            ("kodomo", "kpis.change_round", False),
            ("kodomo", "kpis.add_amendment", False),
            ("kikaku", "kpis.change_round", True),
            ("kikaku", "kpis.add_amendment", True),
            ("iin", "measures.add_opinion", True),
            ("iin", "kpis.change_yearlyvalue", False),
        ],
    )
    def test_lets_an_account_do_what_its_role_may(self, name: str, permission: str, may: bool) -> None:
        assert User.objects.get(username=name).has_perm(permission) is may

    def test_gives_kodomo_indicators_with_some_values_still_to_enter(self) -> None:
        own = Department.objects.of(User.objects.get(username="kodomo"), timezone.localdate())
        indicators = Indicator.objects.filter(department__in=own)
        entered = YearlyValue.objects.filter(indicator__in=indicators, fiscal_year=2026)
        assert 0 < entered.count() < indicators.count()

    def test_makes_every_department_answerable_at_an_address_that_reaches_nobody(self) -> None:
        assert not Indicator.objects.filter(department=None).exists()
        assert not Measure.objects.in_force().filter(revision__strategy__is_current=True, department=None).exists()
        assert all(row.email.endswith("@example.jp") for row in Department.objects.all())

    def test_is_marked_as_a_demonstration(self) -> None:
        assert version.current().is_demo
        for path in ("/", "/accounts/login/", "/nothing-here/"):
            assert "デモデータ（実績値は架空です）" in Client().get(path).content.decode(), path

    def test_prints_the_accounts_with_their_password(self, loaded: str) -> None:
        assert [PASSWORD in line for line in loaded.splitlines()].count(True) == 4
        assert "架空" in loaded

    def test_accepts_the_printed_password(self) -> None:
        assert lets_in("kodomo", PASSWORD)
        assert all(user.check_password(PASSWORD) for user in User.objects.all())

    def test_changes_nothing_when_loaded_again(self) -> None:
        before = contents()
        output = run()
        assert contents() == before
        assert "もう読み込まれています" in output
        assert "kodomo" in output
        assert PASSWORD not in output

    def test_sets_a_given_password_when_loaded_again(self) -> None:
        assert "DEMO_PASSWORD の値に変えました" in run(DEMO_PASSWORD="another-long-passphrase")
        assert lets_in("iin", "another-long-passphrase")
        assert not lets_in("kodomo", PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize("make", [makers.make_value, makers.make_report, makers.make_round])
def test_no_demonstration_in_a_database_with_real_work(make: Any) -> None:
    make()
    with pytest.raises(CommandError, match=r"本物の.*何も書き込んでいません。"):
        run(DEMO_PASSWORD=PASSWORD)
    assert not User.objects.exists()
    assert not LoadedRow.objects.exists()
    assert Strategy.objects.count() == 1
    assert not version.current().is_demo


@pytest.mark.django_db
def test_no_demonstration_over_an_account_of_the_same_name() -> None:
    makers.make_user(username="kodomo")
    with pytest.raises(CommandError, match="同じ名前の利用者（kodomo）"):
        run(DEMO_PASSWORD=PASSWORD)
    assert not Strategy.objects.exists()


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password1234", "123456789012"])
def test_a_password_that_the_site_would_refuse_is_refused(password: str) -> None:
    with pytest.raises(CommandError, match=r"DEMO_PASSWORD は使えません。"):
        run(DEMO_PASSWORD=password)
    assert not Strategy.objects.exists()


@pytest.mark.django_db
def test_generated_passwords_differ_and_fit_the_rules_of_the_site() -> None:
    passwords = {accounts.new_password() for _ in range(20)}
    assert len(passwords) == 20
    for password in passwords:
        accounts.check(password)


def test_the_real_strategy_holds_nothing_of_the_demonstration() -> None:
    for path in Path(settings.FIXTURE_DIRS[0]).glob("*.json"):
        assert "デモ" not in path.read_text(encoding="utf-8"), path
