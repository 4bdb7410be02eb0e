"""The rounds of the demonstration: values, measure reports, publication, and what was amended after it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from goals.models import Strategy
from goals.notation.days import parse_month
from kanazawa_strategy.upkeep.demo.files import find, read, save, table
from kpis.amending import changes
from kpis.judging.words import State
from kpis.models import AmendmentKind, Indicator, Round, RoundStatus, Workflow, YearlyValue
from kpis.round import publishing
from measures import reports
from measures.models import Measure, MeasureReport

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_STEPS = {step.label: step for step in Workflow}


def fill_round(fields: Mapping[str, Any], user: User) -> None:
    """Make a round with its values and reports, and publish it where the file says when; else leave it open."""
    strategy = find(Strategy, fields["edition"])
    round_ = Round(strategy=strategy, fiscal_year=fields["fiscal_year"], status=RoundStatus.OPEN)
    published_on = fields.get("published_on")
    if published_on is None:
        round_.opens_on = datetime.date.fromisoformat(fields["opens_on"])
        # Still to come, whenever the demonstration is made.
        in_four_weeks = timezone.localdate() + datetime.timedelta(weeks=4)
        round_.due_on = max(datetime.date.fromisoformat(fields["due_on"]), in_four_weeks)
    round_.full_clean()
    round_.save()
    step = Workflow.CONFIRMED if published_on else Workflow.DRAFT
    bulk_create_with_history(_values(round_, step), YearlyValue, default_user=user, default_change_reason="デモ")
    _report(round_, step)
    if published_on:
        publishing.publish(
            round_,
            published_on=datetime.date.fromisoformat(published_on),
            decision_number=fields["decision_number"],
            user=user,
            along=[reports.publish],
        )


def _values(round_: Round, step: Workflow) -> list[YearlyValue]:
    """Read the round's column of the table, with the remarks on it."""
    remarks = _remarks()[round_.fiscal_year]
    indicators = {row.code: row for row in Indicator.objects.of(round_.strategy).select_related("goal")}
    values = []
    for row in table("values.csv"):
        cell, indicator = row[str(round_.fiscal_year)], indicators.get(row["indicator"])
        if not cell or indicator is None:
            continue
        value = YearlyValue(indicator=indicator, fiscal_year=round_.fiscal_year, workflow=step, state=State.FINAL)
        for name, content in {**_read(cell), **remarks.get(indicator.code, {})}.items():
            setattr(value, name, content)
        value.clean_fields()
        value.clean()
        values.append(value)
    return values


def _read(cell: str) -> dict[str, Any]:
    """Read a cell: a number, then its state, month of publication and step in the words of the screens."""
    found: dict[str, Any] = {}
    for word in cell.split():
        if state := State.named(word):
            found["state"] = state
        elif word in _STEPS:
            found["workflow"] = _STEPS[word]
        elif "-" in word:
            found["available_on"] = parse_month(word)
        else:
            found["value"] = Decimal(word)
    return found


@cache
def _remarks() -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in read("remarks.json"):
        found[row["fiscal_year"]][row["indicator"]] = {
            name: value for name, value in row.items() if name not in {"indicator", "fiscal_year"}
        }
    return found


def _report(round_: Round, step: Workflow) -> None:
    """Enter the reports on measures for that year."""
    for row in read("reports.json"):
        if row["fiscal_year"] != round_.fiscal_year:
            continue
        report = MeasureReport(
            measure=find(Measure, *row["measure"]),
            fiscal_year=row["fiscal_year"],
            status=row["status"],
            summary=row["summary"],
            budget=Decimal(row["budget"]) if "budget" in row else None,
            workflow=step,
        )
        report.full_clean()
        save(report)


def amend(user: User) -> None:
    """Change published years in the open: a late value, a final one, a correction, the committee's ratings."""
    for row in read("amendments.json"):
        indicator = find(Indicator, row["indicator"])
        change = changes.Change(
            kind=AmendmentKind(row["kind"]),
            reason=row["reason"],
            value=Decimal(row["value"]) if "value" in row else None,
            state=State(row["state"]) if "state" in row else None,
            committee_rating=row.get("committee_rating", ""),
            committee_comment=row.get("committee_comment", ""),
        )
        round_ = find(Round, indicator.goal.strategy.edition, row["fiscal_year"])
        changes.amend(round_, indicator, change, user=user, made_on=datetime.date.fromisoformat(row["made_on"]))
