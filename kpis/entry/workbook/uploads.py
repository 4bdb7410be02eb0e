"""An uploaded file from its reading to its confirmation: kept with what was seen, written once, all or nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from goals.accounts import audit
from goals.importing import reading
from goals.importing.limits import FileRefused
from goals.models.event import AuditAction
from kpis.entry import ledger
from kpis.entry.workbook.item import Item, Told
from kpis.entry.workbook.layouts import Line, lines_of
from kpis.entry.workbook.plan import Plan, build
from kpis.models import Round, Upload, YearlyValue
from kpis.round.access import Entrant

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_KEPT = datetime.timedelta(days=1)
AnyPlan = TypeVar("AnyPlan", bound=Told[Any])


class NotWritten(Exception):
    """Nothing was written; the sentence says why."""


class Uploads(Generic[AnyPlan]):
    """The files of one kind that a user sends. A kind says what a file is read as, and how its plan is written."""

    line: type[Any]  # a dataclass; its fields are kept as JSON, in which a tuple becomes a list
    item: type[Item]
    plan: type[AnyPlan]
    # Sentences: nothing was found, written before, changed since it was shown, nothing to write, cells that must be
    # left out, and figures that must be checked first (where a kind asks for that)
    EMPTY: str
    DONE: str
    CHANGED: str
    NOTHING: str
    LEFT_OUT: str
    DOUBTED = ""

    def __init__(self, user: User, what: str, round_: Round | None = None) -> None:
        """Name in `what` what the log calls them."""
        self.user, self.what, self.round = user, what, round_

    def read(self, book: reading.Book) -> tuple[Sequence[Any], list[str], Mapping[int, int]]:
        """Return the lines of a file, sentences on what was not read, and what tells later that others were there.

        Raises FileRefused.
        """
        raise NotImplementedError

    def build(self, lines: Sequence[Any], seen: Mapping[int, int], *, locks: bool) -> AnyPlan:
        """Return what the lines would do now; `locks` is for writing it in this transaction."""
        raise NotImplementedError

    def write(self, plan: AnyPlan, name: str, answer: str) -> Sequence[Any]:
        """Write the entries of a plan and return the rows; raise NotWritten."""
        raise NotImplementedError

    # The flow

    def receive(self, name: str, data: bytes) -> Upload:
        """Read a file and keep it; forget what nobody confirmed for a day. Raises FileRefused with a sentence."""
        lines, notes, seen = self.read(reading.read(data))
        if not lines:
            raise FileRefused(" ".join([self.EMPTY, *notes]))
        Upload.objects.filter(applied_at=None, made_at__lt=timezone.now() - _KEPT).delete()
        kept = {"lines": [list(vars(line).values()) for line in lines], "notes": notes, "seen": seen}
        return Upload.objects.create(round=self.round, user=self.user, name=name[-200:], plan=kept)

    def plan_of(self, upload: Upload, *, locks: bool = False) -> AnyPlan:
        """Return what the upload would do now, or what it did once it was written."""
        kept: Any = upload.plan
        if upload.applied_at:
            return self.plan([self.item.from_json(item) for item in kept["items"]])
        seen = {int(pk): known for pk, known in kept["seen"].items()}
        return self.build([self.line(*line) for line in kept["lines"]], seen, locks=locks)

    def apply(self, upload: Upload, fingerprint: str, *, leaves_out: bool, answer: str = "") -> Sequence[Any]:
        """Write what the page with that fingerprint showed; return the rows. Raises NotWritten.

        `answer` is what the user says of the figures that look odd.
        """
        with transaction.atomic():
            locked = Upload.objects.select_for_update().get(pk=upload.pk)
            if locked.applied_at:
                raise NotWritten(self.DONE)
            now = self.plan_of(locked, locks=True)
            if now.fingerprint != fingerprint:
                raise NotWritten(self.CHANGED)
            if not now.entries:
                raise NotWritten(self.NOTHING)
            if now.left_out and not leaves_out:
                raise NotWritten(self.LEFT_OUT)
            if self.DOUBTED and now.doubts and not answer:
                raise NotWritten(self.DOUBTED)
            rows = self.write(now, locked.name, answer)
            locked.applied_at = timezone.now()
            locked.plan = {"items": [item.to_json() for item in now.items], "notes": locked.plan["notes"]}
            locked.save()
            summary = f"{self.what} {locked.name}（{len(rows)}件）"
            audit.record(AuditAction.IMPORT, summary, user=self.user)
        return rows


class WorkbookUploads(Uploads[Plan]):
    """The 調査票 of a round, and other tables with its values."""

    line, item, plan = Line, Item, Plan
    round: Round
    EMPTY = "取り込む値が見つかりませんでした。"
    DONE = "この取り込みは、もう書き込んであります。"
    CHANGED = (
        "この画面を開いたあとで、値が変わりました。まだ何も書き込んでいません。下の内容をもう一度確かめてください。"
    )
    NOTHING = "書き込む値がありません。"
    LEFT_OUT = "受け付けられない欄があります。ファイルを直すか、除いて書き込むことを選んでください。"
    DOUBTED = "注意のある値があります。値を確かめて、「注意のある値を確かめました」に印を付けてください。"

    def __init__(self, round_: Round, entrant: Entrant) -> None:
        super().__init__(entrant.user, f"{round_} 調査票", round_)  # type: ignore[arg-type]
        self.entrant = entrant

    def read(self, book: reading.Book) -> tuple[Sequence[Line], list[str], Mapping[int, int]]:
        seen = YearlyValue.objects.of_round(self.round).values_list("indicator_id", "version")
        return *lines_of(book, self.round.fiscal_year), dict(seen)

    def build(self, lines: Sequence[Line], seen: Mapping[int, int], *, locks: bool) -> Plan:
        return build(self.round, lines, seen, self.entrant)  # entry.write() locks

    def write(self, plan: Plan, name: str, answer: str) -> Sequence[YearlyValue]:
        try:
            reason = f"調査票の取り込み: {name}"[:100]
            return ledger.write(self.round, plan.answered(answer), entrant=self.entrant, reason=reason)
        except ledger.Refused as error:
            raise NotWritten("値が変わったため、書き込めませんでした。下の内容をもう一度確かめてください。") from error
