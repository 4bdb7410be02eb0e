from __future__ import annotations

import pytest

from kanazawa_strategy.templatetags.portal import plain_number, unbroken


def test_counts_break_only_behind_their_dots() -> None:
    assert unbroken("12件中 達成3・未判定1") == (
        '<span class="nowrap">12件中 </span><span class="nowrap">達成3・</span><span class="nowrap">未判定1</span>'
    )


def test_what_is_wrapped_is_escaped() -> None:
    assert "<b>" not in unbroken("<b>・")


@pytest.mark.parametrize(("value", "text"), [(3000, "3,000"), (0, "0")])
def test_numbers_carry_separators(value: int, text: str) -> None:
    assert plain_number(value) == text
