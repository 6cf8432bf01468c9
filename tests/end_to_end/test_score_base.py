"""`gapkeeper score --base`: what a branch did, and not what others did to its base meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harbours import GAPS, LATER

from repositories import Repository

if TYPE_CHECKING:
    from harbours import Harbour


@pytest.fixture
def repository(harbour: Harbour) -> Repository:
    """On a branch that resolves an item, while others raised the score of the base."""
    found = Repository.at(harbour.folder)
    found.git("checkout", "--quiet", "-b", "topic")
    found.commit({"docs/LATER.md": LATER.replace("Pending", "Done")})
    found.git("checkout", "--quiet", "main")
    found.commit({"docs/gaps.md": GAPS.replace("| Lights | 40% | 25% | 10% |", "| Lights | 40% | 50% | 20% |")})
    found.git("checkout", "--quiet", "topic")
    return found


def test_what_others_did_to_the_base_since_is_left_out(harbour: Harbour, repository: Repository) -> None:
    compared = harbour.ask("score", "--base", "main")["base"]
    assert (compared["revision"], compared["difference"]) == (repository.git("merge-base", "main", "topic"), 0)
    assert compared["resolved"] == ["LATER-001"]
    repository.git("checkout", "--quiet", "main")
    assert harbour.ask("score", "--rev", "topic", "--base", "main")["base"] == compared


def test_without_a_common_commit_the_base_itself_is_compared_and_that_is_said(
    harbour: Harbour, repository: Repository
) -> None:
    repository.git("checkout", "--quiet", "--orphan", "other")
    for _ in ("before the first commit", "after it"):
        assert "50 % → 40 % (-10) since main\n" in harbour.run("score", "--base", "main")
        assert "no commit is known that main and this come from; compared with main itself" in harbour.err
        repository.commit({})


def test_a_base_that_is_no_revision(harbour: Harbour) -> None:
    harbour.run("score", "--base", "nowhere", expect=65)
    harbour.run("score", "--base=-x", expect=64)
