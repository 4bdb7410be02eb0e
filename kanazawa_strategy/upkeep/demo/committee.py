"""The committee of the demonstration: a meeting that was held, one to come, and what members with made-up names say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from goals.models import Department, Goal
from kanazawa_strategy.upkeep.demo.files import find, read, save
from kpis.models import Indicator
from measures.models import Measure, Meeting, Opinion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def meet(users: Mapping[str, User]) -> None:
    """Make the meetings with their focus, and the opinions with responses and links."""
    file = read("committee.json")
    meetings = {row["held_on"]: _hold(row) for row in file["meetings"]}
    for row in file["opinions"]:
        _say(row, meetings, users)


def _hold(row: Mapping[str, Any]) -> Meeting:
    """Enter one meeting; one with `weeks_ahead` is to come, whenever the demonstration is made."""
    fields = dict(row)
    focus, weeks = fields.pop("focus_indicators"), fields.pop("weeks_ahead", None)
    fields["held_on"] = datetime.date.fromisoformat(row["held_on"])
    if weeks:
        fields["held_on"] = max(fields["held_on"], timezone.localdate() + datetime.timedelta(weeks=weeks))
    meeting = Meeting(**fields)
    meeting.full_clean()
    save(meeting)
    meeting.focus_indicators.set(find(Indicator, code) for code in focus)
    return meeting


def _say(row: Mapping[str, Any], meetings: Mapping[str, Meeting], users: Mapping[str, User]) -> None:
    """Enter one opinion; its code names its meeting, by the date in the file, and its place there."""
    fields: dict[str, Any] = dict(row)
    measures, indicators = fields.pop("measures"), fields.pop("indicators")
    date, _, order = fields["code"].rpartition("-")
    meeting = meetings[date]
    fields["code"] = f"{meeting.held_on:%Y-%m-%d}-{order}"
    fields["meeting"], fields["order"] = meeting, int(order)
    fields["goal"] = find(Goal, *fields["goal"])
    if "indicator" in fields:
        fields["indicator"] = find(Indicator, fields["indicator"])
    if "measure" in fields:
        fields["measure"] = find(Measure, *fields["measure"])
    if "department" in fields:
        fields["department"] = find(Department, fields["department"])
    if "author" in fields:
        fields["author"] = users[fields["author"]]
    opinion = Opinion(**fields)
    opinion.full_clean()
    save(opinion)
    opinion.measures.set(find(Measure, *key) for key in measures)
    opinion.indicators.set(find(Indicator, code) for code in indicators)
