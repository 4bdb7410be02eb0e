"""Choose where the value axis begins and ends, and which round numbers stand at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from goals.notation.numbers import format_decimals

_HUNDRED = Decimal(100)
# How much of the axis the values must fill before it may begin above 0: less for counts, whose size matters.
_FILL = {"%": Decimal("0.5")}
_FILL_COUNTS = Decimal("0.25")
_LEAST_SPAN = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis; `is_cut` tells that it begins above 0, which the page must say in words."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]

    @property
    def is_cut(self) -> bool:
        return self.low > 0

    @property
    def words(self) -> tuple[str, ...]:
        """Write the ticks, all with the decimals that their step needs."""
        places = max(-int(tick.normalize().as_tuple().exponent) for tick in self.ticks)
        return tuple(format_decimals(tick, max(places, 0)) for tick in self.ticks)

    def share(self, value: Decimal) -> Decimal:
        """Give where a value lies between the ends, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def value_axis(values: Sequence[Decimal], unit: str, decimals: int, steps: int = 5) -> Axis:
    """Fit an axis around the values: from 0, unless that would squash them into its upper end."""
    least, most = (min(values), max(values)) if values else (Decimal(0), Decimal(0))
    is_share = unit == "%" and most <= _HUNDRED and least >= 0
    if least > 0 and most - least < most * _FILL.get(unit, _FILL_COUNTS):
        room = max(most - least, most * _LEAST_SPAN) * Decimal("0.2")
        low, high = max(least - room, Decimal(0)), most + room
    else:
        room = (max(most, Decimal(0)) - min(least, Decimal(0))) * Decimal("0.1")
        low, high = min(least - room, Decimal(0)) if least < 0 else Decimal(0), max(most + room, Decimal(0))
    if is_share:
        high = min(high, _HUNDRED)
    if high <= low:
        high = low + 1
    step = max(_round_step((high - low) / steps), Decimal(1).scaleb(-decimals))
    first = int((low / step).to_integral_value(ROUND_FLOOR))
    last = int((high / step).to_integral_value(ROUND_CEILING))
    if is_share and last * step > _HUNDRED:
        last = int(_HUNDRED / step)
    ticks = tuple(number * step for number in range(first, max(last, first + 1) + 1))
    return Axis(ticks[0], max(ticks[-1], most), ticks)


def _round_step(raw: Decimal) -> Decimal:
    """Give the next of 1, 2, 5, 10 times a power of ten."""
    base = Decimal(1).scaleb(raw.adjusted())
    return next(base * factor for factor in (1, 2, 5, 10) if base * factor >= raw)
