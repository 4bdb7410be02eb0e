"""The admin of the plan, of departments and of accounts. Direction is registered above, where its measures are known."""

from __future__ import annotations

from goals.admin.department import DepartmentAdmin, MembershipAdmin
from goals.admin.log import AuditEventAdmin
from goals.admin.plan import DirectionAdmin, GoalAdmin
from goals.admin.strategy import RevisionAdmin, RevisionSectionAdmin, StrategyAdmin
from goals.admin.theme import ThemeAdmin, ThemeSectionAdmin
from goals.admin.user import AccountAdmin, RoleAdmin

__all__ = [
    "AccountAdmin",
    "AuditEventAdmin",
    "DepartmentAdmin",
    "DirectionAdmin",
    "GoalAdmin",
    "MembershipAdmin",
    "RevisionAdmin",
    "RevisionSectionAdmin",
    "RoleAdmin",
    "StrategyAdmin",
    "ThemeAdmin",
    "ThemeSectionAdmin",
]
