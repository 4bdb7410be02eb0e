"""The door of members and staff: log in, and change one's password."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from goals.accounts import audit, passwords
from goals.accounts.door import may_preview, sealed
from goals.models.event import AuditAction
from kanazawa_strategy.entrance import steps
from kanazawa_strategy.pages.frame import Crumb

CHANGED = "パスワードを変更しました。次のログインから、新しいパスワードをお使いください。"


class Entrance(LoginView):
    """Take a name and a password, and lead on to what is still owed before the log-in (entrance.py)."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        return steps.enter(self.request, user, self.get_redirect_url() or steps.home_of(user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form's context without Django's own `site`, which would hide that of the page's frame."""
        context = super().get_context_data(**kwargs)
        del context["site"], context["site_name"]
        return context


class Door(Entrance):
    """Let a member of the committee, or of staff, in."""

    template_name = "portal/login.html"

    extra_context = {"crumbs": [Crumb("ログイン")]}


def staff_door(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Do what the admin does, but for the steps that may follow the password."""
    if request.method == "GET" and admin.site.has_permission(request):
        return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "title": "ログイン",
        "subtitle": None,
        "app_path": request.get_full_path(),
        "username": request.user.get_username(),
        **(extra_context or {}),
    }
    view = Entrance.as_view(
        extra_context=context, authentication_form=AdminAuthenticationForm, template_name="admin/login.html"
    )
    return cast(HttpResponse, view(request))


class Password(PasswordChangeView):
    """Let whoever is logged in change their password, and write down that they did."""

    template_name = "portal/password.html"

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return sealed(cast(HttpResponse, super().dispatch(*args, **kwargs)))

    def get_form(self, form_class: Any = None) -> Any:
        return passwords.say_what_is_missing(super().get_form(form_class))

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            summary = f"利用者「{self.request.user}」が自分のパスワードを変更"
            audit.record(AuditAction.PASSWORD, summary, request=self.request)
            passwords.settle(form.user)
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
