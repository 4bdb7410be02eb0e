from __future__ import annotations

from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from goals.accounts import passwords
from goals.accounts.door import sealed
from kanazawa_strategy.entrance import steps
from kanazawa_strategy.pages.frame import Crumb


@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    """Have the owner of a handed password choose another before the log-in."""
    entrant = steps.entrant_at(request)
    if entrant is None or entrant.step() != "first-password":
        return redirect("login")
    form = passwords.say_what_is_missing(passwords.OwnPasswordForm(entrant.user, request.POST or None))
    if form.is_valid():
        entrant.user = form.take(request)
        return steps.proceed(request, entrant)
    rules = password_validators_help_texts()
    ctx = {"form": form, "rules": rules, "entrant": entrant, "crumbs": [Crumb("新しいパスワード")]}
    return sealed(render(request, "portal/first_password.html", ctx))
