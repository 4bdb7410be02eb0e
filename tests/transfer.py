"""Bring a file into the admin as a clerk does: upload, look at the preview, confirm; and take one out."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def upload(client: Client, model: Any, content: str | bytes, name: str = "data.csv") -> Any:
    """Send a file and return the page with the preview or the refusals."""
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, data)
    return client.post(address(model, "import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(client: Client, model: Any, preview: Any) -> Any:
    """Press the button under a preview."""
    form = preview.context["confirm_form"]
    return client.post(address(model, "process_import"), form.initial, follow=True)


def bring(client: Client, model: Any, content: str | bytes, name: str = "data.csv") -> Any:
    """Upload and confirm; return the page after it."""
    preview = upload(client, model, content, name)
    assert "confirm_form" in preview.context, refusals(preview)
    return confirm(client, model, preview)


def refusals(page: Any) -> list[str]:
    """Return what a page says against a file, each with its line (the heading is line 1)."""
    found = [str(text) for text in page.context["form"].errors.get("import_file", [])]
    result = page.context.get("result")
    if result is None:
        return found
    found += [error.sentence for error in result.base_errors]
    found += [f"{line + 1}: {error.sentence}" for line, errors in result.row_errors() for error in errors]
    for row in result.invalid_rows:
        for name, texts in row.error_dict.items():
            place = "" if name == "__all__" else f" {name}"
            found += [f"{row.number + 1}{place}: {text}" for text in texts]
    return found


def take(client: Client, model: Any, kind: int = 0) -> bytes:
    """Export the whole table: kind 0 is CSV in UTF-8, 1 Excel, 2 CSV in Shift_JIS."""
    response = client.post(address(model, "export"), {"format": str(kind), "resource": "0"})
    assert response.status_code == 200
    content: bytes = response.content
    return content
