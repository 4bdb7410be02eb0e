"""The second factor: asked for at the door, set up and taken away by its owner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from goals.accounts import audit
from goals.accounts import second_factor as factor
from goals.accounts.door import sealed
from goals.models.event import AuditAction
from kanazawa_strategy.entrance import steps
from kanazawa_strategy.pages.frame import Crumb

WRONG = "コードが違います。アプリにいま表示されている6桁の数字を入力してください。一度使った数字は使えません。"
WRONG_RECOVERY = "回復コードが違います。一度使った回復コードは使えません。"
WAIT = "誤りが続いたため、コードをしばらく受け付けません。{seconds}秒たってから、もう一度お試しください。"
REMOVED = "2段階認証を解除しました。次のログインから、パスワードだけで入れます。"


@sensitive_post_parameters()
def login_code(request: HttpRequest) -> HttpResponse:
    """Ask whoever typed the right password for a code."""
    entrant = steps.entrant_at(request)
    if entrant is None or entrant.step() != "login-code":
        return redirect("login")
    error = ""
    if request.method == "POST":
        error = _refusal(request, entrant.user)
        if not error:
            entrant.has_given_code = True
            return steps.proceed(request, entrant)
        summary = f"利用者「{entrant.user}」（2段階認証のコードの誤り）"
        audit.record(AuditAction.LOGIN_FAILED, summary, user=entrant.user, request=request)
    field = "wrong_recovery" if request.POST.get("recovery") else "wrong_code"
    ctx = {field: error, "codes_left": factor.codes_left(entrant.user), "crumbs": [Crumb("確認コード")]}
    return sealed(render(request, "portal/login_code.html", ctx))


@sensitive_post_parameters()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show the owner's second factor, and set it up, renew its recovery codes or take it away."""
    entrant = None if request.user.is_authenticated else steps.entrant_at(request)
    if entrant and entrant.step() in {"second-factor", ""}:
        user: Any = entrant.user
    elif request.user.is_authenticated:
        user = request.user
    else:
        return redirect_to_login(request.path)
    act = ACTS.get(request.POST.get("act", ""), _show)
    return sealed(act(request, user, entrant))


def _show(request: HttpRequest, user: User, entrant: steps.Entrant | None, error: str = "") -> HttpResponse:
    newcomer = None if factor.app_of(user) else factor.newcomer_of(user)
    ctx = {
        "app": factor.app_of(user),
        "codes_left": factor.codes_left(user),
        "picture": newcomer and factor.picture(newcomer),
        "secret": newcomer and factor.secret(newcomer),
        "account": user,
        "entrant": entrant,
        "is_required": factor.is_required(user),
        "wrong_code": error,
        "crumbs": [Crumb("2段階認証")],
    }
    return render(request, "portal/second_factor.html", ctx)


def _show_codes(
    request: HttpRequest, codes: list[str], entrant: steps.Entrant | None, *, is_first: bool
) -> HttpResponse:
    ctx = {"codes": codes, "entrant": entrant, "is_first": is_first, "crumbs": [Crumb("回復コード")]}
    return render(request, "portal/recovery_codes.html", ctx)


def _start(request: HttpRequest, user: User, entrant: steps.Entrant | None) -> HttpResponse:
    if factor.app_of(user) is None:
        factor.start(user)
    return redirect("second-factor")


def _confirm(request: HttpRequest, user: User, entrant: steps.Entrant | None) -> HttpResponse:
    if seconds := factor.seconds_to_wait(user):
        return _show(request, user, entrant, WAIT.format(seconds=seconds))
    codes = factor.confirm(user, request.POST.get("code", ""), request=request)
    if not codes:
        return _show(request, user, entrant, WRONG)
    if entrant:
        entrant.has_given_code = True
        steps.remember(request, entrant)
    return _show_codes(request, codes, entrant, is_first=True)


def _renew(request: HttpRequest, user: User, entrant: steps.Entrant | None) -> HttpResponse:
    if entrant or (error := _refusal(request, user)):
        return _show(request, user, entrant, "" if entrant else error)
    return _show_codes(request, factor.renew_codes(user, request=request), None, is_first=False)


def _remove(request: HttpRequest, user: User, entrant: steps.Entrant | None) -> HttpResponse:
    if entrant or (error := _refusal(request, user)):
        return _show(request, user, entrant, "" if entrant else error)
    factor.remove(user, how="（本人）", request=request)
    messages.success(request, REMOVED)
    return redirect("second-factor")


def _go_on(request: HttpRequest, user: User, entrant: steps.Entrant | None) -> HttpResponse:
    return steps.proceed(request, entrant) if entrant else redirect(steps.home_of(user))


def _refusal(request: HttpRequest, user: User) -> str:
    """Return why the code that was sent opens nothing; blank when it does."""
    if seconds := factor.seconds_to_wait(user):
        return WAIT.format(seconds=seconds)
    if recovery := request.POST.get("recovery", ""):
        return "" if factor.accepts_recovery(user, recovery, request=request) else WRONG_RECOVERY
    return "" if factor.accepts(user, request.POST.get("code", "")) else WRONG


ACTS = {"start": _start, "confirm": _confirm, "renew": _renew, "remove": _remove, "go_on": _go_on}
