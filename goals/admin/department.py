from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from goals.accounts import audit
from goals.admin import resources
from goals.admin.base import PortalAdmin
from goals.admin.filters import department_filter
from goals.admin.history import full_name
from goals.models import Department, Membership


@admin.register(Department)
class DepartmentAdmin(PortalAdmin):
    resource_classes = [resources.DepartmentResource]
    list_display = ["name", "code", "bureau", "phone", "email", "is_active", "people_count"]
    list_filter = ["is_active", "bureau"]
    search_fields = ["name", "code", "bureau"]
    fieldsets = [
        (None, {"fields": ("name", "code", "bureau", "order", "is_active")}),
        (
            "問い合わせ先（公開）",
            {
                "fields": ("phone", "email"),
                "description": "指標のページに、市民の問い合わせ先として載ります。個人の番号やアドレスは入れないでください。",
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        today = timezone.localdate()
        in_force = Q(memberships__ends_on__isnull=True) | Q(memberships__ends_on__gte=today)
        return super().get_queryset(request).annotate(people_n=Count("memberships", filter=in_force))

    @admin.display(description="所属（今日）", ordering="people_n")
    def people_count(self, obj: Any) -> str:
        return f"{obj.people_n}人"


class InForceFilter(admin.SimpleListFilter):
    title = "有効か"
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "今日有効"), ("0", "終了")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        ended = Q(ends_on__lt=timezone.localdate())
        return {"1": queryset.exclude(ended), "0": queryset.filter(ended)}.get(self.value() or "", queryset)


@admin.register(Membership)
class MembershipAdmin(PortalAdmin):
    public = False
    resource_classes = [resources.MembershipResource]
    list_display = ["user", "full_name", "department", "role", "ends_on"]
    list_select_related = ["user", "department", "role"]
    list_filter = [InForceFilter, department_filter("department"), "role"]
    search_fields = ["user__username", "user__last_name", "user__first_name", "department__name"]
    fieldsets = [
        (
            None,
            {
                "fields": ("user", "department", "role", "ends_on"),
                "description": "どの課の人か、何の役割かを、終了日とともに決めます。終了日を過ぎると、その所属と役割の権限はすぐになくなります。",
            },
        )
    ]

    def note_change(self, request: HttpRequest, what: str, saved: Any = None) -> None:
        """Say nothing more: each row says for itself what became of it, here and in the import."""

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        with transaction.atomic():
            before = list(_rows(obj.pk)) if change else []
            super().save_model(request, obj, form, change)
            audit.record_memberships(before, _rows(obj.pk), request=request)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        with transaction.atomic():
            audit.record_memberships(_rows(obj.pk), [], request=request)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():
            audit.record_memberships(_rows(*queryset.values_list("pk", flat=True)), [], request=request)
            super().delete_queryset(request, queryset)

    @admin.display(description="氏名")
    def full_name(self, obj: Membership) -> str:
        return full_name(obj.user)


def _rows(*keys: int) -> models.QuerySet[Membership]:
    return Membership.objects.filter(pk__in=keys).select_related("user", "department", "role")
