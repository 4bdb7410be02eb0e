"""One line of a file of amendments, whatever stands in its cells: taken, or refused with a sentence. No database."""

from __future__ import annotations

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from goals.importing.reading import NO_RESULT
from goals.models import Strategy
from kpis.amending.file.layout import TITLES, Line
from kpis.amending.file.line_plan import LinePlan, Published
from kpis.entry.workbook.item import Outcome
from kpis.judging.words import Kind, State
from kpis.models import Assessment, Indicator, Round, RoundStatus

ROLES = list(TITLES)
WORDS = [
    *(
        "",
        " ",
        "　",
        "0",
        "−0",
        "12",
        "１３",
        "△5.2",
        "1,234",
        "1234567890123456789012",
        "12件",
        "約12",
        "=1+1",
        NO_RESULT,
    ),
    *(
        "未公表",
        "－",
        "確定",
        "速報",
        "対象外",
        "値なし",
        "追加公表",
        "確定値",
        "訂正",
        "委員会評価",
        "順調",
        "未公表 ",
    ),
    *(
        "3-1-K01",
        "３－１－ｋ０１",
        "指標",
        "R6",
        "令和6年度",
        "R0",
        "2024-10-01",
        "令和7年10月1日",
        "2100-01-01",
        "〓",
        "\0",
    ),
]


def make_published(state: State | None) -> Published:
    round_ = Round(pk=1, strategy=Strategy(edition=3), fiscal_year=2024, status=RoundStatus.PUBLISHED)
    round_.published_on = datetime.date(2025, 9, 1)
    indicator = Indicator(pk=1, code="3-1-K01", name="指標", unit="件")
    row = Assessment(pk=1, round=round_, indicator=indicator, fiscal_year=2024, kind=Kind.REACH, unit="件")
    row.baseline, row.baseline_year, row.target, row.target_year = Decimal(10), 2023, Decimal(20), 2028
    row.near_pace, row.rating = Decimal("0.8"), "ON_TRACK"
    row.state, row.value = state or "", Decimal(12) if state and state.has_value else None
    return Published({indicator.code: indicator}, {(1, 2024): row}, {}, {}, datetime.date(2025, 12, 1))


@given(
    cells=st.dictionaries(st.sampled_from(ROLES), st.sampled_from(WORDS) | st.text(max_size=20)),
    state=st.sampled_from([None, *State]),
)
def test_whatever_stands_in_a_line_it_is_taken_or_refused_with_a_sentence(
    cells: dict[str, str], state: State | None
) -> None:
    texts = {"code": "3-1-K01", "year": "R6", "kind": "訂正", "reason": "理由", **cells}
    line = Line("CSV", 2, {role: (f"{role}2", text) for role, text in texts.items()})
    plan = LinePlan(line, make_published(state))
    assert plan.items
    if plan.wanted:
        assert [item.outcome for item in plan.items] == [Outcome.CHANGE]
        change = plan.wanted.change
        assert change.reason.strip()
        assert change.state is None or change.state.has_value == (change.value is not None)
    else:
        assert all(item.outcome == Outcome.SAME or item.reason for item in plan.items), plan.items


@given(st.text(max_size=40))
def test_no_value_is_invented(text: str) -> None:
    cells = {"code": "3-1-K01", "year": "R6", "kind": "訂正", "reason": "理由", "value": text}
    line = Line("CSV", 2, {role: (f"{role}2", typed) for role, typed in cells.items()})
    plan = LinePlan(line, make_published(State.FINAL))
    if plan.wanted and plan.wanted.change.value is not None:
        assert any(mark.isnumeric() for mark in text)
