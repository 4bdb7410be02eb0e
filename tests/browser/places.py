"""What to look at: every kind of page, every state that the demonstration holds, and on which data."""

from __future__ import annotations

import pytest

# What a test asks the database to hold (conftest.py): the demonstration, or the real strategy without any value
DEMONSTRATION = pytest.mark.parametrize("contents", ["demonstration"], indirect=True)
PLAN = pytest.mark.parametrize("contents", ["plan"], indirect=True)

# Every kind of public page once
KINDS = [
    "/",
    "/strategies/",
    "/strategies/3/",
    "/strategies/1/",  # superseded
    "/strategies/3/goals/1/",
    "/strategies/3/goals/2/",  # reprints
    "/strategies/3/goals/4/",  # no numeric target in the source
    "/strategies/1/goals/1/",
    "/indicators/",
    "/indicators/?q=ありえないことば",  # nothing found
    "/indicators/?view=cards",
    "/indicators/3-1-n1/",
    "/measures/",
    "/measures/3-2-1-01/",
    "/themes/kodomo/",
    "/committee/",
    "/changes/",
    "/accounts/login/",
    "/about/method/",
    "/embed/indicators/3-1-n1/",
    "/about/glossary/",
    "/about/policy/",
    "/about/accessibility/",
    "/search/",
    "/search/?q=こども",
    "/opendata/",
]
# Those that look otherwise before any value is published
WITHOUT_VALUES = [
    "/",
    "/strategies/3/",
    "/strategies/3/goals/1/",
    "/strategies/3/goals/4/",
    "/strategies/1/goals/1/",
    "/indicators/",
    "/indicators/?view=cards",
    "/indicators/3-1-n1/",
    "/committee/",
    "/changes/",
    "/embed/indicators/3-1-n1/",
    "/opendata/",
]
# Every kind of page inside the admin that are listed in kanazawa_strategy/urls.py; they need a log-in
STAFF_KINDS = [
    "/admin/help/",
    "/admin/help/department/",
    "/admin/help/card/",
]
# The same for those who log in as members of the committee (demonstration only)
MEMBER_KINDS = [
    "/committee/preview/",
    "/committee/opinions/new/",
    "/committee/opinions/new/?indicator=3-1-n1",
    "/committee/opinions/2027-02-16-1/",  # an own one, handed in
    "/accounts/password/",
    "/accounts/second-factor/",
    "/committee/preview/2026/",
    "/committee/preview/2026/goals/1/",
    "/committee/preview/2026/pack/",
]
# Public pages that are there only once a year was published, so not in the real data yet
YEAR_KINDS = [
    "/committee/2025/",
    "/committee/2025/goals/1/",
    "/committee/2025/pack/",
]
# What the demonstration holds besides: the published years, and what its indicators go through
STATES = [
    *YEAR_KINDS,
    "/committee/2016/",  # an earlier strategy
    "/indicators/?sort=attention&goal=3",
    "/indicators/1-2-n1/",  # down is good, an earlier strategy
    "/indicators/1-4-n1/",  # a milestone
    "/indicators/3-1-n2/",  # no target, preliminary
    "/indicators/3-1-k02/",  # large numbers
    "/indicators/3-1-k03/",  # not applicable in the first years
    "/indicators/3-1-k09/",  # worse; judgements that differ
    "/indicators/3-2-n2/",  # came late
    "/indicators/3-2-k03/",  # corrected
    "/indicators/3-3-k03/",  # from zero, being collected
    "/indicators/3-3-k05/",  # to be kept, not kept
    "/indicators/3-4-k02/",  # not surveyed every year
    "/measures/?theme=iju&tag=NEW",
    "/themes/chihososei/",
]
LOST = "/indicators/9-9-k99/"
