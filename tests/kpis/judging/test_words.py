"""The words in the place of a figure mean the states of a value, whichever door they come through."""

from __future__ import annotations

import pytest

from goals.importing import Number
from goals.notation.words import BLANK, MARK, NO_FIGURE
from kpis.entry.workbook.contents import read_value
from kpis.judging.words import State


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("未公表", State.UNPUBLISHED),
        ("集計中", State.COLLECTING),
        (" 調査なし", State.NOT_SURVEYED),
        ("該当なし", State.NOT_APPLICABLE),
        ("対象外", State.NOT_APPLICABLE),
    ],
)
def test_a_word_is_no_figure_and_says_why(word: str, state: State) -> None:
    assert read_value(word, "件", None) == (None, state)
    assert Number().clean(word) is None


def test_every_reason_is_a_state_without_a_value_and_every_such_state_has_its_word() -> None:
    reasons = set(NO_FIGURE.values()) - {BLANK, MARK}
    assert reasons == {state.label for state in State if not state.has_value}


def test_a_state_is_known_by_its_word_alone() -> None:
    assert [State.named(label) for _, label in State.choices()] == list(State)
    assert State.named("値なし") is State.named("") is None
