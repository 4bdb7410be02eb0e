"""What every yearly sheet is, whichever table it fills: rows that are seen, typed into and saved each for itself."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Generic, Self, TypeVar

from django import forms
from django.db import models
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from goals.models import Department
from goals.notation.numbers import whole
from goals.notation.words import yes_or_no
from kpis.entry.sheet.theirs import Theirs
from kpis.models import Round
from kpis.round.access import Entrant

CHECKED = "on"


class Outcome(StrEnum):
    """What became of a row that was handed in."""

    SAME = "same"
    SAVED = "saved"
    INVALID = "invalid"
    DOUBTED = "doubted"
    CONFLICT = "conflict"
    REFUSED = "refused"


def plain(text: str) -> str:
    """Undo what a browser does to the ends of lines."""
    return text.replace("\r\n", "\n").strip()


def digest(names: Sequence[str], cells: Mapping[str, str]) -> str:
    """Stand for the cells as they were shown, so that an untouched row is known by what comes back."""
    text = "\x1f".join(plain(cells.get(name, "")) for name in names)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=128)
def options_of(table: type[models.Model], name: str, chosen: str) -> SafeString:
    """Write the options of a list once for all rows: a loop in the template took a third of the page's time."""
    field: Any = table._meta.get_field(name)
    marks = {chosen: " selected"}
    return format_html_join(
        "", '<option value="{}"{}>{}</option>', ((key, marks.get(key, ""), label) for key, label in field.flatchoices)
    )


@dataclass(kw_only=True)
class GridRow(ABC):
    """A row of a sheet: what is saved, and what was typed and not taken."""

    table: ClassVar[type[models.Model]]
    names: ClassVar[Sequence[str]]  # of the cells; the first one always comes back with the row
    checkboxes: ClassVar[frozenset[str]] = frozenset()

    typed: dict[str, str] | None = None
    seen_then: str = ""  # what the form said it had seen
    outcome: Outcome | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doubts: Sequence[str] = ()
    theirs: Theirs | None = None

    @property
    @abstractmethod
    def code(self) -> str: ...

    @property
    @abstractmethod
    def title(self) -> str:
        """Return what the row is called where the page speaks of it."""

    @property
    @abstractmethod
    def saved(self) -> Any:
        """Return the saved row of the table, None where there is none yet."""

    @abstractmethod
    def write_cells(self, saved: Any) -> dict[str, str]:
        """Write a row of the table, or None, as the cells show it."""

    @abstractmethod
    def entry(self, typed: dict[str, str], *, ticked: bool) -> Any:
        """Return what is to be written, or mark the row with why not and return None."""

    def label_of(self, name: str) -> str:
        field: Any = self.table._meta.get_field(name)
        return str(field.verbose_name)

    def shown(self, name: str, text: str) -> str:
        """Write a cell as a sentence has it: the label of a choice, はい or いいえ."""
        if name in self.checkboxes:
            return yes_or_no(text)
        field: Any = self.table._meta.get_field(name)
        return str(dict(field.flatchoices).get(text, text)) or "（空欄）"

    def difference(self, current: Any, typed: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return label, saved and typed content of the cells that differ from a row of the table."""
        saved = self.write_cells(current)
        differing = [name for name in self.names if name in typed and typed[name] != saved[name]]
        return [
            (self.label_of(name), self.shown(name, saved[name]), self.shown(name, typed[name])) for name in differing
        ]

    def refuse(self, form: forms.Form) -> None:
        """Mark the row with what is wrong in its form."""
        self.outcome = Outcome.INVALID
        self.errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}

    @cached_property
    def saved_cells(self) -> dict[str, str]:
        return self.write_cells(self.saved)

    @property
    def cells(self) -> dict[str, str]:
        """Return what stands in the cells: what was typed and not saved, else what is saved."""
        return self.saved_cells if self.typed is None else {**self.saved_cells, **self.typed}

    @property
    def seen_now(self) -> str:
        """Return the version and the digest of what is saved."""
        return f"{self.saved.version if self.saved else 0}:{digest(self.names, self.saved_cells)}"

    @property
    def seen(self) -> str:
        return self.seen_then if self.typed is not None and self.seen_then else self.seen_now

    @property
    def seen_version(self) -> int | None:
        """Return the version that the form had seen; None where it saw no saved row."""
        version = self.seen_then.partition(":")[0]
        return whole(version) or None

    def read(self, posted: Mapping[str, str]) -> dict[str, str] | None:
        """Return the cells of the row that came, None where it did not come at all."""
        if f"{self.code}-{self.names[0]}" not in posted:
            return None
        typed = {name: plain(posted.get(f"{self.code}-{name}", "")) for name in self.names}
        return {name: (CHECKED if text else "") if name in self.checkboxes else text for name, text in typed.items()}

    def is_untouched(self, typed: Mapping[str, str]) -> bool:
        return self.seen_then.partition(":")[2] == digest(self.names, typed)

    def forget(self) -> None:
        """Let what was worked out of the saved row be worked out anew."""
        self.__dict__.pop("saved_cells", None)

    @property
    def returned_note(self) -> str:
        return self.saved.returned_note if self.saved else ""

    @property
    def messages(self) -> list[str]:
        return [text for texts in self.errors.values() for text in texts]

    @property
    def has_said(self) -> bool:
        """Tell whether there is anything to be said of the row."""
        answered = getattr(self.saved, "doubts_answer", "")
        return bool(self.returned_note or self.theirs or self.errors or self.doubts or answered)


RowT = TypeVar("RowT", bound=GridRow)


@dataclass
class Grid(ABC, Generic[RowT]):
    """The rows of one department in one round."""

    round: Round
    department: Department
    entrant: Entrant
    rows: list[RowT]
    code: str = ""  # where only one row was read

    @classmethod
    @abstractmethod
    def read(cls, round_: Round, department: Department, entrant: Entrant, *, code: str = "") -> Self:
        """Read the sheet, or the one row of `code`."""

    @abstractmethod
    def write(self, entries: Sequence[Any]) -> object:
        """Write the entries, all or nothing. Raises kpis.entry.ledger.Refused."""

    @classmethod
    @abstractmethod
    def departments(cls, round_: Round) -> models.QuerySet[Department]:
        """Return the departments that have such a sheet, with how many rows are `due` and how many `filled`."""

    @classmethod
    @abstractmethod
    def without_department(cls, round_: Round) -> int:
        """Count what belongs on such a sheet and to no department."""

    @abstractmethod
    def submit(self) -> int:
        """Hand the sheet in; return how many rows went on. Raises ValidationError with a sentence."""

    @abstractmethod
    def take_saved(self, row: RowT, fresh: RowT) -> None:
        """Let a row know what is saved now."""

    def reread(self) -> None:
        """Read what is saved now, and keep what was typed and not taken."""
        again = type(self).read(self.round, self.department, self.entrant, code=self.code)
        fresh = {row.code: row for row in again.rows}
        for row in self.rows:
            if row.code in fresh:
                self.take_saved(row, fresh[row.code])
                row.forget()

    @property
    def refusal(self) -> str:
        """Return why nothing is entered here now, or nothing."""
        return self.entrant.refusal(self.round.strategy_id, self.round.fiscal_year, self.department.pk)

    @property
    def blank(self) -> list[RowT]:
        return [row for row in self.rows if row.saved is None]

    @property
    def filled(self) -> int:
        return len(self.rows) - len(self.blank)

    @property
    def returned(self) -> list[RowT]:
        return [row for row in self.rows if row.returned_note]

    @property
    def unsaved(self) -> list[RowT]:
        """Return the rows whose typed content was not taken."""
        return [row for row in self.rows if row.outcome not in {None, Outcome.SAME, Outcome.SAVED}]

    @property
    def saved_now(self) -> list[RowT]:
        return [row for row in self.rows if row.outcome == Outcome.SAVED]
