from __future__ import annotations

import pytest

from gapkeeper.model.documents import Document
from gapkeeper.model.rules import ReadingRules
from gapkeeper.reading.reader import read_register

ENTRIES = """
- [x] **ACTION-1**: Weld
- [x] **ACTION-2**: Paint
- [ ] **ACTION-3**: Ship
- [ ] **ACTION-4**: Sail
"""


def notes(*texts: str, rules: ReadingRules | None = None) -> list[str]:
    """Each `summary-count` as `line: message`."""
    documents = [Document(f"{n}.md", text.encode()) for n, text in enumerate(texts, 1)]
    register = read_register(documents, rules or ReadingRules())
    found = [d for d in register.diagnostics if d.code == "summary-count"]
    assert {d.severity for d in found} <= {"note"}
    return [f"{d.line}: {d.message}".removesuffix(". Correct the count.") for d in found]


def table(*rows: str, head: str = "| Status | Count |", then: str = ENTRIES) -> str:
    return "\n".join([head, "|---|---|", *rows, "", then])


def test_rows_that_are_named_like_a_status_count_the_document_s_items() -> None:
    assert notes(table("| Done | 2 |", "| Open | 2 |", "| **Total** | **4** |")) == []
    assert notes(table("| ✅ Done | 3 |", "| Open | 2 |", "| **Total** | **5** |")) == [
        '3: the summary states 3 as "Done", but this document holds 2',
        "5: the summary states 5 items in total, but this document holds 4",
    ]


def test_so_many_of_so_many() -> None:
    assert notes(table("| Done | 2 of 4 |")) == []
    assert notes(table("| Done | 2/5 |")) == ["3: the summary states 2 of 5, but this document holds 4 items"]


STATUSES = """
| ID | Item | Status |
|---|---|---|
| ACTION-1 | Weld | Blocked (Decision) |
| ACTION-2 | Paint | **Blocked (Decision)** on hold |
| ACTION-3 | Ship | Blocked (Architecture) |
| ACTION-4 | Sail | Done (2026-01-08) |
"""


def test_statuses_with_the_same_first_word_are_told_apart_by_their_words() -> None:
    rows = ["| Blocked (Decision) | 1 |", "| Blocked (Architecture) | 2 |", "| Done | 1 |"]
    assert notes(table(*rows, then=STATUSES)) == [
        '3: the summary states 1 as "Blocked (Decision)", but this document holds 2',
        '4: the summary states 2 as "Blocked (Architecture)", but this document holds 1',
    ]


def test_rows_between_which_an_item_cannot_be_placed_are_not_compared() -> None:
    vague = STATUSES.replace("Blocked (Architecture)", "Blocked")
    assert notes(table("| Blocked (Decision) | 9 |", "| Blocked (Architecture) | 9 |", then=vague)) == []
    rows = ["| Blocked (Decision) | 1 |", "| Blocked (Architecture) | 1 |", "| Done | 2 |"]
    assert notes(table(*rows, then=vague)) == ['5: the summary states 2 as "Done", but this document holds 1']


def test_a_table_of_far_more_things_than_the_document_has_items_counts_something_else() -> None:
    assert notes(table("| Done | 84 |", "| Open | 9 |")) == []
    assert notes(table("| Passed | 35 |", "| Failed | 0 |")) == []


def test_a_table_of_statuses_may_count_the_items_of_one_kind() -> None:
    later = "\n".join(f"- [ ] **LATER-{n}**: Thing" for n in range(1, 8))
    assert notes(table("| Done | 1 |", "| Open | 3 |", then=ENTRIES + later)) == [
        '3: the summary states 1 as "Done", but this document holds 2',
        '4: the summary states 3 as "Open", but this document holds 2',
    ]


CATEGORIES = """
## Category 1: External provisioning (5 items)

- [x] **LATER-1**: Database
- [ ] **LATER-2**: Vault

## Implementation

| ID | Item | Category |
|---|---|---|
| ACTION-1 | Routes | Implementation |
"""


def test_rows_that_are_named_like_a_category_count_all_items_or_the_open_ones() -> None:
    head = "| Category | Count |"
    for count in (2, 1):
        text = table(f"| **External Provisioning** | {count} |", "| implementation | 1 |", head=head, then=CATEGORIES)
        assert [n for n in notes(text) if n[0] in "34"] == []
    text = table("| External provisioning | 8 |", "| Elsewhere | 7 |", head=head, then=CATEGORIES)
    assert (
        notes(text)[0] == "3: the summary states 8 of External provisioning, but this document holds 2, 1 of them open"
    )


def test_a_total_under_categories_is_the_sum_of_its_rows() -> None:
    rows = ["| External provisioning | 2 |", "| Elsewhere | 7 |", "| Total | 8 |"]
    assert notes(table(*rows, head="| Category | Count |", then=CATEGORIES))[0] == (
        "5: the summary states 8 in total, but the rows above add up to 9"
    )


def test_a_row_that_is_named_like_a_kind() -> None:
    head = "| What | Count |"
    assert notes(table("| ACTION items | 3 |", "| Routes | 50 |", head=head)) == [
        "3: the summary states 3 of ACTION items, but this document holds 4, 2 of them open"
    ]
    assert notes(table("| Actions | 120 |", "| Routes | 50 |", head=head)) == []


def test_the_number_in_a_section_s_heading_or_status() -> None:
    assert notes("## Waiting (3 items)\n" + ENTRIES) == ["1: the summary states 3 items, but this section holds 4"]
    assert notes("## Waiting (4 items)\n" + ENTRIES + "\n## Part (2 of 3)\n") == []
    rows = "| ID | Item | Status |\n|---|---|---|\n| LATER-1 | A | Pending |\n| LATER-2 | B | Done |\n"
    assert notes(f"## External\n\n**Status:** 2 items pending, blocking Phase 26\n\n{rows}") == [
        "3: the summary states 2 pending, but this section holds 1"
    ]
    assert notes(f"## External\n\n**Status:** 1 item pending\n\n{rows}\n## Other\n\n- [ ] **LATER-3**: C\n") == []
    assert notes(f"## External\n\n**Status:** 2 items blocking the launch\n\n{rows}") == []


@pytest.mark.parametrize(
    "row",
    ["| Go-live checklist items | 47 |", "| Telescopes | 4 |", "| Done | 40% |", "| Done | 1.5 |", "| Done | many |"],
)
def test_what_cannot_be_tied_is_not_compared(row: str) -> None:
    assert notes(table(row, "| Nothing | 0 |", head="| What | Count |")) == []


def test_a_document_without_items_is_not_compared() -> None:
    assert notes(table("| Done | 2 |", then=""), ENTRIES) == []


def test_thousands_of_tables_and_items_are_compared_in_linear_time() -> None:
    items = "\n".join(f"- [ ] **ACTION-{n}**: Thing" for n in range(1, 2001))
    tables = "\n".join(table("| Open | 1999 |", then="") for _ in range(2000))
    assert len(notes(tables + items)) == 50


def test_a_count_with_one_answer_comes_with_the_edit_that_mends_it() -> None:
    data = table("| Done | **3 of 4** |", "| Open | 2 |", "| **Total** | **4** |").encode()
    register = read_register([Document("1.md", data)], ReadingRules())
    (edit,) = [d.edit for d in register.diagnostics if d.code == "summary-count" and d.edit]
    assert edit.span.of(data) == edit.old == b"3"
    assert notes((data[: edit.span.start] + edit.new + data[edit.span.end :]).decode()) == []


def test_a_table_that_counts_phases_is_not_compared_with_items() -> None:
    rows = "\n|---|---|---|\n| Done | 3 | 1, 2, 3 |\n| Blocked | 1 | 4 |\n"
    assert notes(f"| Status | Count | Phases |{rows}{ENTRIES}") == []
    assert notes(f"| Status | Count | Weather |{rows}{ENTRIES}") != []
