"""The fixed words that clerks write and read: those in the place of a figure, yes and no."""

from __future__ import annotations

BLANK, MARK = "空欄", "値なし"
# What may stand where there is no figure, and how the reason is called: as the states of a value are (kpis, State).
NO_FIGURE = {
    "": BLANK,
    **dict.fromkeys(("-", "−", "―", "‐", "..."), MARK),
    **{word: word for word in ("未公表", "集計中", "調査なし", "対象外")},
    "該当なし": "対象外",
}


def yes_or_no(answer: object) -> str:
    """Write はい or いいえ."""
    return "はい" if answer else "いいえ"
