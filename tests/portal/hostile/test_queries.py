"""Whatever stands behind the question mark, a page answers with its content, and never with an error of the server."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers import make_measure, make_opinion, make_theme
from tests.portal.world import make_survey, publish_year

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/strategies/",
    "/strategies/3/",
    "/strategies/3/goals/1/",
    "/indicators/",
    "/indicators.csv",
    "/indicators/3-1-n1/",
    "/indicators/3-1-n1.csv",
    "/measures/",
    "/committee/",
    "/committee/2024/",
    "/committee/2024/goals/1/",
    "/committee/2024/pack/",
    "/changes/",
    "/search/",
    "/opendata/",
    "/opendata/values.csv",
    "/about/method/",
]
NAMES = ["q", "goal", "rating", "level", "basis", "tag", "theme", "department", "edition", "sort", "view", "page", "x"]
NAMES += ["response_class", "answered"]
KNOWN = ["", "0", "-1", "1", "3", "99999999999999999999", "order", "attention", "cards", "none", "新", "kodomo", "null"]
HOSTILE = [
    "\x00",
    "' OR 1=1 --",
    "<script>",
    "%00",
    "../../etc/passwd",
    "{{7*7}}",
    "１",
    "1e9",
    "NaN",
    "𠮷" * 50,
    "a" * 3000,
]


@pytest.fixture
def filled(db: None) -> None:
    make_survey()
    make_measure(themes=[make_theme(slug="kodomo")])
    make_opinion()
    publish_year(2024, **{"3_1_N1": Decimal("49.8")})


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", PAGES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(
        st.sampled_from(NAMES) | st.text(max_size=5),
        st.lists(st.sampled_from(KNOWN) | st.sampled_from(HOSTILE) | st.text(max_size=12), min_size=1, max_size=3),
        max_size=5,
    )
)
def test_any_question_gets_a_page_with_content(client: Client, path: str, query: dict[str, list[str]]) -> None:
    answer = client.get(path, query)
    assert answer.status_code == 200, (path, query)
    content = b"".join(answer) if answer.streaming else answer.content
    assert len(content) > 50
    if answer["Content-Type"].startswith("text/html"):
        assert b"<h1" in content
        assert b"<script>" not in content
