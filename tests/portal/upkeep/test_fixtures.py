from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from kanazawa_strategy.upkeep import loading
from kanazawa_strategy.upkeep.fixture_files import FILES
from kpis.models import Indicator, YearlyValue
from measures.models import Measure, Opinion
from tests.portal.sources import (
    DOCUMENTS,
    FIRST,
    FIXTURES,
    THIRD,
    document,
    needs_the_documents,
    normal,
    of_edition,
    rows,
)

EDITIONS = {3: THIRD, 1: FIRST}
LABELS = {row["slug"]: row["label"] for row in rows()["goals.theme"]}


def of_goals(label: str, edition: int) -> list[dict[str, Any]]:
    return [row for row in rows()[label] if row.get("strategy", row.get("goal", []))[0] == edition]


# Counts


def test_the_third_strategy_is_complete() -> None:
    assert len(of_goals("goals.goal", 3)) == 4
    assert len(of_goals("goals.direction", 3)) == 14
    assert Counter(row["level"] for row in of_edition("kpis.indicator", 3)) == {"NUMERIC_TARGET": 6, "KPI": 22}
    assert [row["other_kpi_count"] for row in of_goals("goals.goal", 3)] == [17, 15, 17, 27]
    measures = of_edition("measures.measure", 3)
    assert Counter(row["tag"] for row in measures) == {"新": 25, "改": 17, "": 10}
    assert Counter(slug for row in measures for (slug,) in row["themes"]) == {"kodomo": 25, "iju": 9}


def test_measures_and_indicators_are_spread_over_the_goals_as_in_the_source() -> None:
    def by_goal(label: str) -> list[int]:
        return [sum(row["code"].startswith(f"3-{goal}-") for row in rows()[label]) for goal in (1, 2, 3, 4)]

    assert by_goal("measures.measure") == [21, 13, 12, 6]
    assert by_goal("kpis.indicator") == [2 + 10, 2 + 3, 2 + 6, 3]


def test_the_first_strategy_is_complete() -> None:
    assert len(of_goals("goals.goal", 1)) == 4
    assert len(of_goals("goals.direction", 1)) == 16
    assert Counter(row["level"] for row in of_edition("kpis.indicator", 1)) == {"NUMERIC_TARGET": 5}
    assert Counter(row["tag"] for row in of_edition("measures.measure", 1)) == {"新": 12, "": 15}


def test_two_measures_are_reprints() -> None:
    reprints = {row["code"]: row["reprint_of"] for row in rows()["measures.measure"] if "reprint_of" in row}
    assert reprints == {"3-2-1-03": ["3-1-2-03", 3, 2], "3-2-4-02": ["3-2-1-01", 3, 2]}
    assert not any("再掲" in row["text"] for row in rows()["measures.measure"])


def test_new_and_revised_kpis_are_tagged() -> None:
    tags = {row["indicator"][0]: row["tag"] for row in rows()["kpis.target"] if row.get("tag")}
    assert tags == {**{f"3-1-K0{number}": "新" for number in (3, 4, 5, 6, 7)}, "3-2-K01": "改"}


def test_six_opinions_of_one_meeting_are_public_and_not_classed() -> None:
    opinions = rows()["measures.opinion"]
    assert [row["goal"][1] for row in opinions] == [1, 2, 2, 3, 3, 4]
    assert {(row["status"], row.get("response_class", "")) for row in opinions} == {("PUBLIC", "")}
    assert {row["code"]: [key[0] for key in row["measures"]] for row in opinions if row["measures"]} == {
        "2024-10-22-2": ["3-2-4-01"],
        "2024-10-22-3": ["3-2-2-01"],
        "2024-10-22-4": ["3-2-1-02", "3-2-3-01"],
        "2024-10-22-5": ["3-3-4-02", "3-1-3-07"],
    }


# What is not in the sources


def test_goal_four_has_no_numeric_target_and_says_why() -> None:
    goal = next(row for row in of_goals("goals.goal", 3) if row["number"] == 4)
    assert not any(row["code"].startswith("3-4-N") for row in rows()["kpis.indicator"])
    assert "資料に記載なし" in goal["source_note"]
    assert [row["number"] for row in of_goals("goals.direction", 3) if row["goal"] == [3, 4]] == [4, 5, 6]


def test_nothing_is_invented() -> None:
    assert [row["name"] for row in rows()["goals.department"]] == ["企画調整課"]
    assert "kpis.yearlyvalue" not in rows()
    third = next(row for row in rows()["goals.strategy"] if row["edition"] == 3)
    assert (third["first_year"], third["last_year"], third["adopted_on"]) == (None, None, None)
    invented = {
        "department",
        "continues",
        "direction",
        "definition",
        "source",
        "value_known_month",
        "survey_sample_size",
    }
    assert not any(invented & row.keys() for row in rows()["kpis.indicator"])
    assert not any({"department", "continues"} & row.keys() for row in rows()["measures.measure"])


def test_every_row_has_its_place_in_a_source() -> None:
    for label, found in rows().items():
        for row in found:
            if label != "goals.department":
                assert row["source_place"].split("／")[0] in DOCUMENTS


def test_surveys_are_what_citizens_say() -> None:
    for row in rows()["kpis.indicator"]:
        asked = row["name"].endswith(("市民の割合", "満足度"))
        assert row["basis"] == ("SURVEY" if asked else "ACTIVITY")
        assert row["is_cumulative"] == ("（累計）" in row["name"])


def test_texts_carry_no_stray_blanks_and_the_files_stay_readable() -> None:
    for name in FILES:
        text = (FIXTURES / name).read_text(encoding="utf-8")
        assert "\\u" not in text
        assert text.endswith("]\n")
        strings = [value for row in json.loads(text) for value in row["fields"].values() if isinstance(value, str)]
        assert [value for value in strings if value != value.strip()] == []


@pytest.mark.once
def test_all_of_it_loads(db: None) -> None:
    report = loading.load(FIXTURES)
    assert report.total == {loading.Outcome.CREATED: sum(len(found) for found in rows().values())}
    assert Indicator.objects.count() == 28 + 5
    assert Measure.objects.filter(revision__strategy__is_current=True).counted().count() == 50
    assert Opinion.objects.public().count() == 6
    assert not YearlyValue.objects.exists()


# To the letter


@needs_the_documents
@pytest.mark.parametrize("edition", EDITIONS)
def test_titles_of_goals_and_directions_are_those_of_the_document(edition: int) -> None:
    text = document(EDITIONS[edition])
    for row in of_goals("goals.goal", edition):
        assert normal(f"基本目標{row['number']}{row['title']}") in text
        assert normal(row.get("alternative_title", "")) in text
    for row in of_goals("goals.direction", edition):
        assert normal(f"({row['number']}){row['title']}" if edition == 3 else row["title"]) in text


@needs_the_documents
@pytest.mark.parametrize("edition", EDITIONS)
def test_measures_stand_under_their_headings_in_their_order(edition: int) -> None:
    text = document(EDITIONS[edition])
    for direction in of_goals("goals.direction", edition):
        key = [*direction["goal"], direction["number"]]
        measures = [row for row in of_edition("measures.measure", edition) if row["direction"] == key]
        assert [row["number"] for row in measures] == list(range(1, len(measures) + 1))
        place = text.index(normal(direction["title"]))
        for row in measures:
            assert row["code"] == f"{'-'.join(map(str, key))}-{row['number']:02}"
            place = text.index(normal(row["text"] + row.get("detail", "")), place + 1)


@needs_the_documents
@pytest.mark.parametrize("code", [row["code"] for row in of_edition("measures.measure", 3)])
def test_a_measure_of_the_third_strategy_has_the_marks_of_the_document(code: str) -> None:
    row = next(row for row in rows()["measures.measure"] if row["code"] == code)
    labels = [LABELS[slug] for (slug,) in row["themes"]]
    # Two labels are stacked: the second one comes after the text.
    printed = normal(row["text"] + row.get("detail", "")) + "(再掲)" * ("reprint_of" in row) + "".join(labels[1:])
    places = [match.start() for match in re.finditer(re.escape(printed), document(THIRD))]
    assert len(places) == (2 if code == "3-2-1-01" else 1)
    mark = re.search(r"(こども|移住定住)?(新|改)?$", document(THIRD)[: places[0]])
    assert mark
    assert mark[0] == "".join(labels[:1]) + row["tag"]


@needs_the_documents
@pytest.mark.parametrize("code", [row["code"] for row in of_edition("measures.measure", 1)])
def test_a_measure_of_the_first_strategy_is_new_where_the_document_says_so(code: str) -> None:
    row = next(row for row in rows()["measures.measure"] if row["code"] == code)
    _, found, after = document(FIRST).partition(normal(row["text"]))
    assert found
    assert after.startswith("[新規]") == (row["tag"] == "新")


@needs_the_documents
def test_opinions_and_responses_are_those_of_the_document() -> None:
    for row in rows()["measures.opinion"]:
        printed = f"{row['goal'][1]}（{row['member']}）{row['text']}{row['response']}"
        assert normal(printed) in document(THIRD)
    meeting = rows()["measures.meeting"][0]
    assert normal(f"{meeting['title']}（R6.10.22）での主な意見と対応") in document(THIRD)


@needs_the_documents
@pytest.mark.parametrize("label", ["goals.themesection", "goals.revisionsection"])
def test_sections_are_those_of_the_document(label: str) -> None:
    for row in rows()[label]:
        heading = row["heading"].removeprefix("国の").removeprefix("金沢市の")
        for line in [*heading.split("　"), *row["body"].splitlines()]:
            assert normal(line) in document(THIRD)


@needs_the_documents
def test_names_and_summaries_are_those_of_the_document() -> None:
    for row in rows()["goals.theme"]:
        assert normal(row["name"]) in document(THIRD)
        assert normal(row["summary"]) in document(THIRD)
    for row in rows()["goals.strategy"]:
        assert normal(row["name"]) in document(EDITIONS[row["edition"]])
        assert normal(row["overview"]) in document(EDITIONS[row["edition"]])
