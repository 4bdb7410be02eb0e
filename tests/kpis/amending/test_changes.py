"""What an amendment may say, before anything is stored."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError

from kpis.amending.changes import check_day
from kpis.models import Assessment, Round

PUBLISHED, TODAY = datetime.date(2025, 9, 1), datetime.date(2025, 10, 1)


@pytest.mark.parametrize("day", [PUBLISHED, datetime.date(2025, 9, 2), TODAY])
def test_a_change_is_made_from_the_day_of_publication_to_today(day: datetime.date) -> None:
    check_day(day, Assessment(round=Round(published_on=PUBLISHED)), today=TODAY)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (datetime.date(2025, 8, 31), "変更日が公表日（2025-09-01）より前です。日付を確かめてください。"),
        (datetime.date(2025, 10, 2), "変更日が先の日付です。今日までの日付にしてください。"),
    ],
)
def test_a_day_beyond_either_end_is_refused(day: datetime.date, told: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_day(day, Assessment(round=Round(published_on=PUBLISHED)), today=TODAY)
    assert refusal.value.messages == [told]


@pytest.mark.parametrize("row", [None, Assessment(round=Round())])
def test_where_no_publication_is_known_only_a_day_to_come_is_refused(row: Assessment | None) -> None:
    check_day(datetime.date(1990, 1, 1), row, today=TODAY)
    with pytest.raises(ValidationError, match="先の日付"):
        check_day(datetime.date(2025, 10, 2), row, today=TODAY)
