from __future__ import annotations

from typing import Any

from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from import_export.resources import Diff as StockDiff

from goals.importing.cells import Cell

LONG = 40  # characters from which a text is compared piece by piece


class Diff(StockDiff):
    """The preview of a row: what goes is `<del>`, what comes is `<ins>`, without the stock one's inline styles."""

    def __init__(self, resource: Any, instance: Any, new: bool) -> None:
        self.left, self.right, self.new = self._read_field_values(resource, instance), [], new

    @classmethod
    def _read_field_values(cls, resource: Any, instance: Any) -> list[str]:
        return [_shown(field, instance) for field in resource.get_import_fields()]

    def compare_with(self, resource: Any, instance: Any, dry_run: bool = False) -> None:
        self.right = self._read_field_values(resource, instance)

    def as_html(self) -> list[SafeString]:
        return [self._cell(str(old), str(new)) for old, new in zip(self.left, self.right, strict=True)]

    def _cell(self, old: str, new: str) -> SafeString:
        if self.new or old == new:
            return format_html("{}", new)
        if min(len(old), len(new)) < LONG:
            gone = format_html("<del>{}</del> → ", old) if old else SafeString()
            return gone + format_html("<ins>{}</ins>", new or "（空欄）")
        tool = diff_match_patch()
        pieces: list[Any] = tool.diff_main(old, new)
        tool.diff_cleanupSemantic(pieces)
        tags = {-1: "<del>{}</del>", 0: "{}", 1: "<ins>{}</ins>"}
        return format_html_join("", "{}", ((format_html(tags[kind], text),) for kind, text in pieces))


def _shown(field: Any, instance: Any) -> str:
    value = field.get_value(instance)
    return str(field.widget.show(value) if isinstance(field.widget, Cell) else field.widget.render(value))
