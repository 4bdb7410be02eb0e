from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from goals.accounts import audit, lockout, passwords, second_factor
from goals.admin.base import NamedChoices, OnlyShown, Tabular
from goals.admin.chosen import ChosenRows
from goals.admin.history import full_name
from goals.admin.password import PasswordForm
from goals.models import Membership
from goals.models.event import AuditAction

admin.site.unregister(User)
admin.site.unregister(Group)


class MembershipInline(Tabular):
    model = Membership
    fields = ("department", "role", "ends_on")
    verbose_name_plural = "所属と役割（終了日を過ぎると、権限はすぐになくなります）"


@admin.register(User)
class AccountAdmin(ChosenRows, NamedChoices, UserAdmin):
    """Accounts are one person's each; they are disabled, never deleted, so that the history keeps its names."""

    list_display = ["username", "full_name", "places", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role", "memberships__department", "is_superuser"]
    search_fields = ["username", "last_name", "first_name", "email"]
    ordering = ["username"]
    inlines = [MembershipInline]
    actions = ["lift_lock_out", "remove_second_factor"]
    change_password_form = PasswordForm
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
        if not change and obj.has_usable_password():
            passwords.hand_over(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write down what changed, with what it was before where it says who may what."""
        rows = Membership.objects.filter(user=form.instance.pk).select_related("user", "department", "role")
        before = list(rows)
        super().save_related(request, form, formsets, change)
        action, subject = AuditAction.PERMISSION, f"利用者「{form.instance}」"
        if not change:
            audit.record(action, f"{subject}の追加", request=request)
        audit.record_parts(action, f"{subject}の変更", _changes(form) if change else [], request=request)
        audit.record_memberships(before, rows.all(), request=request)

    @admin.action(description="ログイン停止を解除する", permissions=["change"])
    def lift_lock_out(self, request: HttpRequest, queryset: Any) -> None:
        """Let those log in again who typed too many wrong passwords."""
        users = [user for user in queryset if self.has_change_permission(request, user)]
        count = sum(lockout.lift(user, request=request) for user in users)
        text = f"{count}人のログイン停止を解除しました。" if count else "ログインが止まっている利用者はいませんでした。"
        self.message_user(request, text)

    @admin.action(description="2段階認証を解除する", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: Any) -> None:
        """Let those in by the password alone who lost their app and their recovery codes."""
        users = [user for user in queryset if self.has_change_permission(request, user)]
        count = sum(second_factor.remove(user, how="（管理者）", request=request) for user in users)
        text = f"{count}人の2段階認証を解除しました。" if count else "2段階認証を使っている利用者はいませんでした。"
        self.message_user(request, text)

    @admin.display(description="氏名", ordering="last_name")
    def full_name(self, obj: User) -> str:
        return full_name(obj)

    @admin.display(description="所属・役割")
    def places(self, obj: Any) -> str:
        rows = [" ".join(str(part) for part in (row.department, row.role) if part) for row in obj.memberships.all()]
        return "、".join(rows)


@admin.register(Group)
class RoleAdmin(OnlyShown, GroupAdmin):
    """Roles are made by sync_roles; here they can be looked at."""


_TOLD = ("username", "is_active", "is_staff", "is_superuser", "groups")


def _changes(form: Any) -> list[str]:
    """Say which fields were changed; of names and addresses that they were, of what opens doors also how."""
    labels = {name: str(form.fields[name].label) for name in form.changed_data}
    parts = [
        audit.changed(labels[name], form.initial.get(name), _plain(form.cleaned_data[name]))
        for name in _TOLD
        if name in labels
    ]
    parts += [label for name, label in labels.items() if name not in {*_TOLD, "user_permissions"}]
    if "user_permissions" in labels:
        old, new = set(form.initial["user_permissions"]), set(form.cleaned_data["user_permissions"])
        parts += [f"{labels['user_permissions']}「{row}」を追加" for row in sorted(new - old, key=str)]
        parts += [f"{labels['user_permissions']}「{row}」を取消し" for row in sorted(old - new, key=str)]
    return parts


def _plain(value: Any) -> Any:
    """Return the rows of a choice of several as a list."""
    return list(value) if hasattr(value, "model") else value


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
