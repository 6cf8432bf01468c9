"""What the proof of an edit objects to: everything but the one change that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.items import Reference
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.status import Status
from gapkeeper.reading import read_register
from gapkeeper.writing.proof import Claim, objection

if TYPE_CHECKING:
    from gapkeeper.model.register import Register

PLAN = """\
| ID | Item | Owner | Status | Depends on |
|---|---|---|---|---|
| ACTION-1 | Oil the ramp | Mira | Blocked on ACTION-3 | ACTION-2 |
| ACTION-2 | Paint the hull | Jon | Open | |
| ACTION-3 | Check the horn | Ada | Open | |

### ISSUE-1: The ramp is stuck

**Status:** Open

| Gate | Status |
|---|---|
| Phase 1 | Blocked |

| Area | Weight | Score |
|---|---|---|
| Ramp | 50% | 40% |
| Hull | 50% | 60% |
"""
ROW = "| ACTION-1 | Oil the ramp | Mira | Blocked on ACTION-3 | ACTION-2 |"
DONE = "| ACTION-1 | Oil the ramp | Mira | Done | ACTION-2 |"
CLAIM = Claim("ACTION-1", Status.RESOLVED, "plan.md", (Reference("ACTION-3"),))


def register(text: str) -> Register:
    return read_register([Document("plan.md", text.encode())], ReadingRules())


def against(*replacements: tuple[str, str], claim: Claim = CLAIM, plan: str = PLAN) -> str | None:
    text = plan
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return objection(register(plan), register(text), claim)


def test_nothing_speaks_against_what_was_meant() -> None:
    assert against((ROW, DONE)) is None


def test_lines_may_move() -> None:
    assert against((ROW, DONE), ("| ID |", "Words.\n\n| ID |")) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param((DONE, ROW), "would still make it blocked", id="nothing was written"),
        pytest.param(("Oil the ramp", "Oil it"), "its title would change", id="title"),
        pytest.param(("| Mira |", "| Ida |"), "its owner would change", id="owner"),
        pytest.param(("| Done | ACTION-2 |", "| Done | |"), "no longer depend on ACTION-2", id="an edge of a field"),
        pytest.param(("| Done | ACTION-2 |", "| Done | ACTION-2, ACTION-9 |"), "depend on ACTION-9", id="a new edge"),
        pytest.param(("| Jon | Open |", "| Jon | Done |"), "the status of ACTION-2", id="another item's status"),
        pytest.param(("| Jon | Open |", "| Ida | Open |"), "the owner of ACTION-2", id="another item's owner"),
        pytest.param(("| Jon | Open | |", "| Jon | Open | ACTION-3 |"), "depends on of ACTION-2", id="another's edge"),
        pytest.param(("| ACTION-3 | Check", "| ACTION-8 | Check"), "ACTION-3 would vanish", id="an item vanishes"),
        pytest.param(("**Status:** Open", "- [ ] ACTION-9: New"), "ACTION-9 would appear", id="an item appears"),
        pytest.param(("| Phase 1 | Blocked |", "| Phase 1 | Done |"), "a gate would change", id="a gate"),
        pytest.param(("| Ramp | 50% | 40% |", "| Ramp | 50% | 41% |"), "a readiness score", id="a score"),
        pytest.param(
            ("### ISSUE-1", "- [ ] **ACTION-1**\n\n### ISSUE-1"), "would still say pending", id="contradiction"
        ),
    ],
)
def test_everything_else_is_objected_to(change: tuple[str, str], words: str) -> None:
    found = against((ROW, DONE), change)
    assert found is not None
    assert words in found


def test_an_edge_that_stood_in_other_words_is_missed() -> None:
    found = against((ROW, DONE), claim=CLAIM._replace(dropped=()))
    assert found == "it would no longer depend on ACTION-3"


def test_what_an_item_resolves_may_follow_and_nothing_else_of_it() -> None:
    plan = PLAN.replace("Depends on", "Resolves").replace("| ACTION-2 |\n", "| ISSUE-1 |\n")
    row, done = ROW.replace("ACTION-2", "ISSUE-1"), DONE.replace("ACTION-2", "ISSUE-1")
    assert against((row, done), plan=plan) is None
    found = against((row, done), ("The ramp is stuck", "It is stuck"), plan=plan)
    assert found == "the title of ISSUE-1 would change as well"


def test_boxes_strikes_and_emoji_need_only_know_open_and_closed() -> None:
    struck = "### ACTION-4: Fill the tanks\n\n- [ ] ~~ACTION-4: Fill the tanks~~\n"
    after = "### ACTION-4: Fill the tanks (Cancelled)\n\n- [ ] ~~ACTION-4: Fill the tanks~~\n"
    claim = Claim("ACTION-4", Status.CANCELLED, "plan.md")
    assert objection(register(struck), register(after), claim) is None
    open_again = after.replace("Cancelled", "Open")
    found = objection(register(struck), register(open_again), claim._replace(status=Status.PENDING))
    assert found == "line 3 would still say resolved"
