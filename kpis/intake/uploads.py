"""An upload from its reading to its confirmation: kept with what was seen, written once, all or nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from goals import audit
from goals.importing import reading
from goals.importing.limits import FileRefused
from kpis import entry
from kpis.access import Entrant
from kpis.intake import plan
from kpis.intake.item import Item
from kpis.intake.layouts import Line, lines_of
from kpis.intake.plan import Plan
from kpis.models import Round, Upload, YearlyValue

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_KEPT = datetime.timedelta(days=1)


class NotWritten(Exception):
    """Nothing was written; the sentence says why."""


def receive(round_: Round, user: User, name: str, data: bytes) -> Upload:
    """Read a file and keep it for its confirmation; raise FileRefused with a sentence."""
    lines, notes = lines_of(reading.read(data), round_.fiscal_year)
    if not lines:
        raise FileRefused(" ".join(["取り込む値が見つかりませんでした。", *notes]))
    seen = dict(YearlyValue.objects.of_round(round_).values_list("indicator_id", "version"))
    kept = {"lines": [line.to_json() for line in lines], "notes": notes, "seen": seen}
    return keep(user, name, kept, round_)


def keep(user: User, name: str, plan: object, round_: Round | None = None) -> Upload:
    """Keep what was read for its confirmation, and forget what nobody confirmed for a day."""
    Upload.objects.filter(applied_at=None, made_at__lt=timezone.now() - _KEPT).delete()
    return Upload.objects.create(round=round_, user=user, name=name[-200:], plan=plan)


def plan_of(upload: Upload, entrant: Entrant) -> Plan:
    """Return what the upload would do now, or what it did once it was written."""
    kept: Any = upload.plan
    if upload.applied_at:
        return Plan([Item.from_json(item) for item in kept["items"]])
    lines = [Line.from_json(line) for line in kept["lines"]]
    seen = {int(pk): version for pk, version in kept["seen"].items()}
    assert upload.round is not None  # every 調査票 has one
    return plan.build(upload.round, lines, seen, entrant)


def notes_of(upload: Upload) -> list[str]:
    kept: Any = upload.plan
    return list(kept["notes"])


def apply(upload: Upload, fingerprint: str, *, leaves_out: bool, answer: str = "", entrant: Entrant) -> int:
    """Write what the page with that fingerprint showed; return how many rows changed. Raises NotWritten.

    `answer` is what the user says of the figures that look odd; where there are any, it may not be blank.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update(of=("self",)).select_related("round").get(pk=upload.pk)
        if locked.applied_at:
            raise NotWritten("この取り込みは、もう書き込んであります。")
        now = plan_of(locked, entrant)
        if now.fingerprint != fingerprint:
            raise NotWritten(
                "この画面を開いたあとで、値が変わりました。まだ何も書き込んでいません。下の内容をもう一度確かめてください。"
            )
        if not now.entries:
            raise NotWritten("書き込む値がありません。")
        if now.left_out and not leaves_out:
            raise NotWritten("受け付けられない欄があります。ファイルを直すか、除いて書き込むことを選んでください。")
        if now.doubted and not answer:
            raise NotWritten(
                "注意のある値があります。値を確かめて、「注意のある値を確かめました」に印を付けてください。"
            )
        assert locked.round is not None
        try:
            rows = entry.write(
                locked.round, now.answered(answer), entrant=entrant, reason=f"調査票の取り込み: {locked.name}"[:100]
            )
        except entry.Refused as error:
            raise NotWritten("値が変わったため、書き込めませんでした。下の内容をもう一度確かめてください。") from error
        locked.applied_at = timezone.now()
        locked.plan = {"items": [item.to_json() for item in now.items], "notes": notes_of(locked)}
        locked.save()
        summary = f"{locked.round} 調査票 {locked.name}（{len(rows)}件）"
        audit.record(audit.AuditAction.IMPORT, summary, user=entrant.user)
    return len(rows)
