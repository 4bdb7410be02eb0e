"""What is special to a file of amendments among the uploads: what its lines are read as, and how they are registered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError

from goals.importing.reading import Book
from kpis.amending.changes import amend
from kpis.amending.file.item import AmendmentItem
from kpis.amending.file.layout import Line, lines_of
from kpis.amending.file.line_plan import Wanted
from kpis.amending.file.plan import Plan, build, last_amendments
from kpis.entry.workbook.uploads import NotWritten, Uploads
from kpis.models import Amendment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AmendmentUploads(Uploads[Plan]):
    line, item, plan = Line, AmendmentItem, Plan
    EMPTY = "登録する変更が見つかりませんでした。"
    DONE = "このファイルの変更は、もう登録してあります。"
    CHANGED = "この画面を開いたあとで、公表されている内容が変わりました。まだ何も登録していません。下の内容をもう一度確かめてください。"
    NOTHING = "登録する変更がありません。"
    LEFT_OUT = "受け付けられない行があります。ファイルを直すか、除いて登録することを選んでください。"

    def __init__(self, user: User, today: datetime.date) -> None:
        super().__init__(user, "公表後の変更")
        self.today = today

    def read(self, book: Book) -> tuple[Sequence[Line], list[str], Mapping[int, int]]:
        return *lines_of(book), last_amendments()

    def build(self, lines: Sequence[Line], seen: Mapping[int, int], *, locks: bool) -> Plan:
        return build(lines, seen, today=self.today, locks=locks)

    def write(self, plan: Plan, name: str, answer: str) -> Sequence[Amendment]:
        made = [self._amended(wanted) for wanted in plan.entries]
        log: Any = LogEntry.objects
        log.log_actions(self.user.pk, made, ADDITION, change_message=f"ファイル「{name}」による登録")
        return made

    def _amended(self, wanted: Wanted) -> Amendment:
        row = wanted.assessment
        try:
            return amend(row.round, row.indicator, wanted.change, user=self.user, made_on=wanted.made_on)
        except ValidationError as error:
            said = " ".join(error.messages)
            raise NotWritten(f"{row.indicator}を登録できませんでした。{said}まだ何も登録していません。") from error
