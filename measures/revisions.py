"""A revision of the strategy: start it as a copy, compare it with the one in force, adopt it (staff.md, Revision)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.accounts import audit
from goals.models import Revision, Strategy
from goals.models.event import AuditAction
from goals.models.strategy import RevisionStatus
from goals.publication import version
from kpis.models import Target
from measures.comparison import Comparison, compare_measures, compare_targets
from measures.models import Measure

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def copy_revision(source: Revision, name: str, user: User | None) -> Revision:
    """Start a draft from the revision in force: its measures are copied, its targets hold until the draft sets others.

    Sections and tags aren't copied: the policy is the revision's own, and 新 and 改 are relative to it.
    """
    with transaction.atomic():
        strategy = Strategy.objects.select_for_update().get(pk=source.strategy_id)
        in_force = strategy.revisions.adopted().order_by("-number").first()
        if in_force is None or in_force.pk != source.pk:
            raise ValidationError(f"新しい改訂は、いま有効な改訂（{in_force or 'まだありません'}）から始めてください。")
        last = strategy.revisions.aggregate(last=models.Max("number"))["last"]
        revision = Revision(strategy=strategy, number=last + 1, name=name)
        revision.full_clean()
        revision.save()
        _copy_measures(source, revision, user)
    return revision


def _copy_measures(source: Revision, revision: Revision, user: User | None) -> None:
    """Copy the measures, the reprints last, to point at the copies of their originals."""
    copies: dict[int, Measure] = {}
    rows = source.measures.in_order().prefetch_related("themes", "indicators")
    for measure in sorted(rows, key=lambda row: row.reprint_of_id is not None):
        copy: Any = Measure(
            code=measure.code,
            revision=revision,
            direction_id=measure.direction_id,
            number=measure.number,
            text=measure.text,
            detail=measure.detail,
            department_id=measure.department_id,
            continues=measure,
            reprint_of=copies.get(measure.reprint_of_id or 0),
        )
        copy._history_user = user
        copy._change_reason = f"{source.name}から写し"
        copy.save()
        copy.themes.set(measure.themes.all())
        copy.indicators.set(measure.indicators.all())
        copies[measure.pk] = copy


def earlier(revision: Revision) -> Revision | None:
    """Return the adopted revision that this one is compared with."""
    rows = Revision.objects.adopted().filter(strategy=revision.strategy_id, number__lt=revision.number)
    return rows.select_related("strategy").order_by("-number").first()


def compare(old: Revision, new: Revision) -> Comparison:
    """Tell what a revision changes against an earlier one: 2 queries."""
    rows = Revision.objects.adopted().filter(strategy=old.strategy_id, number__lt=old.number)
    return compare_all([*rows, old, new])[new.pk]


def compare_all(revisions: Sequence[Revision]) -> dict[int, Comparison]:
    """Compare each revision with the one before it of its strategy, by primary key: 2 queries.

    The first of a strategy has none to compare with, and is left out. Targets hold until a later revision sets others,
    so the earlier revisions have to be among those given.
    """
    measures, targets = _measures(revisions), _targets(revisions)
    found = {}
    in_force: dict[int, dict[int, Target]] = defaultdict(dict)
    before: dict[int, Revision] = {}
    for revision in sorted(revisions, key=lambda row: row.number):
        known = in_force[revision.strategy_id]
        if previous := before.get(revision.strategy_id):
            comparison = compare_measures(measures[previous.pk], measures[revision.pk])
            found[revision.pk] = replace(comparison, targets=compare_targets(known, targets[revision.pk]))
        known.update({row.indicator_id: row for row in targets[revision.pk]})
        before[revision.strategy_id] = revision
    return found


def _measures(revisions: Iterable[Revision]) -> dict[int, list[Measure]]:
    found = defaultdict(list)
    rows = Measure.objects.filter(revision__in=[row.pk for row in revisions])
    for measure in rows.select_related("direction__goal").in_order():
        found[measure.revision_id].append(measure)
    return found


def _targets(revisions: Iterable[Revision]) -> dict[int, list[Target]]:
    found = defaultdict(list)
    rows = Target.objects.filter(revision__in=[row.pk for row in revisions])
    order = ("indicator__goal__number", "-indicator__level", "indicator__order", "indicator__code")
    for target in rows.select_related("indicator__goal__strategy").order_by(*order):
        found[target.revision_id].append(target)
    return found


def adopt(revision: Revision, on: datetime.date, user: User | None) -> None:
    """Put a draft in force, and so in public; raise ValidationError with sentences where it isn't fit."""
    with transaction.atomic():
        Strategy.objects.select_for_update().get(pk=revision.strategy_id)
        revision.refresh_from_db()
        if problems := objections(revision, on):
            raise ValidationError(problems)
        revision.status, revision.adopted_on = RevisionStatus.ADOPTED, on
        revision.full_clean()
        revision.save()
        audit.record(AuditAction.ADOPT, f"{revision}（{on:%Y-%m-%d}決定）", user=user)
        version.bump()


def objections(revision: Revision, on: datetime.date | None = None) -> list[str]:
    """Return the sentences that say why a revision can't be adopted, on that day if one is given."""
    if not revision.is_draft:
        return [f"{revision}はもう決定されています。"]
    problems = []
    measures = list(revision.measures.in_order().select_related("reprint_of"))
    if not measures and not revision.targets.exists():
        problems.append("取組も目標もありません。どちらかを登録してから決定してください。")
    problems += [
        f"取組 {row.code} の再掲元が、この改訂の取組ではありません。再掲元を選び直してください。"
        for row in measures
        if row.reprint_of and (row.reprint_of.revision_id != revision.pk or row.reprint_of.reprint_of_id)
    ]
    return problems + (_out_of_order(revision, on) if on else [])


def _out_of_order(revision: Revision, on: datetime.date) -> list[str]:
    """Let dates follow numbers; an old revision may still be registered after later ones, with its old date."""
    before, later = earlier(revision), following(revision)
    problems = []
    if before and before.adopted_on and on < before.adopted_on:
        problems.append(f"決定日が、前の改訂（{before}）の決定日より前です。日付を確かめてください。")
    if later and later.adopted_on and on >= later.adopted_on:
        problems.append(
            f"あとの番号の改訂（{later}）が先に決定されています。新しい改訂は、いま有効な改訂から始めてください。"
            if revision.is_draft
            else f"決定日が、次の改訂（{later}）の決定日より前ではありません。日付を確かめてください。"
        )
    return problems


def following(revision: Revision) -> Revision | None:
    """Return the adopted revision that comes after this one."""
    rows = Revision.objects.adopted().filter(strategy=revision.strategy_id, number__gt=revision.number)
    return rows.select_related("strategy").order_by("number").first()


def date_objections(revision: Revision, on: datetime.date | None, today: datetime.date) -> list[str]:
    """Return the sentences that say why an adopted revision can't have that date; it may be unknown."""
    if on is None:
        return []
    if on > today:
        return ["決定日が先の日付です。今日までの日付を入れてください。"]
    return _out_of_order(revision, on)


def log_date(revision: Revision, before: datetime.date | None, user: User | None) -> None:
    """Write into the log that the date of an adopted revision was put right."""
    audit.record(
        AuditAction.ADOPT,
        f"{revision}の決定日を訂正（{before or '記載なし'} → {revision.adopted_on or '記載なし'}）",
        user=user,
    )


@dataclass(frozen=True)
class Contents:
    """What goes with a draft that is given up."""

    measures: int
    targets: int
    sections: int

    def __str__(self) -> str:
        return f"{self.measures}取組、{self.targets}目標、改訂の方針{self.sections}件"


def contents(revision: Revision) -> Contents:
    return Contents(revision.measures.count(), revision.targets.count(), revision.sections.count())


def discard(revision: Revision, user: User | None) -> Contents:
    """Delete a draft with its measures and targets; raise ValidationError for an adopted one, or one that is in use."""
    with transaction.atomic():
        Strategy.objects.select_for_update().get(pk=revision.strategy_id)
        revision.refresh_from_db()
        if not revision.is_draft:
            raise ValidationError(f"{revision}は決定されています。決定した改訂は取りやめられません。")
        gone, name = contents(revision), str(revision)
        try:
            _delete_all(revision, user)
        except models.ProtectedError as error:
            used = "、".join(sorted({str(row._meta.verbose_name) for row in error.protected_objects}))
            raise ValidationError(
                f"この案の取組や目標を使っている記録（{used}）があるため、取りやめられません。先に、その記録から外してください。"
            ) from error
        audit.record(AuditAction.DISCARD, f"{name}（{gone}）", user=user)
    return gone


def _delete_all(revision: Revision, user: User | None) -> None:
    """Delete from the leaves to the root, each row into its history; reprints before their originals."""
    revision.measures.filter(continues__revision=revision).update(continues=None)
    rows: list[Any] = [
        *revision.measures.order_by(models.F("reprint_of").asc(nulls_last=True)),
        *revision.targets.all(),
    ]
    for row in rows:
        row._history_user, row._change_reason = user, f"{revision.name}の取りやめ"
        row.delete()
    revision.delete()
