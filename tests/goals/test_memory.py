"""What was read of one public version is read once, and never taken for another version's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from goals.memory import Memory, remembered, using


class Source:
    """Something that counts how often it was read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> int:
        self.read += 1
        return self.read


def test_outside_of_public_pages_it_is_read_each_time() -> None:
    source = Source()
    assert [remembered("number", source) for _ in range(3)] == [1, 2, 3]


def test_within_one_version_it_is_read_once_page_after_page() -> None:
    source, memory = Source(), Memory("1")
    for _ in range(2):
        with using(memory):
            assert [remembered("number", source) for _ in range(2)] == [1, 1]
    assert remembered("number", source) == 2


def test_what_is_nothing_is_remembered_too() -> None:
    read: list[int] = []
    with using(Memory("1")):
        for _ in range(2):
            assert remembered("nothing", lambda: read.append(1)) is None
    assert read == [1]


def test_another_version_and_another_name_are_read_anew() -> None:
    source = Source()
    with using(Memory("1")):
        assert remembered("number", source) == 1
        assert remembered("other", source) == 2
    with using(Memory("2")):
        assert remembered("number", source) == 3


def test_a_failure_leaves_nothing_behind() -> None:
    source, memory = Source(), Memory("1")
    try:
        with using(memory):
            remembered("number", lambda: 1 // 0)
    except ZeroDivisionError:
        pass
    assert remembered("number", source) == 1
    with using(memory):
        assert remembered("number", source) == 2


def test_a_thread_remembers_only_where_it_was_told_to() -> None:
    source = Source()
    with using(Memory("1")), ThreadPoolExecutor(1) as other:
        assert remembered("number", source) == 1
        assert other.submit(remembered, "number", source).result() == 2
