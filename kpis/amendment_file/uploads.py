"""A file of amendments from its reading to its registration: kept with what was seen, registered once, all or nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from goals import audit
from goals.importing import reading
from goals.importing.limits import FileRefused
from kpis.amending import amend
from kpis.amendment_file import plan
from kpis.amendment_file.item import AmendmentItem
from kpis.amendment_file.layout import Line, lines_of
from kpis.amendment_file.line_plan import Wanted
from kpis.amendment_file.plan import Plan
from kpis.intake.uploads import NotWritten, keep
from kpis.models import Amendment, Upload

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def receive(user: User, name: str, data: bytes) -> Upload:
    """Read a file and keep it for its confirmation; raise FileRefused with a sentence."""
    lines, notes = lines_of(reading.read(data))
    if not lines:
        raise FileRefused(" ".join(["登録する変更が見つかりませんでした。", *notes]))
    kept = {"lines": [line.to_json() for line in lines], "notes": notes, "seen": plan.last_amendments()}
    return keep(user, name, kept)


def plan_of(upload: Upload, *, today: datetime.date, locks: bool = False) -> Plan:
    """Return what the file would change now, or what it changed once it was registered."""
    kept: Any = upload.plan
    if upload.applied_at:
        return Plan([AmendmentItem.from_json(item) for item in kept["items"]])
    seen = {int(pk): amendment for pk, amendment in kept["seen"].items()}
    return plan.build([Line.from_json(line) for line in kept["lines"]], seen, today=today, locks=locks)


def apply(upload: Upload, fingerprint: str, *, leaves_out: bool, user: User, today: datetime.date) -> list[Amendment]:
    """Register what the page with that fingerprint showed, all or nothing. Raises NotWritten."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk, round=None)
        if locked.applied_at:
            raise NotWritten("このファイルの変更は、もう登録してあります。")
        now = plan_of(locked, today=today, locks=True)
        if now.fingerprint != fingerprint:
            raise NotWritten(
                "この画面を開いたあとで、公表されている内容が変わりました。まだ何も登録していません。下の内容をもう一度確かめてください。"
            )
        if not now.wanted:
            raise NotWritten("登録する変更がありません。")
        if now.left_out and not leaves_out:
            raise NotWritten("受け付けられない行があります。ファイルを直すか、除いて登録することを選んでください。")
        made = [_amended(wanted, user) for wanted in now.wanted]
        locked.applied_at = timezone.now()
        locked.plan = {"items": [item.to_json() for item in now.items], "notes": locked.plan["notes"]}
        locked.save()
        audit.record(audit.AuditAction.IMPORT, f"公表後の変更 {locked.name}（{len(made)}件）", user=user)
    return made


def _amended(wanted: Wanted, user: User) -> Amendment:
    row = wanted.assessment
    try:
        return amend(row.round, row.indicator, wanted.change, user=user, made_on=wanted.made_on)
    except ValidationError as error:
        said = " ".join(error.messages)
        raise NotWritten(f"{row.indicator}を登録できませんでした。{said}まだ何も登録していません。") from error
