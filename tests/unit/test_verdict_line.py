"""What is left of a line where there is no room for all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.adapters.forge.verdicts import one_line


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("all of it", 9, "all of it"),
        ("all of it", 8, "all of…"),
        ("all of it", 7, "all of…"),
        ("all of it", 6, "all…"),
        ("all  of it", 5, "all…"),
        ("Donaudampfschiff", 6, "Donau…"),
    ],
)
def test_a_line_is_cut_between_words(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line


@given(st.text(), st.integers(1, 20))
def test_a_line_always_fits_and_begins_alike(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == text or text.startswith(line.removesuffix("…"))
