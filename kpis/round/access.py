"""Who may enter what, and when (staff.md, Roles): one answer for the form, the import, and what is yet to come."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from goals.models import Department
from goals.notation.years import FiscalYear
from kpis.models import Round, RoundStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

PUBLISHED = "{year}は公表済みです。値を直すときは「公表後の変更」から、追加・確定・訂正として登録してください。"


def runs_rounds(user: User | AnonymousUser) -> bool:
    """Tell whether the user opens, confirms and publishes (企画調整課)."""
    return user.has_perm("kpis.change_round")


class Entrant:
    """A user who enters values or reports today; reads departments once and each round once."""

    def __init__(self, user: User | AnonymousUser, today: datetime.date, *, locks: bool = False) -> None:
        """With `locks`, for writing in a transaction, no publication runs beside what the user enters."""
        self.user, self.today, self.locks = user, today, locks
        self._statuses: dict[tuple[int, int], str | None] = {}

    @cached_property
    def runs_rounds(self) -> bool:
        return runs_rounds(self.user)

    @cached_property
    def departments(self) -> set[int]:
        return set(Department.objects.of(self.user, self.today).values_list("pk", flat=True))

    def owns(self, department_id: int | None) -> bool:
        """Tell whether the user answers for the department's figures; 企画調整課 does for all."""
        return self.runs_rounds or department_id in self.departments

    def sees(self, round_: Round) -> None:
        """Take the status of a round that was just read under a lock."""
        self._statuses[round_.strategy_id, round_.fiscal_year] = round_.status

    def is_published(self, strategy_id: int, fiscal_year: int) -> bool:
        return self._status(strategy_id, fiscal_year) == RoundStatus.PUBLISHED

    def refusal(self, strategy_id: int, fiscal_year: int, department_id: int | None) -> str:
        """Return the sentence that says why the user may not write this year's row, or nothing where they may."""
        year, status = FiscalYear(fiscal_year).long(), self._status(strategy_id, fiscal_year)
        if not self.owns(department_id):
            return "ほかの課が所管しています。入力できるのは、自分の課が所管するものだけです。"
        if status is None:
            return f"{year}の評価年度がまだありません。企画調整課が「評価年度」に登録すると、入力できるようになります。"
        if status == RoundStatus.PUBLISHED:
            return PUBLISHED.format(year=year)
        if status == RoundStatus.PREPARING:
            return f"{year}の受付はまだ始まっていません。企画調整課が「受付を開始する」と、入力できるようになります。"
        if status == RoundStatus.REVIEW and not self.runs_rounds:
            return f"{year}の受付は終わり、企画調整課が確認しています。直したいときは企画調整課に連絡してください。"
        return ""

    def _status(self, strategy_id: int, fiscal_year: int) -> str | None:
        key = (strategy_id, fiscal_year)
        if key not in self._statuses:
            found = Round.objects.filter(strategy=strategy_id, fiscal_year=fiscal_year)
            found = found.select_for_update() if self.locks else found
            self._statuses[key] = found.values_list("status", flat=True).first()
        return self._statuses[key]
