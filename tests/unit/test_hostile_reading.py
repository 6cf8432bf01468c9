"""Documents that were made to be slow: each took minutes or hours where reading looked twice at the same text."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import KindRules, ReadingRules
from gapkeeper.reading import read_register

if TYPE_CHECKING:
    from collections.abc import Callable

N = 30_000
ITEM = "# ACTION-1: Paint\n\n"
DOCUMENTS = {
    "spaces between two IDs of a heading": f"# ACTION-1{' ' * N}x ACTION-2",
    "spaces between two IDs of an entry": f"- **ACTION-1**{' ' * N}x ACTION-2",
    "colons behind until": f"Blocked until{':' * N}x\n\n- ACTION-1: Paint",
    "IDs in addresses": f"# ACTION-1: Paint\n- Depends on: {'https://x/ACTION-2 ' * N}",
    "a rule, and lines that end as on Windows": "---\r\n" + "Paint.\r\n" * 60 + "\r\n# ACTION-1: Paint\r\n",
    "a few ordinals before an ID": f"{ITEM}## {'1.' * 29}x ACTION-2",
    "underscores behind a share": f"{ITEM}| Area | Weight | Score |\n|-|-|-|\n| Roof | 100% | 5 %{'_' * 100}!1 |\n",
}
# How a document grows, and how often its part stands there: four times as many may not take sixteen times as long.
GROWING: dict[str, tuple[Callable[[str], str], str, int]] = {
    "ordinals before an ID": (lambda x: f"{ITEM}## {x}x ACTION-2", "1.", 2_000),
    "spaces before a label": (lambda x: f"{ITEM}{x}y | z: Open", "\u00a0", 1_000),
    "spaces in bold code": (lambda x: f"{ITEM}**a{x}b:** z", "` ", 15_000),
    "spaces in a phrase": (lambda x: f"{ITEM}- ACTION-1 (to{x}!do)", "\u00a0", 5_000),
    "dots in a status": (lambda x: f"{ITEM}**Status:** Open {x}", ".", 10_000),
    "months in a field": (lambda x: f"{ITEM}**Notes:** {x} or 1", "jan", 2_000),
    "letters before an address": (lambda x: f"{ITEM}**Notes:** ACTION-1 {x} https://x", "a", 5_000),
    "IDs and slashes": (lambda x: f"{ITEM}**Depends on:** {x}", "ACTION-2/", 2_000),
    "letters among blockers": (lambda x: f"| ID | Blocker |\n|-|-|\n| ACTION-1 | {x} |\n", "a", 5_000),
    "status words behind an ID": (lambda x: f"{ITEM}- ACTION-1 ({x})", "done ", 3_000),
    "digits in one of two titles": (lambda x: f"{ITEM}| ID | Title |\n|-|-|\n| ACTION-1 | Oil{x} |\n", "1", 5_000),
    "parentheses at a heading's end": (lambda x: f"{ITEM}## {x}x)", "(!)", 3_000),
    "text that was wrongly decoded": (lambda x: f"# ACTION-1: Paint {x}", "âœ…", 600),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_was_made_to_be_slow_is_read(text: str) -> None:
    register = read_register([Document("a.md", text.encode())], ReadingRules())
    assert [item.id for item in register.items] == ["ACTION-1"]


@pytest.mark.parametrize(("document", "part", "times"), GROWING.values(), ids=GROWING)
def test_four_times_the_text_does_not_take_far_more_than_four_times_as_long(
    document: Callable[[str], str], part: str, times: int
) -> None:
    short, long = (min(_seconds(document(part * n)) for _ in range(3)) for n in (times, 4 * times))
    assert long < 9 * short


def _seconds(text: str) -> float:
    """What reading a document takes of this process's own time."""
    documents = [Document("a.md", text.encode())]
    begun = time.process_time()
    register = read_register(documents, ReadingRules())
    taken = time.process_time() - begun
    assert [item.id for item in register.items] == ["ACTION-1"]
    return taken


def test_configured_patterns_do_not_make_many_ids_slow() -> None:
    rules = ReadingRules(kinds=(KindRules("ACTION"), KindRules("TD", pattern=r"TD_\d+")))
    text = "# ACTION-1: Paint\n\n" + "".join(f"ACTION-{n} TD_{n} " for n in range(N))
    register = read_register([Document("a.md", text.encode())], rules)
    assert [item.id for item in register.items] == ["ACTION-1"]


@pytest.mark.parametrize("text", ["[" * 3_000_000, "- a\n" * 300_000, "| a |\n|---|\n" + "| x |\n" * 250_000])
def test_a_document_that_is_a_bomb_of_marks_is_not_read_and_takes_little_memory(text: str) -> None:
    tracemalloc.start()
    try:
        register = read_register([Document("bomb.md", text.encode()), Document("a.md", b"# A\n")], ReadingRules())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    why = {document.path: document.error for document in register.documents}
    assert why["a.md"] is None
    assert "more marks" in (why["bomb.md"] or "")
    assert peak < 400_000_000
