"""Files in and out of the pages of the admin: the form that takes one, and the answer that hands one out."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers


class UploadForm(forms.Form):
    """The file that somebody filled in."""

    file = forms.FileField(
        label="ファイル",
        help_text="Excel（.xlsx）か CSV。種類と文字コードは自動で見分けます。10MB まで。",
        error_messages={"empty": "ファイルの中身が空です。保存してから選び直してください。"},
    )


def download(data: bytes, kind: str, name: str) -> HttpResponse:
    """Hand a file out, of its content type, never from a cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    response = HttpResponse(data, content_type=kind, headers=headers)
    add_never_cache_headers(response)
    return response
