from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from goals import audit
from goals.admin.base import NamedChoices, Tabular
from goals.models import Membership

admin.site.unregister(User)
admin.site.unregister(Group)


class MembershipInline(Tabular):
    model = Membership
    fields = ("department", "role", "ends_on")
    verbose_name_plural = "所属と役割（終了日を過ぎると、権限はすぐになくなります）"


@admin.register(User)
class AccountAdmin(NamedChoices, UserAdmin):
    """Accounts are one person's each; they are disabled, never deleted, so that the history keeps its names."""

    list_display = ["username", "full_name", "places", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role", "memberships__department", "is_superuser"]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    inlines = [MembershipInline]
    filter_horizontal = ["user_permissions"]
    add_fieldsets = [
        (
            None,
            {
                "fields": ("username", "last_name", "first_name", "usable_password", "password1", "password2"),
                "description": "1人に1つの利用者を作ります。課で共用しないでください。所属と役割は、この下で決めます。",
            },
        )
    ]
    _person = (None, {"fields": ("username", "password", "last_name", "first_name", "email")})
    _state = (
        "利用",
        {
            "fields": ("is_active", "is_staff", "last_login", "date_joined"),
            "description": "異動や退職のときは「有効」を外します。削除はできません（だれが変更したかの記録が残ります）。",
        },
    )
    _power = (
        "すべての権限（導入のときだけ）",
        {"fields": ("is_superuser", "groups", "user_permissions"), "classes": ("collapse",)},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return [self._person, self._state, *([self._power] if _is_superuser(request) else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__department", "memberships__role")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not _is_superuser(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change or form.changed_data or any(formset.has_changed() for formset in formsets):
            what = "変更" if change else "追加"
            audit.record(audit.AuditAction.PERMISSION, f"利用者「{form.instance}」の{what}", request=request)

    @admin.display(description="氏名", ordering="last_name")
    def full_name(self, obj: User) -> str:
        return f"{obj.last_name} {obj.first_name}".strip()

    @admin.display(description="所属・役割")
    def places(self, obj: Any) -> str:
        rows = [" ".join(str(part) for part in (row.department, row.role) if part) for row in obj.memberships.all()]
        return "、".join(rows)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Roles are made by sync_roles; here they can be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
