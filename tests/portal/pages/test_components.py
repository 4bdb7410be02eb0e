from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from kpis.judging.words import Rating

pytestmark = pytest.mark.django_db
PAGE = "/about/components/"


def test_every_mark_and_every_chart_stands_there_while_developing(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    page = client.get(PAGE).content.decode()
    for rating in Rating:
        assert f'href="#rating-{rating}"' in page
    assert page.count("<figure") == 8
    assert page.count("<h1") == 1


def test_citizens_do_not_find_it(client: Client) -> None:
    assert client.get(PAGE).status_code == 404
