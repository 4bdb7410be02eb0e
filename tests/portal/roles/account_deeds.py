"""What somebody sends about log-ins, their own and those of others."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.portal.roles.round_world import World, admin_address
from tests.portal.roles.table_deeds import Post


def _chosen(world: World, name: str) -> Post:
    return admin_address(User, "changelist"), {"action": name, "_selected_action": [world.account.pk]}


def lift_lock_out(world: World, who: str) -> Post:
    name = world.account.get_username()
    AccessAttempt.objects.create(username=name, ip_address="192.0.2.7", user_agent="x", failures_since_start=5)
    return _chosen(world, "lift_lock_out")


def remove_second_factor(world: World, who: str) -> Post:
    TOTPDevice.objects.create(user=world.account, confirmed=True)
    return _chosen(world, "remove_second_factor")


def set_own_second_factor_up(world: World, who: str) -> Post:
    device = TOTPDevice.objects.create(user=world.users[who] or world.account, confirmed=False)
    return reverse("second-factor"), {"act": "confirm", "code": f"{totp(device.bin_key):06}"}
