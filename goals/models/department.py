from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


TWICE = "この利用者には、同じ所属・役割がもうあります。"


class DepartmentQuerySet(models.QuerySet["Department"]):
    def get_by_natural_key(self, code: str) -> Department:
        return self.get(code=code)

    def of(self, user: User | AnonymousUser, today: datetime.date) -> Self:
        """Return the departments to which the user belongs on that day."""
        return self.filter(memberships__in=Membership.objects.in_force(today).filter(user_id=user.pk or 0)).distinct()


class Department(models.Model):
    """A section of the city (所管課) that answers for indicators and measures."""

    code = models.SlugField("コード", max_length=30, unique=True, help_text="半角英数字。例: kikaku")
    name = models.CharField("課名", max_length=50, unique=True)
    bureau = models.CharField("局名", max_length=50, blank=True)
    phone = models.CharField("電話", max_length=30, blank=True)
    email = models.EmailField("メール", blank=True)
    order = models.PositiveSmallIntegerField("並び順", default=100)
    is_active = models.BooleanField("使用中", default=True, help_text="なくなった課は、削除せずに外します。")

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "所管課"
        verbose_name_plural = "所管課"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, today: datetime.date) -> Self:
        """Return the memberships that have not ended before that day; the last day still counts."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))


class Membership(models.Model):
    """A user's place in a department, or a role, with the last day on which it holds (年度末)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name="利用者"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="所管課"
    )
    role = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="役割")
    ends_on = models.DateField("終了日", null=True, blank=True, help_text="この日まで有効です。ふつうは年度末です。")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "所属・役割"
        verbose_name_plural = "所属・役割"
        ordering = ["user__username", "department__order"]
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False) | Q(role__isnull=False),
                name="membership_has_department_or_role",
                violation_error_message="所管課か役割のどちらかを選んでください。",
            ),
            # Three of them, since a null equals no other in a unique index.
            models.UniqueConstraint(
                fields=["user", "department", "role"],
                name="membership_once",
                violation_error_message=TWICE,
            ),
            models.UniqueConstraint(
                fields=["user", "department"],
                condition=Q(role__isnull=True),
                name="membership_once_without_role",
                violation_error_message=TWICE,
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(department__isnull=True),
                name="membership_once_without_department",
                violation_error_message=TWICE,
            ),
        ]

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.user, self.department, self.role) if part)
