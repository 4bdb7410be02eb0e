from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from kanazawa_strategy import loading
from tests.portal.sources import FIXTURES


@pytest.fixture(scope="module")
def real_strategy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the real strategy once for all tests of a module; each of them is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load(FIXTURES)
        yield
        transaction.set_rollback(True)
