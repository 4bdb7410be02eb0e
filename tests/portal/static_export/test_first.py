"""Exporting a portal that has a plan and no publication yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from goals.publication import version
from kanazawa_strategy.static_export import Base, export
from tests.portal.static_export import exported
from tests.portal.world import make_survey

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_portal_without_any_publication_is_the_same_the_second_time(tmp_path: Path) -> None:
    base = Base.of(exported.BASE)
    make_survey()
    version.bump()
    with override_settings(DATA_DIR=tmp_path / "data"):
        assert export(tmp_path / "site", base).written
        assert export(tmp_path / "site", base).written == []
