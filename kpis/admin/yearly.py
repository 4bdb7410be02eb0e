"""What the admin's tables of yearly rows share: who may write a row, and confirming many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from goals.admin.base import TracedAdmin
from kpis.models import Round, Workflow
from kpis.round import steps
from kpis.round.access import Entrant, runs_rounds


class YearlyRowAdmin(TracedAdmin):
    """Rows that wait here until their round is published."""

    public = False
    actions = ["confirm"]

    def place_of(self, obj: Any) -> tuple[int, int | None]:
        """Return the strategy that a row belongs to, and the department that answers for it."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.entrant = entrant_of(request)
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the row too; on a post, a round closed meanwhile is for the form to say, so that nothing typed is lost."""
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        if request.method == "POST":
            return entrant_of(request).owns(self.place_of(obj)[1])
        return not self.refusal(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.workflow != Workflow.PUBLISHED)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset.exclude(workflow=Workflow.PUBLISHED))

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return runs_rounds(request.user)

    def refusal(self, request: HttpRequest, obj: Any) -> str:
        strategy_id, department_id = self.place_of(obj)
        return entrant_of(request).refusal(strategy_id, obj.fiscal_year, department_id)

    @admin.action(description="確認済にする", permissions=["confirm"])
    def confirm(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        try:
            with transaction.atomic():
                years = queryset.order_by().values("fiscal_year")
                list(Round.objects.select_for_update().filter(fiscal_year__in=years).order_by("pk"))
                chosen = list(queryset)  # as they are now that nobody else writes them
                count = steps.confirm(chosen, user=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        self.message_user(request, f"{count}件を確認済にしました。", messages.SUCCESS)
        if len(chosen) > count:
            self.message_user(request, f"{len(chosen) - count}件は、すでに確認済か公表済みでした。", messages.INFO)


def entrant_of(request: HttpRequest) -> Entrant:
    """Return who enters, read once per request."""
    known: Any = request
    if not hasattr(known, "_entrant"):
        # A form is saved in the transaction in which it was checked.
        locks = request.method == "POST" and connection.in_atomic_block
        known._entrant = Entrant(request.user, timezone.localdate(), locks=locks)
    entrant: Entrant = known._entrant
    return entrant
