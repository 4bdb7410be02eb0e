from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest

from goals.notation.numbers import whole


class ChosenRows:
    """Let an action only have rows that a list can offer: Django itself asks the database for whatever was sent."""

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        if any(whole(key) is None for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.warning(
                request, "選んだ行を読み取れませんでした。何も変えていません。一覧から選び直してください。"
            )
            return None
        return super().response_action(request, queryset)  # type: ignore[misc]
