from __future__ import annotations

from html import escape
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from goals.notation.folding import holds, words_of


class Box(forms.Select):
    """A select box written in Python; Django renders a template for each option, which takes longer than a list."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        more = flatatt(self.build_attrs(self.attrs, attrs))
        chosen = "" if value is None else str(value)
        options = [
            f'<option value="{escape(option)}"{" selected" if option == chosen else ""}>{escape(label)}</option>'
            for option, label in ((str(option), str(label)) for option, label in self.choices)
        ]
        lines = "".join(options)
        return SafeString(f'<select name="{escape(name)}"{more}>{lines}</select>')


class PageFilter(django_filters.FilterSet):
    """A set of filters on a public page; `main` names those that always show, the rest folds away.

    `texts` names the fields in which `by_words` looks.
    """

    main: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for found in self.filters.values():
            if isinstance(found, django_filters.ChoiceFilter | django_filters.ModelChoiceFilter):
                found.extra.setdefault("widget", Box)

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
