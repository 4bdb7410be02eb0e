"""What one line would change: every cell read for itself, then the change as a whole against what is published."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from goals.importing.cells import Choice, Day, folded
from goals.importing.reading import NO_RESULT
from goals.notation.numbers import Missing, parse_number
from goals.notation.spreadsheets import unguarded
from goals.notation.years import FiscalYear
from kpis.amending.changes import NOT_PUBLISHED, Change, check_day, foreseen
from kpis.amending.file.item import AmendmentItem, figure_of, rating_of
from kpis.amending.file.layout import TITLES, Line
from kpis.entry.workbook import contents, headings
from kpis.entry.workbook.item import Outcome
from kpis.judging.words import State
from kpis.models import AmendmentKind, Assessment, Indicator

Read = TypeVar("Read")
NO_VALUE = "値なし"  # how the template writes that nothing at all was published
_KINDS = Choice(list(AmendmentKind.choices), required=True)
_SHORT = {"追加": "追加公表", "確定": "確定値"}
_UNCOMPUTED = "計算結果の保存されていない数式です。Excel で開いて保存し直すか、値だけを貼り付けてください。"
_OTHERWISE = "「公表中の値」「公表中の状態」が、今公表されている内容（{now}）と違います。ファイルを作ったあとで変更されたか、行がずれています。今の値を確かめてください。"
_AMENDED = "このファイルを読み込んだあとで、公表されている内容が変更されました（今は {now}）。今の値を確かめてから、もう一度取り込んでください。"


@dataclass(frozen=True)
class Published:
    """What the lines are read against: indicators by code, assessments by indicator and year, the last amendments."""

    indicators: Mapping[str, Indicator]
    assessments: Mapping[tuple[int, int], Assessment]
    last: Mapping[int, int]  # the newest amendment by assessment
    seen: Mapping[int, int]  # the same when the file was read
    today: datetime.date

    def is_stale(self, row: Assessment) -> bool:
        return self.last.get(row.pk) != self.seen.get(row.pk)


@dataclass(frozen=True)
class Wanted:
    """A change that may be registered."""

    assessment: Assessment
    change: Change
    made_on: datetime.date


@dataclass
class LinePlan:
    """A line with what becomes of it; `wanted` is what may be registered, if anything."""

    line: Line
    published: Published
    items: list[AmendmentItem] = field(default_factory=list)
    wanted: Wanted | None = None
    indicator: Indicator | None = None
    year: int | None = None
    kind: AmendmentKind | None = None

    def __post_init__(self) -> None:
        self.indicator = self._read("code", self._indicator)
        self.year = self._read("year", lambda text: FiscalYear.parse(text).year)
        self.kind = self._read("kind", _kind)
        reason = self._read("reason", _reason)
        row = self._row()
        if row is None:
            return
        made_on = self._read("made_on", lambda text: self._day(text, row))
        changes = self._committee() if self.kind == AmendmentKind.COMMITTEE else self._figure(row)
        if self.kind and reason and made_on and not self.items:
            self._weigh(Wanted(row, Change(kind=self.kind, reason=reason, **changes), made_on))

    @property
    def slot(self) -> tuple[int, int, bool] | None:
        """Return what no other line of the file may speak of."""
        if self.indicator is None or self.year is None:
            return None
        return self.indicator.pk, self.year, self.kind == AmendmentKind.COMMITTEE

    def refuse(self, reason: str) -> None:
        """Refuse the line whole, with one sentence at the code."""
        self.items, self.wanted = [], None
        self._reject("code", reason)

    # The cells

    def _read(self, role: str, reader: Callable[[str], Read]) -> Read | None:
        """Return what a cell says, or refuse it."""
        text = self.line.text(role)
        try:
            if text == NO_RESULT:
                raise ValueError(_UNCOMPUTED)
            return reader(text)
        except ValueError as error:
            self._reject(role, str(error))
        except ValidationError as error:
            self._reject(role, " ".join(error.messages))
        return None

    def _indicator(self, text: str) -> Indicator:
        if not text.strip():
            raise ValueError("指標コードが空欄です。3-1-K03 のように入力してください。")
        found = self.published.indicators.get(headings.code_of(text))
        if found is None:
            raise ValueError(f"「{text.strip()}」というコードの指標はありません。コードを確かめてください。")
        named = unguarded(self.line.text("name").strip())
        if named and headings.folded(named) != headings.folded(found.name):
            raise ValueError(
                f"コードは「{found}」ですが、指標名は「{named}」です。行がずれていないか確かめてください。"
            )
        return found

    def _row(self) -> Assessment | None:
        if self.indicator is None or self.year is None:
            return None
        row = self.published.assessments.get((self.indicator.pk, self.year))
        if row is None:
            self._reject("year", NOT_PUBLISHED)
        return row

    def _day(self, text: str, row: Assessment) -> datetime.date:
        day: datetime.date = Day(self.published.today).clean(text)
        check_day(day, row, today=self.published.today)
        return day

    def _committee(self) -> dict[str, Any]:
        for role in ("value", "state"):
            if self.line.text(role).strip():
                self._reject(
                    role, "委員会評価の行には、値や状態を書けません。値も改めるときは、行を分けて書いてください。"
                )
        rating = self._read("committee_rating", lambda text: contents.read_text("self_rating", text, None))
        if rating == "":
            self._reject("committee_rating", "推進委員会の評価を、「順調」や「遅れ」のように入力してください。")
        comment = self._read("committee_comment", lambda text: contents.read_text("note", text, None))
        return {"committee_rating": rating or "", "committee_comment": (comment or "").strip()}

    def _figure(self, row: Assessment) -> dict[str, Any]:
        for role in ("committee_rating", "committee_comment"):
            if self.line.text(role).strip():
                self._reject(role, "委員会の評価と意見は、種類が「委員会評価」の行に書いてください。")
        state = self._read("state", contents.read_state)
        if any(item.label == TITLES["state"] for item in self.items):
            return {}
        read = self._read("value", lambda text: contents.read_value(text, row.unit, state))
        value, meant = read or (None, None)
        said = state or meant or (self._state_of(row) if value is not None else None)
        if read and value is None and (said is None or State(said).has_value):
            self._reject(
                "value", "値が空欄です。値を入れるか、値がないときは状態で「未公表」などの理由を選んでください。"
            )
        return {"value": value, "state": State(said) if said else None}

    def _state_of(self, row: Assessment) -> str:
        """Return the state of a figure that came without one: as published, but final where that is what changes."""
        firm = row.value is None or self.kind == AmendmentKind.FINALISATION
        return State.FINAL.value if firm else row.state

    # The change

    def _weigh(self, wanted: Wanted) -> None:
        row, change = wanted.assessment, wanted.change
        if _is_published(row, change):
            self._tell(Outcome.SAME, wanted, row)
        elif self._is_old(row):
            self._tell(Outcome.CONFLICT, wanted, row, _OTHERWISE.format(now=figure_of(row)))
        elif self.published.is_stale(row):
            self._tell(Outcome.CONFLICT, wanted, row, _AMENDED.format(now=figure_of(row)))
        else:
            try:
                after = foreseen(row, change)
            except ValidationError as error:
                self._reject("kind", " ".join(error.messages))
            else:
                self.wanted = wanted
                self._tell(Outcome.CHANGE, wanted, after)

    def _is_old(self, row: Assessment) -> bool:
        """Tell whether the file says of the published figure what is no longer so; blank cells say nothing."""
        value, state = self.line.text("was_value").strip(), self.line.text("was_state").strip()
        try:
            number = parse_number(value, row.unit)
            other = bool(value) and row.value != (None if isinstance(number, Missing) else number)
            return other or (bool(state) and (contents.read_state(state) if state != NO_VALUE else "") != row.state)
        except ValueError:
            return True

    # What is told

    def _reject(self, role: str, reason: str) -> None:
        where, typed = self.line.at(role)
        self.items.append(self._item(Outcome.REJECTED, where, TITLES[role], typed, reason))

    def _tell(self, outcome: Outcome, wanted: Wanted, after: Assessment, reason: str = "") -> None:
        row, where = wanted.assessment, self.line.at("code")[0]
        item = self._item(outcome, where, AmendmentKind(wanted.change.kind).label, self.line.text("value"), reason)
        item.public_reason, item.made_on = wanted.change.reason, wanted.made_on.isoformat()
        if self.kind == AmendmentKind.COMMITTEE:
            item.old_rating, item.new_rating = row.get_committee_rating_display(), after.get_committee_rating_display()
            item.old, item.new = row.committee_comment, after.committee_comment
        else:
            item.old, item.new = figure_of(row), figure_of(after)
            item.old_rating, item.new_rating = rating_of(row), rating_of(after)
        if outcome != Outcome.CHANGE:
            item.new = item.new_rating = ""
        self.items.append(item)

    def _item(self, outcome: Outcome, where: str, label: str, typed: str, reason: str) -> AmendmentItem:
        item = AmendmentItem(outcome, self.line.sheet, self.line.row, where, self._code, label, typed[:200])
        item.reason = reason
        item.year = FiscalYear(self.year).long() if self.year else self.line.text("year").strip()[:20]
        item.name = self.indicator.name if self.indicator else ""
        return item

    @property
    def _code(self) -> str:
        return self.indicator.code if self.indicator else self.line.text("code").strip()[:20]


def _kind(text: str) -> AmendmentKind:
    return AmendmentKind(_KINDS.clean(_SHORT.get(folded(text), text)))


def _reason(text: str) -> str:
    reason: str = contents.read_text("note", text, None).strip()
    if not reason:
        raise ValueError("理由が空欄です。公開するので、市民が読んで分かるように書いてください。")
    return reason


def _is_published(row: Assessment, change: Change) -> bool:
    """Tell whether the change says what is published already."""
    if change.kind == AmendmentKind.COMMITTEE:
        same = change.committee_comment in {"", row.committee_comment}
        return change.committee_rating == row.committee_rating and same
    value: Decimal | None = row.value
    return (value, row.state) == (change.value, change.state)
