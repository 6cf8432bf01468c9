"""The default patterns as they stand in the code are what pathspec makes of them."""

from __future__ import annotations

import os

import pytest
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from gapkeeper.adapters.patterns import KNOWN
from gapkeeper.settings.repository import Documents


@pytest.mark.parametrize("line", KNOWN)
def test_a_known_pattern_is_what_pathspec_makes_of_it(line: bytes) -> None:
    assert GitIgnoreSpecPattern.pattern_to_regex(line) == (KNOWN[line], True)


def test_every_default_pattern_is_known() -> None:
    defaults = Documents()
    assert {os.fsencode(line) for line in (*defaults.include, *defaults.exclude)} <= KNOWN.keys()
