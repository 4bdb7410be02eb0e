"""The counter of what is public: every transaction that changes anything public bumps it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

P = ParamSpec("P")
R = TypeVar("R")
LEAP = 1000  # more than is ever published between a backup and its restoring


class PublicVersion(models.Model):
    """The one row that says which state of the public data is being served."""

    number = models.PositiveBigIntegerField("番号", default=1)
    changed_at = models.DateTimeField("公開内容の更新日時", default=timezone.now)
    is_demo = models.BooleanField("デモデータ", default=False)

    objects = models.Manager["PublicVersion"]()

    class Meta:
        verbose_name = "公開版"
        verbose_name_plural = "公開版"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="public_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)


def current() -> PublicVersion:
    """Return the row (1 query); an unsaved first version where nothing was ever published."""
    return PublicVersion.objects.filter(pk=1).first() or PublicVersion(pk=1)


def number() -> int:
    """Return the public version (1 query)."""
    return PublicVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 1


def bump() -> None:
    """Count the public version up; call it in the transaction that changes what is public."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("bump() belongs in the transaction of the change")
    now = timezone.now()
    if not PublicVersion.objects.filter(pk=1).update(number=F("number") + 1, changed_at=now):
        PublicVersion.objects.create(pk=1, number=2, changed_at=now)


def public(*questions: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view whose answer is the same for everyone and depends on public data and these names in the query only."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def marked(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        marked.public_questions = frozenset(questions)  # type: ignore[attr-defined]
        return marked

    return mark


def leap(seen: int) -> int:
    """Go on beyond every number that caches may know, after another state of the data was put in its place."""
    bump()
    row = PublicVersion.objects.select_for_update().get(pk=1)
    row.number = max(row.number, seen) + LEAP
    row.save(update_fields=["number"])
    return row.number
