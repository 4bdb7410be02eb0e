"""How a model becomes a row of its dataset. Nothing here is judged or computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from goals.models import Goal, Strategy
from goals.notation.years import FiscalYear
from kanazawa_strategy.opendata.columns import Row
from kpis.judging.words import Kind, Rating
from kpis.models import Assessment, Indicator, Level, Target, YearlyValue
from measures.models import Measure, Opinion

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from kanazawa_strategy.opendata.querysets import Dates, Listed

MUNICIPALITY = "172014"  # 全国地方公共団体コード of 金沢市
FROM_ZERO = "0から開始"


def goal_rows(found: Iterable[WithAnnotations[Goal, Listed]]) -> Iterator[Row]:
    for goal in found:
        yield {
            **_goal(goal),
            "listed_indicator_count": goal.listed,
            "other_kpi_count": goal.other_kpi_count,
            "source_note": goal.source_note,
        }


def indicator_rows(found: Iterable[Indicator]) -> Iterator[Row]:
    """Take indicators that have their adopted targets: indicators(), for_list() or for_page()."""
    for indicator in found:
        yield {
            **_goal(indicator.goal),
            "indicator_code": indicator.code,
            "direction_number": indicator.direction.number if indicator.direction else None,
            "level": Level(indicator.level).label,
            "basis": indicator.basis,
            "name": indicator.name,
            "unit": indicator.unit,
            "is_cumulative": indicator.is_cumulative,
            **_target(indicator.target_in_force, indicator.goal.strategy),
            "department": indicator.department.name if indicator.department else "",
            "definition": indicator.definition,
            "source": indicator.source,
            "note": indicator.note,
        }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "municipality_code": MUNICIPALITY,
        "strategy_edition": goal.strategy.edition,
        "goal_number": goal.number,
        "goal_title": goal.title,
    }


def _target(target: Target | None, strategy: Strategy) -> dict[str, Any]:
    """Return the cells of the target in force; an indicator that no adopted revision gives one leaves them blank."""
    target = target or Target(kind="")
    has_number = target.kind != Kind.MILESTONE
    return {
        "kind": target.kind,
        "baseline_value": target.baseline if has_number and not target.starts_from_zero else None,
        **_year("baseline_fiscal_year", target.baseline_year, strategy),
        "baseline_note": target.baseline_note or (FROM_ZERO if target.starts_from_zero else ""),
        "target_value": target.target if has_number else None,
        "target_upper_value": target.target_upper,
        **_year("target_fiscal_year", target.target_year, strategy),
        "target_note": target.target_note,
        "tag": target.tag,
        "revision": target.revision.name if target.pk else "",
    }


def _year(name: str, year: int | None, strategy: Strategy) -> dict[str, Any]:
    label = "" if year is None else FiscalYear(year).long(strategy.as_of)
    return {name: year, f"{name}_label": label}


def value_rows(found: Iterable[WithAnnotations[YearlyValue, Dates]]) -> Iterator[Row]:
    for value in found:
        yield {
            "municipality_code": MUNICIPALITY,
            "indicator_code": value.indicator.code,
            "name": value.indicator.name,
            "unit": value.indicator.unit,
            **_year("fiscal_year", value.fiscal_year, value.indicator.goal.strategy),
            "value": value.value,
            "state": value.state,
            "available_on": value.available_on,
            "breaks_series": value.breaks_series,
            "published_on": value.added_on or value.round_published_on,
            "amended_on": value.amended_on,
            "note": value.note,
        }


def assessment_rows(found: Iterable[Assessment]) -> Iterator[Row]:
    for row in found:
        yield {
            "municipality_code": MUNICIPALITY,
            "indicator_code": row.indicator.code,
            "name": row.indicator.name,
            **_year("fiscal_year", row.fiscal_year, row.indicator.goal.strategy),
            "value": row.value,
            "expected_value": _rounded(row.expected, row.decimals),
            "progress_percent": _percent(row.progress),
            "pace_percent": _percent(row.pace),
            "margin": _rounded(row.margin, row.decimals),
            "rating": row.rating,
            "rating_label": Rating(row.rating).label_in(row.spec.is_due(row.fiscal_year)),
            "self_rating": row.self_rating,
            "committee_rating": row.committee_rating,
            "reason": row.reason,
            "rule_version": row.rule_version,
            "published_on": row.round.published_on,
        }


def _rounded(number: Decimal | None, places: int) -> Decimal | None:
    return None if number is None else number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _percent(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else _rounded(ratio.scaleb(2), 1)


def measure_rows(found: Iterable[Measure]) -> Iterator[Row]:
    for measure in found:
        before = measure.continues
        yield {
            "municipality_code": MUNICIPALITY,
            "measure_code": measure.code,
            "strategy_edition": measure.revision.strategy.edition,
            "revision": measure.revision.name,
            "goal_number": measure.direction.goal.number,
            "direction_number": measure.direction.number,
            "direction_title": measure.direction.title,
            "number": measure.number,
            "text": measure.text,
            "detail": measure.detail,
            "tag": measure.tag,
            "themes": [theme.label for theme in measure.themes.all()],
            "reprint_of": measure.reprint_of.code if measure.reprint_of else "",
            "continues": before.code if before and _is_public(before) else "",
            "department": measure.department.name if measure.department else "",
        }


def opinion_rows(found: Iterable[Opinion]) -> Iterator[Row]:
    for opinion in found:
        measure, indicator = opinion.measure, opinion.indicator
        own_measure = [measure.code] if measure and _is_public(measure) else []
        linked_measures = [linked.code for linked in opinion.measures.all()]
        linked_indicators = [linked.code for linked in opinion.indicators.all()]
        yield {
            "municipality_code": MUNICIPALITY,
            "opinion_code": opinion.code,
            "meeting_date": opinion.meeting.held_on,
            "meeting_title": opinion.meeting.title,
            "goal_number": opinion.goal.number,
            "member": opinion.member,
            "opinion": opinion.text,
            "response": opinion.response,
            "response_class": opinion.response_class,
            "measure_codes": list(dict.fromkeys(own_measure + linked_measures)),
            "indicator_codes": list(dict.fromkeys(([indicator.code] if indicator else []) + linked_indicators)),
            "outcome": opinion.outcome,
        }


def _is_public(measure: Measure) -> bool:
    return not measure.revision.is_draft
