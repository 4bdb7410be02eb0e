"""What the script of the exported site filters and searches by: small JSON files beside the pages.

The server's own filters say which row fits which choice, so that both give the same answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from goals.notation.folding import SPELLINGS, WORDS, fold
from goals.publication.filtering import PageFilter
from kanazawa_strategy.pages import search
from kanazawa_strategy.pages.filters import SORTS, IndicatorFilter
from kanazawa_strategy.pages.indicators import keys_in_order
from kanazawa_strategy.static_export.addresses import href_of
from kpis.models import Indicator
from measures.filters import MeasureFilter, OpinionFilter
from measures.models import Measure, Opinion

_PAGES = ("edition", "view")  # chosen by going to another page of the list, not by hiding rows
_ORDER = "sort"


@dataclass(frozen=True)
class Listing:
    """A list with filters; `key_of` names a row as its links do."""

    name: str
    filters: type[PageFilter]
    rows: Callable[[], QuerySet[Any]]
    key_of: Callable[[Any], str]
    views: tuple[str, ...] = ("",)
    sorts: Callable[[], dict[str, list[str]]] = dict

    @property
    def address(self) -> str:
        return reverse(self.name)

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Yield the query and the address of every page that holds a whole list: each edition, each view."""
        for edition in self._choices().get("edition", []):
            for view in self.views:
                query = "&".join(
                    f"{name}={value}" for name, value in zip(_PAGES, (edition, view), strict=True) if value
                )
                yield query, f"{self.address}?{query}" if query else self.address

    def content(self) -> dict[str, Any]:
        """Return all rows with the choices that each fits: a query a choice and edition."""
        choices = self._choices()
        editions = [edition for edition in choices.pop("edition") if edition] or [""]
        found = self.rows().in_bulk()
        keys = {pk: self.key_of(row) for pk, row in found.items()}
        texts = self.rows().values_list("pk", *self.filters.texts)
        rows: dict[int, dict[str, Any]] = {pk: {"text": "\n".join(map(fold, words))} for pk, *words in texts}
        for name, values in choices.items():
            fits = defaultdict(list)
            for value in values:
                for pk in {pk for edition in editions for pk in self._fitting(edition, name, value)}:
                    fits[pk].append(value)
            for pk, row in rows.items():
                row[name] = fits[pk]
        for pk, row in rows.items():
            if getattr(found[pk], "reprint_of_id", None):
                row["again"] = True
        return {
            **_WORDS,
            "pages": {query: href_of(address) for query, address in self.addresses()},
            "choices": choices,
            "sorts": self.sorts(),
            "rows": {keys[pk]: row for pk, row in rows.items()},
        }

    def _choices(self) -> dict[str, list[str]]:
        """Return the values of every field with choices; "" is the edition that is shown without asking."""
        fields = self.filters({}, queryset=self.rows()).form.fields
        found = {
            name: [str(value) for value, _ in field.choices if str(value)]
            for name, field in fields.items()
            if hasattr(field, "choices") and name != _ORDER
        }
        return {**found, "edition": ["", *found.get("edition", [])]}

    def _fitting(self, edition: str, name: str, value: str) -> QuerySet[Any, Any]:
        found: QuerySet[Any] = self.filters({"edition": edition, name: value}, queryset=self.rows()).qs
        return found.values_list("pk", flat=True)


def _key(row: Indicator | Measure) -> str:
    return href_of(row.get_absolute_url())


def _sorts() -> dict[str, list[str]]:
    keys = {row.pk: _key(row) for row in Indicator.objects.select_related("goal__strategy")}
    return {sort: [keys[pk] for pk in keys_in_order(Indicator.objects.all(), sort)] for sort, _ in SORTS}


LISTINGS = (
    Listing("indicator-list", IndicatorFilter, Indicator.objects.all, _key, ("", "cards"), _sorts),
    Listing("measure-list", MeasureFilter, Measure.objects.in_force, _key),
    Listing("committee", OpinionFilter, Opinion.objects.public, lambda row: f"opinion-{row.code}"),
)
_WORDS = {"spellings": SPELLINGS, "most_words": WORDS}


def _search() -> dict[str, Any]:
    """Return all that can be found on the page for searching, folded as it is compared."""
    kinds = [
        {
            "label": label,
            "entries": [
                {
                    "url": href_of(entry.url),
                    "place": entry.place,
                    "title": entry.title,
                    "bodies": entry.bodies,
                    "text": "\n".join(map(fold, entry.texts)),
                }
                for entry in entries()
            ],
        }
        for label, entries in search.KINDS
    ]
    return {**_WORDS, "longest": search.LONGEST, "shown": search.SHOWN, "around": search.AROUND, "kinds": kinds}


def files() -> dict[str, Callable[[], bytes]]:
    """Return the addresses of the JSON files, and how each is written."""
    found = {f"{listing.address}rows.json": _written(listing.content) for listing in LISTINGS}
    return {**found, f"{reverse('search')}index.json": _written(_search)}


def _written(content: Callable[[], dict[str, Any]]) -> Callable[[], bytes]:
    return lambda: json.dumps(content(), ensure_ascii=False, separators=(",", ":")).encode()


def addresses() -> Iterator[str]:
    """Yield the pages that hold whole lists, whether a link leads to them or not."""
    return (address for listing in LISTINGS for _, address in listing.addresses())
