"""What an upload would do, cell by cell, against the database as it is now. Nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import prefetch_related_objects

from goals.importing.cells import plain
from goals.notation.numbers import Missing, parse_number
from goals.notation.years import FiscalYear
from kpis.display import prefetched
from kpis.entry.ledger import Entry
from kpis.entry.workbook.contents import shown
from kpis.entry.workbook.headings import code_of, folded
from kpis.entry.workbook.item import Item, Outcome, Told
from kpis.entry.workbook.layouts import Line
from kpis.entry.workbook.line_plan import LinePlan
from kpis.models import Indicator, Round, YearlyValue
from kpis.round.access import Entrant


@dataclass
class Plan(Told[Item]):
    """The cells of an upload with what becomes of them, and an entry for each row that would be written."""

    doubted: set[int] = field(default_factory=set)  # the indicators whose figure is to be checked

    def answered(self, answer: str) -> list[Entry]:
        """Return the entries, those with a figure that looks odd with the answer to it."""
        return [
            replace(entry, changes={**entry.changes, "doubts_answer": answer})
            if entry.indicator.pk in self.doubted
            else entry
            for entry in self.entries
        ]


def build(round_: Round, lines: Sequence[Line], seen: Mapping[int, int], entrant: Entrant) -> Plan:
    """Compare the lines with the rows of the round: 6 queries. `seen` holds the versions at the time of the upload."""
    known = _Known(round_)
    found = [(line, *known.find(line)) for line in lines if line.says_something or line.version or line.others]
    rows = {row.indicator_id: row for row in YearlyValue.objects.of_round(round_)}
    past = _past(round_, lines)
    before = _before(round_)
    twice = _twice(found)
    plan = Plan()
    for line, indicator, reason in found:
        if indicator is None or line.bad_year:
            if line.says_something:
                plan.items.append(_refused(line, reason or line.bad_year))
            continue
        if line.says_something and len(twice[indicator.pk]) > 1:
            named = "、".join(twice[indicator.pk])
            plan.items.append(
                _refused(line, f"同じ指標の行が二つ以上あります（{named}）。正しい行だけを残してください。", indicator)
            )
            continue
        plan.items += _not_taken(line, indicator, past)
        try:
            version = int(plain(line.version)) if line.version else None
        except ValueError:
            plan.items.append(_refused(line, "「版」の列が変わっています。調査票を書き出し直してください。", indicator))
            continue
        base = version if line.version is not None else seen.get(indicator.pk)
        done = LinePlan(line, indicator, round_.fiscal_year, rows.get(indicator.pk), base)
        if said := entrant.refusal(round_.strategy_id, round_.fiscal_year, indicator.department_id):
            done.refuse(said)
        if done.weigh(before.get(indicator.pk)):
            plan.doubted.add(indicator.pk)
        plan.items += done.items
        if entry := done.entry:
            plan.entries.append(entry)
    return plan


class _Known:
    """The indicators of the round's strategy, by code and by name."""

    def __init__(self, round_: Round) -> None:
        self.by_code: dict[str, Indicator] = {}
        self.by_name: dict[str, list[Indicator]] = defaultdict(list)
        targets = prefetched.adopted_targets()
        rows = list(Indicator.objects.filter(goal__strategy=round_.strategy_id))
        prefetch_related_objects(rows, targets)
        for indicator in rows:
            self.by_code[indicator.code] = indicator
            self.by_name[folded(indicator.name)].append(indicator)

    def find(self, line: Line) -> tuple[Indicator | None, str]:
        """Return the indicator that a line is about, or why it cannot be told."""
        named = self.by_name.get(folded(line.name), [])
        if line.code:
            found = self.by_code.get(code_of(line.code))
            if found is None:
                return (
                    None,
                    f"「{line.code}」というコードの指標は、この総合戦略にありません。コードを確かめてください。",
                )
            if named and found not in named:
                said = f"コードは「{found}」ですが、指標名は別の指標「{named[0]}」のものです。行がずれていないか確かめてください。"
                return None, said
            return found, ""
        if not line.name:
            return None, "コードも指標名もない行に値があります。どの指標の値かが分かりません。"
        if len(named) != 1:
            why = (
                "が二つ以上あります。コードの列を加えてください。"
                if named
                else "は、この総合戦略にありません。指標名かコードを確かめてください。"
            )
            return None, f"「{line.name}」という名前の指標{why}"
        return named[0], ""


def _twice(found: Sequence[tuple[Line, Indicator | None, str]]) -> dict[int, list[str]]:
    """Return the places of the lines of each indicator."""
    places: dict[int, list[str]] = defaultdict(list)
    for line, indicator, _ in found:
        if indicator and line.says_something and not line.bad_year:
            places[indicator.pk].append(f"{line.sheet} {line.row}行目")
    return places


def _refused(line: Line, reason: str, indicator: Indicator | None = None) -> Item:
    where, typed = line.key
    code = indicator.code if indicator else line.code[:20]
    return Item(Outcome.REJECTED, line.sheet, line.row, where, code, "行全体", typed[:200], reason=reason)


def _past(round_: Round, lines: Sequence[Line]) -> dict[tuple[int, int], YearlyValue]:
    years = {year for line in lines for year, _, _ in line.others}
    rows = YearlyValue.objects.filter(indicator__goal__strategy=round_.strategy_id, fiscal_year__in=years)
    return {(row.indicator_id, row.fiscal_year): row for row in rows}


def _before(round_: Round) -> dict[int, YearlyValue]:
    """Return the newest earlier row with a value by indicator: what a new figure is compared with."""
    rows = YearlyValue.objects.filter(
        indicator__goal__strategy=round_.strategy_id, fiscal_year__lt=round_.fiscal_year, value__isnull=False
    )
    return {row.indicator_id: row for row in rows.only("indicator_id", "fiscal_year", "value").order_by("fiscal_year")}


def _not_taken(line: Line, indicator: Indicator, past: Mapping[tuple[int, int], YearlyValue]) -> list[Item]:
    """Tell of figures of other years that differ from ours: they are not written."""
    items = []
    for year, where, typed in line.others:
        try:
            number = parse_number(typed, indicator.unit)
        except ValueError:
            continue
        row = past.get((indicator.pk, year))
        if isinstance(number, Missing) or (row and row.value == number):
            continue
        ours = (shown("value", row.value) or row.get_state_display()) if row else "なし"
        named = FiscalYear(year).long()
        reason = f"{named}の値は、この評価年度では書き込みません。登録されている{named}の値は「{ours}」で、ファイルと違います。"
        outcome = Outcome.NOT_TAKEN
        label = f"{named}の実績値"
        items.append(Item(outcome, line.sheet, line.row, where, indicator.code, label, typed[:200], ours, "", reason))
    return items
