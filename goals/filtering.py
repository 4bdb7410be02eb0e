from __future__ import annotations

from typing import ClassVar

import django_filters
from django.forms import BoundField


class PageFilter(django_filters.FilterSet):
    """A set of filters on a public page; `main` names those that always show, the rest folds away."""

    main: ClassVar[tuple[str, ...]] = ()

    @property
    def main_fields(self) -> list[BoundField]:
        return [self.form[name] for name in self.main]

    @property
    def more_fields(self) -> list[BoundField]:
        return [field for field in self.form.visible_fields() if field.name not in self.main]

    @property
    def hidden_fields(self) -> list[BoundField]:
        """Return the set fields that no box shows, to be carried along."""
        return [field for field in self.form.hidden_fields() if field.value()]

    @property
    def uses_more(self) -> bool:
        """Tell whether a folded filter is set, so that it must show."""
        return any(field.value() for field in self.more_fields)
