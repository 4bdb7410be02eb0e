from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.forms import BoundField

from goals.folding import holds, words_of


class PageFilter(django_filters.FilterSet):
    """A set of filters on a public page; `main` names those that always show, the rest folds away.

    `texts` names the fields in which `by_words` looks.
    """

    main: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ()

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the rows that hold every word: 1 query."""
        words = words_of(value)
        texts = rows.values_list("pk", *self.texts)
        return rows.filter(pk__in=[pk for pk, *found in texts if holds(found, words)])

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
