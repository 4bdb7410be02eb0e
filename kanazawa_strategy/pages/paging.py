"""A long list in pages: the addresses of its neighbours, and in words which part of it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest


@dataclass(frozen=True)
class Pager:
    """What stands below a page of a list; nothing where the list fits on one."""

    page: Page[Any]
    request: HttpRequest

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def is_needed(self) -> bool:
        return self.page.has_other_pages()

    @property
    def place(self) -> str:
        """Say 250件中 101件目から200件目まで."""
        return f"{self.total}件中 {self.page.start_index()}件目から{self.page.end_index()}件目まで"

    @property
    def title(self) -> str:
        """Tell the pages behind the first apart in their titles."""
        return f"（{self.page.number}ページ目）" if self.page.number > 1 else ""

    @property
    def before(self) -> int:
        """Count what the page before holds; 0 where there is none."""
        return self.page.paginator.per_page if self.page.has_previous() else 0

    @property
    def after(self) -> int:
        return min(self.page.paginator.per_page, self.total - self.page.end_index())

    @property
    def before_url(self) -> str:
        number = self.page.number - 1
        return address_of(self.request, page=str(number) if number > 1 else "")

    @property
    def after_url(self) -> str:
        return address_of(self.request, page=str(self.page.number + 1))


def address_of(request: HttpRequest, path: str = "", **changes: str) -> str:
    """Return the address of the same question with some of its answers changed, or left out where they are blank."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    text = query.urlencode()
    return f"{path or request.path}?{text}" if text else path or request.path
