"""Make rows for tests, each with the least it needs; what a test is about stands in the test.

Parents that a test does not name are shared: `make_indicator()` twice gives two indicators of one goal.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User

from goals.accounts import roles
from goals.models import (
    Department,
    Direction,
    Goal,
    GoalColor,
    Membership,
    Revision,
    RevisionSection,
    Strategy,
    Theme,
    ThemeSection,
)
from goals.models.strategy import RevisionStatus
from kpis.judging.words import Kind, State
from kpis.models import Basis, ExpectedValue, Indicator, Level, Round, RoundStatus, Target, Workflow, YearlyValue
from measures.models import Measure, MeasureReport, MeasureStatus, Meeting, Opinion, OpinionStatus

PASSWORD = "correct-horse-battery-staple"


def make_strategy(**kwargs: Any) -> Strategy:
    """Make 第3次, the current one; the next one without an edition is 第4次."""
    edition = kwargs.setdefault("edition", max([2, *Strategy.objects.values_list("edition", flat=True)]) + 1)
    kwargs.setdefault("name", f"第{edition}次金沢版総合戦略")
    kwargs.setdefault("short_name", f"第{edition}次")
    kwargs.setdefault("is_current", not Strategy.objects.filter(is_current=True).exists())
    return Strategy.objects.create(**kwargs)


def _strategy() -> Strategy:
    return Strategy.objects.order_by("-is_current", "-edition").first() or make_strategy()


def make_revision(**kwargs: Any) -> Revision:
    """Make an adopted revision, 策定時 first."""
    strategy = kwargs.setdefault("strategy", None) or _strategy()
    number = kwargs.setdefault("number", strategy.revisions.count() + 1)
    kwargs.setdefault("name", "策定時" if number == 1 else f"改訂{number - 1}")
    kwargs.setdefault("status", RevisionStatus.ADOPTED)
    return Revision.objects.create(**{**kwargs, "strategy": strategy})


def make_revision_section(**kwargs: Any) -> RevisionSection:
    revision = kwargs.pop("revision", None) or _revision(_strategy())
    kwargs.setdefault("order", revision.sections.count() + 1)
    kwargs.setdefault("heading", "改訂の趣旨")
    kwargs.setdefault("body", "社会の変化に合わせて改める。")
    return RevisionSection.objects.create(revision=revision, **kwargs)


def _revision(strategy: Strategy) -> Revision:
    return strategy.revisions.order_by("-number").first() or make_revision(strategy=strategy)


def make_goal(**kwargs: Any) -> Goal:
    strategy = kwargs.pop("strategy", None) or _strategy()
    number = kwargs.setdefault("number", strategy.goals.count() + 1)
    kwargs.setdefault("title", f"基本目標の{number}番目")
    kwargs.setdefault("color", GoalColor.values[(number - 1) % 4])
    return Goal.objects.create(strategy=strategy, **kwargs)


def _goal() -> Goal:
    return _strategy().goals.order_by("number").first() or make_goal()


def make_direction(**kwargs: Any) -> Direction:
    goal = kwargs.pop("goal", None) or _goal()
    number = kwargs.setdefault("number", goal.directions.count() + 1)
    kwargs.setdefault("title", f"施策の{number}番目")
    return Direction.objects.create(goal=goal, **kwargs)


def make_theme(**kwargs: Any) -> Theme:
    slug = kwargs.setdefault("slug", "kodomo")
    kwargs.setdefault("label", {"kodomo": "こども", "iju": "移住定住"}.get(slug, slug))
    kwargs.setdefault("name", f"{kwargs['label']}の計画")
    kwargs.setdefault("order", Theme.objects.count() + 1)
    return Theme.objects.create(**kwargs)


def make_theme_section(**kwargs: Any) -> ThemeSection:
    theme = kwargs.pop("theme", None) or Theme.objects.first() or make_theme()
    kwargs.setdefault("order", theme.sections.count() + 1)
    kwargs.setdefault("heading", "基本理念")
    kwargs.setdefault("body", "こどもをまんなかに。")
    return ThemeSection.objects.create(theme=theme, **kwargs)


def make_department(**kwargs: Any) -> Department:
    code = kwargs.setdefault("code", f"ka{Department.objects.count() + 1}")
    kwargs.setdefault("name", f"{code}課")
    return Department.objects.create(**kwargs)


def make_indicator(**kwargs: Any) -> Indicator:
    """Make a KPI of activity, counted in 件."""
    goal = kwargs.setdefault("goal", None) or _goal()
    level = kwargs.setdefault("level", Level.KPI)
    place = Indicator.objects.filter(goal=goal, level=level).count() + 1
    letter = f"K{place:02}" if level == Level.KPI else f"N{place}"
    kwargs.setdefault("code", f"{goal.strategy.edition}-{goal.number}-{letter}")
    kwargs.setdefault("name", f"指標{kwargs['code']}")
    kwargs.setdefault("basis", Basis.ACTIVITY)
    kwargs.setdefault("unit", "件")
    kwargs.setdefault("order", place)
    return Indicator.objects.create(**{**kwargs, "goal": goal})


def make_target(**kwargs: Any) -> Target:
    """Make 10（R5）→20（R10）, to reach."""
    indicator = kwargs.setdefault("indicator", None) or make_indicator()
    revision = kwargs.setdefault("revision", None) or _revision(indicator.goal.strategy)
    kind = kwargs.setdefault("kind", Kind.REACH)
    if kind not in {Kind.UNSET, Kind.MILESTONE}:
        kwargs.setdefault("target", Decimal(20))
        if not kwargs.get("starts_from_zero"):
            kwargs.setdefault("baseline", Decimal(10))
    kwargs.setdefault("baseline_year", 2023)
    kwargs.setdefault("target_year", 2028)
    return Target.objects.create(**{**kwargs, "indicator": indicator, "revision": revision})


def make_expected_value(**kwargs: Any) -> ExpectedValue:
    kwargs["target"] = kwargs.get("target") or make_target()
    kwargs.setdefault("fiscal_year", 2024)
    kwargs.setdefault("value", Decimal(13))
    return ExpectedValue.objects.create(**kwargs)


def make_value(**kwargs: Any) -> YearlyValue:
    """Make the final value 12 of FY2024, still being entered."""
    kwargs["indicator"] = kwargs.get("indicator") or make_indicator()
    kwargs.setdefault("fiscal_year", 2024)
    state = kwargs.setdefault("state", State.FINAL)
    if state in {State.FINAL, State.PRELIMINARY, State.ESTIMATE}:
        kwargs.setdefault("value", Decimal(12))
    kwargs.setdefault("workflow", Workflow.DRAFT)
    return YearlyValue.objects.create(**kwargs)


def make_round(**kwargs: Any) -> Round:
    """Make the round of FY2024, open. With status=PUBLISHED nothing is frozen: publish with kpis.round.publishing for that."""
    kwargs["strategy"] = kwargs.get("strategy") or _strategy()
    kwargs.setdefault("fiscal_year", 2024)
    status = kwargs.setdefault("status", RoundStatus.OPEN)
    if status == RoundStatus.PUBLISHED:
        kwargs.setdefault("published_on", datetime.date(kwargs["fiscal_year"] + 1, 9, 1))
        kwargs.setdefault("decision_number", "企画第1号")
    return Round.objects.create(**kwargs)


def make_measure(**kwargs: Any) -> Measure:
    direction = kwargs.setdefault("direction", None) or Direction.objects.first() or make_direction()
    strategy = direction.goal.strategy
    revision = kwargs.setdefault("revision", None) or _revision(strategy)
    number = kwargs.setdefault("number", Measure.objects.filter(revision=revision, direction=direction).count() + 1)
    kwargs.setdefault("code", f"{strategy.edition}-{direction.goal.number}-{direction.number}-{number:02}")
    kwargs.setdefault("text", f"取組{kwargs['code']}を進める")
    themes, indicators = kwargs.pop("themes", ()), kwargs.pop("indicators", ())
    measure = Measure.objects.create(**{**kwargs, "direction": direction, "revision": revision})
    measure.themes.set(themes)
    measure.indicators.set(indicators)
    return measure


def make_report(**kwargs: Any) -> MeasureReport:
    """Make the report of FY2024 on a measure, still being entered."""
    kwargs["measure"] = kwargs.get("measure") or make_measure()
    kwargs.setdefault("fiscal_year", 2024)
    kwargs.setdefault("status", MeasureStatus.RUNNING)
    kwargs.setdefault("summary", "予定どおり実施した。")
    return MeasureReport.objects.create(**kwargs)


def make_meeting(**kwargs: Any) -> Meeting:
    held_on = kwargs.setdefault("held_on", datetime.date(2024, 10, 22))
    kwargs.setdefault("title", f"{held_on:%Y-%m-%d}の推進委員会")
    focus = kwargs.pop("focus_indicators", ())
    meeting = Meeting.objects.create(**kwargs)
    meeting.focus_indicators.set(focus)
    return meeting


def make_opinion(**kwargs: Any) -> Opinion:
    """Make a public opinion of 中川委員."""
    meeting = kwargs.setdefault("meeting", None) or Meeting.objects.first() or make_meeting()
    kwargs["goal"] = kwargs.get("goal") or _goal()
    order = kwargs.setdefault("order", meeting.opinions.count() + 1)
    kwargs.setdefault("code", f"{meeting.held_on:%Y-%m-%d}-{order}")
    kwargs.setdefault("member", "中川委員")
    kwargs.setdefault("text", "指標の見せ方を工夫してほしい。")
    kwargs.setdefault("status", OpinionStatus.PUBLIC)
    measures, indicators = kwargs.pop("measures", ()), kwargs.pop("indicators", ())
    opinion = Opinion.objects.create(**{**kwargs, "meeting": meeting})
    opinion.measures.set(measures)
    opinion.indicators.set(indicators)
    return opinion


def make_user(role: str = "", departments: Iterable[Department] = (), **kwargs: Any) -> User:
    """Make a member of staff; `role` is one of goals.accounts.roles.Role, held through memberships that end on `ends_on`."""
    kwargs.setdefault("username", f"shokuin{User.objects.count() + 1}")
    kwargs.setdefault("is_staff", True)
    ends_on = kwargs.pop("ends_on", None)
    user = User.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)
    group = None
    if role:
        if not Group.objects.filter(name=role).exists():
            roles.sync()
        group = Group.objects.get(name=role)
    places: list[Department | None] = [*departments] or ([None] if group else [])
    for department in places:
        Membership.objects.create(user=user, department=department, role=group, ends_on=ends_on)
    return user


def make_superuser(**kwargs: Any) -> User:
    kwargs.setdefault("username", "kanri")
    return User.objects.create_superuser(password=kwargs.pop("password", PASSWORD), **kwargs)
