"""The members' door: log in and out; staff are led on to the admin."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import reverse


class Door(LoginView):
    """Let a member of the committee, or of staff, in."""

    template_name = "portal/login.html"

    def get_default_redirect_url(self) -> str:
        """Lead staff to the admin and members to the committee's page."""
        is_staff = getattr(self.request.user, "is_staff", False)
        return reverse("admin:index" if is_staff else "committee")
