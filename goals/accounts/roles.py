"""Roles are Django groups; a membership may give one until a date, and then it ends by itself (staff.md, Roles)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from goals.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Role(models.TextChoices):
    """The four roles of staff.md; each is the name of a group."""

    DEPARTMENT = "所管課", "所管課"
    PLANNER = "企画調整課", "企画調整課"
    MEMBER = "委員", "委員"
    OFFICER = "システム管理", "システム管理"


_PLAN = "goals.strategy goals.revision goals.revisionsection goals.goal goals.direction goals.theme goals.themesection"
_FIGURES = "kpis.indicator kpis.target kpis.expectedvalue kpis.round kpis.yearlyvalue"
_DEEDS = "measures.measure measures.measurereport measures.meeting measures.opinion"
_FROZEN = "kpis.assessment kpis.amendment"

# Role → verbs → models. Which rows is the admin's business (kpis/round/access.py); this says which doors open.
GRANTS: Mapping[Role, Mapping[str, str]] = {
    Role.DEPARTMENT: {
        "view": f"{_PLAN} {_FIGURES} {_DEEDS} {_FROZEN} goals.department",
        "add change": "kpis.yearlyvalue measures.measurereport",
    },
    Role.PLANNER: {
        "view add change delete": f"{_PLAN} {_FIGURES} {_DEEDS} goals.department goals.membership",
        "view": f"{_FROZEN} auth.group",
        "add": "kpis.amendment",
        "view add change": "auth.user",
    },
    Role.MEMBER: {
        "view": f"{_PLAN} {_FIGURES} {_DEEDS} {_FROZEN} goals.department",
        "add change": "measures.opinion",
    },
    Role.OFFICER: {
        "view": "goals.auditevent goals.department auth.group",
        "view add change": "auth.user",
        "view add change delete": "goals.membership",
    },
}


@dataclass(frozen=True)
class Synced:
    """What a role holds now, and what it was given and lost, by the names of permissions."""

    count: int
    is_new: bool
    given: list[str]
    taken: list[str]


def sync() -> dict[Role, Synced]:
    """Make the groups and give each exactly its permissions; return what that changed."""
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    names = {pk: name for name, pk in known.items()}
    with transaction.atomic():
        found = {}
        for role in Role:
            wanted = set(_permissions(GRANTS[role]))
            group, is_new = Group.objects.get_or_create(name=role.value)
            held = {names[pk] for pk in group.permissions.values_list("pk", flat=True)}
            group.permissions.set([known[name] for name in wanted])
            found[role] = Synced(len(wanted), is_new, sorted(wanted - held), sorted(held - wanted))
    return found


def _permissions(grants: Mapping[str, str]) -> Iterable[str]:
    for verbs, names in grants.items():
        for name in names.split():
            app, model = name.split(".")
            yield from (f"{app}.{verb}_{model}" for verb in verbs.split())


def groups_of(user: User | AnonymousUser) -> models.QuerySet[Group]:
    """Return the roles that hold today: those of the account, and those of memberships in force."""
    given = Membership.objects.in_force(timezone.localdate()).filter(user_id=user.pk or 0, role__isnull=False)
    return Group.objects.filter(Q(user=user.pk or 0) | Q(pk__in=given.values("role"))).distinct()


class RoleBackend(ModelBackend):
    """Let a role that has ended lose its permissions at once, with nothing to run."""

    def _get_group_permissions(self, user_obj: Any) -> models.QuerySet[Permission]:
        return Permission.objects.filter(group__in=groups_of(user_obj)).distinct()
