"""What a meeting looks at one by one (重点審査): a proposal of the indicators whose ratings need attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from goals.notation.years import FiscalYear
from kpis.judging.words import Group, Rating
from kpis.models import Assessment, Indicator, Round
from kpis.round.publishing import outcomes

if TYPE_CHECKING:
    from measures.models import Meeting

REASON = "注意が必要な指標を重点審査に追加"


@dataclass(frozen=True)
class Focus:
    """The indicators of a round that need attention, and which of them a meeting had not chosen yet."""

    round: Round
    found: list[Indicator]
    added: list[Indicator]


def round_of(fiscal_year: int) -> Round | None:
    """Return the round of a year; where two strategies have one, that of the current strategy."""
    rows = Round.objects.filter(fiscal_year=fiscal_year).select_related("strategy")
    return rows.order_by("-strategy__is_current", "-strategy__edition").first()


def needing_attention(round_: Round) -> list[Indicator]:
    """Return them in the order of the plan: by what was frozen, before publication by the confirmed values.

    Raises ValidationError where one of them can't be judged.
    """
    if round_.is_published:
        frozen = Assessment.objects.filter(round=round_).values_list("indicator_id", "rating")
        keys = [key for key, rating in frozen if Rating(rating).group == Group.ATTENTION]
        return list(Indicator.objects.filter(pk__in=keys).in_order())
    return [row.indicator for row in outcomes(round_) if row.judgement.rating.group == Group.ATTENTION]


def add_attention(meeting: Meeting) -> Focus:
    """Add what needs attention in the meeting's year to what it looks at one by one; nothing is taken away.

    Raises ValidationError with a sentence where the meeting has no year, or the year no round.
    """
    if meeting.fiscal_year is None:
        raise ValidationError("「審議する評価年度」を入れると、その年度の評価から選べます。")
    round_ = round_of(meeting.fiscal_year)
    if round_ is None:
        year = FiscalYear(meeting.fiscal_year).long()
        raise ValidationError(f"{year}の評価年度がまだありません。「評価年度」に登録すると、選べるようになります。")
    with transaction.atomic():
        found = needing_attention(round_)
        known = set(meeting.focus_indicators.values_list("pk", flat=True))
        added = [indicator for indicator in found if indicator.pk not in known]
        if added:
            meeting._change_reason = getattr(meeting, "_change_reason", None) or REASON  # type: ignore[attr-defined]
            meeting.focus_indicators.add(*added)
    return Focus(round_, found, added)
