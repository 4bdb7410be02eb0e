"""The door of members and staff: log in, and change one's password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from goals import audit
from kanazawa_strategy.context import Crumb
from kanazawa_strategy.members import may_preview, sealed

CHANGED = "パスワードを変更しました。次のログインから、新しいパスワードをお使いください。"


class Door(LoginView):
    """Let a member of the committee, or of staff, in."""

    template_name = "portal/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form's context without Django's own `site`, which would hide that of the page's frame."""
        context = super().get_context_data(crumbs=[Crumb("ログイン")], **kwargs)
        del context["site"], context["site_name"]
        return context

    def get_default_redirect_url(self) -> str:
        """Lead staff to the admin, members to their page, and others to the committee's."""
        user: Any = self.request.user
        if getattr(user, "is_staff", False):
            return reverse("admin:index")
        return reverse("members" if may_preview(user) else "committee")


class Password(PasswordChangeView):
    """Let whoever is logged in change their password, and write down that they did."""

    template_name = "portal/password.html"

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return sealed(cast(HttpResponse, super().dispatch(*args, **kwargs)))

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        for field in form.fields.values():
            field.error_messages["required"] = f"{field.label}を入力してください。"
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            summary = f"利用者「{self.request.user}」が自分のパスワードを変更"
            audit.record(audit.AuditAction.PASSWORD, summary, request=self.request)
        messages.success(self.request, CHANGED)
        return response

    def get_success_url(self) -> str:
        """Lead members to their page; nobody else has one here but this."""
        return reverse("members" if may_preview(self.request.user) else "password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(crumbs=_crumbs(self.request), rules=password_validators_help_texts(), **kwargs)


def _crumbs(request: HttpRequest) -> list[Crumb]:
    start = [Crumb("委員のページ", reverse("members"))] if may_preview(request.user) else []
    return [*start, Crumb("パスワードの変更")]
