"""Go through the doors as people do: with a name and a password, from somewhere."""

from __future__ import annotations

from typing import Any

from django.test import Client

DOORS = ("/admin/login/", "/accounts/login/")


def knock(name: str, password: str, *, door: str = DOORS[1], client: Client | None = None, **meta: Any) -> Any:
    """Send a name and a password through a door; return the answer."""
    return (client or Client()).post(door, {"username": name, "password": password}, **meta)


def lets_in(name: str, password: str, **kwargs: Any) -> bool:
    """Tell whether a door opens."""
    client = Client()
    knock(name, password, client=client, **kwargs)
    return "_auth_user_id" in client.session
