"""The plan itself: editions, revisions, goals, directions, themes, and the departments that answer for them."""

from __future__ import annotations

from goals.models.account import HandedPassword
from goals.models.department import Department, Membership
from goals.models.event import AuditEvent
from goals.models.loaded import LoadedRow
from goals.models.plan import Direction, Goal, GoalColor
from goals.models.source import Section, Sourced
from goals.models.strategy import Revision, RevisionSection, Strategy
from goals.models.theme import Theme, ThemeSection
from goals.publication.version import PublicVersion

__all__ = [
    "AuditEvent",
    "Department",
    "Direction",
    "Goal",
    "GoalColor",
    "HandedPassword",
    "LoadedRow",
    "Membership",
    "PublicVersion",
    "Revision",
    "RevisionSection",
    "Section",
    "Sourced",
    "Strategy",
    "Theme",
    "ThemeSection",
]
