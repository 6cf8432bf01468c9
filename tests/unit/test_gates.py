from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from own_documents import RULES, by_key, document, item, lookup_in

from gapkeeper.model.items import FieldText, References, StatedStatus, Statement, StatusForm
from gapkeeper.model.rules import ReadingRules
from gapkeeper.model.spans import Span
from gapkeeper.model.status import Rank, Status
from gapkeeper.reading.gate_names import cell_name, gate_key, names_in, natural
from gapkeeper.reading.gates import GateStatement, find_gates, resolve_gates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate

DAY = dt.date(2026, 1, 8)


def find(text: str, path: str = "gates.md") -> tuple[GateStatement, ...]:
    return find_gates(*document(text, path))


def resolve(
    *texts: str,
    items: Mapping[str, Item] | None = None,
    dates: Mapping[str, dt.date] | None = None,
    rules: ReadingRules = RULES,
) -> tuple[dict[str, Gate], tuple[Diagnostic, ...]]:
    known = dict(items or {})
    facts = [f for n, text in enumerate(texts, 1) for f in find(text, f"{n}.md")]
    gates, findings = resolve_gates(facts, known, rules, dates or {}, lookup_in(known))
    return {gate.name: gate for gate in gates}, findings


def table(*rows: str, head: str = "| Phase | Name | Status | Blockers |") -> str:
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows, ""])


def waits(statement: GateStatement) -> list[str]:
    """What a statement waits for: `LATER-1..LATER-3 (prod only)`, `LATER-*`."""
    found = []
    for blocker in statement.blockers:
        reference = blocker.reference
        text = (
            f"{blocker.kind}-*"
            if reference is None
            else reference.id + (f"..{reference.last}" if reference.last else "")
        )
        found.append(text + (f" ({blocker.qualifier})" if blocker.qualifier else ""))
    return found


@pytest.mark.parametrize(
    ("cell", "header", "name", "title"),
    [
        ("26", "Phase", "Phase 26", ""),
        ("**26 Cutover**", "Phases", "Phase 26", "Cutover"),
        ("11a", "Phase", "Phase 11a", ""),
        ("Phase 26 (Cutover)", "Phase", "Phase 26", "Cutover"),
        ("A: Build", "Gate", "Gate A", "Build"),
        ("M3 – Beta", "Milestone", "M3", "Beta"),
        ("Milestone 2", "Gate", "Milestone 2", ""),
        ("✅ 7", "Phase", "Phase 7", ""),
        ("2.1", "Phase Gate", "Phase 2.1", ""),
    ],
)
def test_rows_of_gates(cell: str, header: str, name: str, title: str) -> None:
    (statement,) = find(table(f"| {cell} | Blocked | ACTION-1 |", head=f"| {header} | Status | Blocked by |"))
    assert (statement.name, statement.title, statement.rank, statement.status) == (
        name,
        title,
        Rank.ROW,
        Status.BLOCKED,
    )
    assert (waits(statement), statement.line) == (["ACTION-1"], 3)


@pytest.mark.parametrize(
    "text",
    [
        table("| Architecture | ✅ PASS | - |", "| Parity | 82/86 | - |", head="| Gate | Status | Evidence |"),
        table("| 1 | cargo check | ✅ |", "| 1 | cargo fmt | ✅ |", head="| Phase | Check | Status |"),
        table("| 1 | 12 | 3 |", "| 2 | 4 | 0 |", head="| Phase | Done | Blocked |"),
        table("| 2026 | Done |", "| Total | Done |", head="| Phase | Status |"),
        table("| ACTION-1 | 2 | Open |", head="| ID | Phase | Status |"),
        "## Phase 1: Types (Done)\n\nText.\n",
        "## Phase Gate Impact\n\n**Status:** Done\n",
        "## Phase 2 and 3\n\nNothing here.\n",
    ],
)
def test_what_is_no_gate(text: str) -> None:
    assert find(text) == ()


def test_columns_of_a_table_of_gates() -> None:
    text = table(
        "| 1 | 23 | Infrastructure | 🔴 Blocked | ✅ Complete (local)"
        " | LATER-001 through LATER-005, LATER-009 (prod only) |",
        head="| # | Phase | Name | Previous Status | New Status | Blocking ID(s) |",
    )
    (statement,) = find(text)
    assert (statement.name, statement.title, statement.status, statement.qualified) == (
        "Phase 23",
        "Infrastructure",
        Status.RESOLVED,
        True,
    )
    assert waits(statement) == ["LATER-001..LATER-005 (prod only)", "LATER-009 (prod only)"]


def test_a_heading_with_a_field_table() -> None:
    (statement,) = find(
        "### 4. 🔒 Phase 26 (Cutover) Status\n\n"
        "| Aspect | Status |\n|---|---|\n"
        "| **Gate Status** | 🔴 **Blocked** |\n"
        "| **Decisions Required** | ACTION-7 ✅ |\n"
        "| **External Blockers (prod only)** | |\n"
        "| - LATER-001 | PostgreSQL |\n"
        "| - LATER-002 | Key Vault (for staging) |\n"
        "| **Blocked By** | ~~ACTION-8~~, All ACTION items, ACTION-9 |\n"
        "| **Completed** | - |\n"
    )
    assert (statement.name, statement.title, statement.rank, statement.line) == ("Phase 26", "Cutover", Rank.HEADING, 1)
    assert (statement.status, statement.status_text) == (Status.BLOCKED, "🔴 **Blocked**")
    assert waits(statement) == ["LATER-001 (prod only)", "LATER-002 (prod only)", "ACTION-9"]


def test_a_heading_with_lines_and_a_table_of_blockers() -> None:
    (statement,) = find(
        "## Gate B: Launch ✅\n\n**Status:** In progress\n- **Depends on:** ACTION-1\n\n"
        "| Category | Blocker | Status |\n|---|---|---|\n| External | LATER-1 | Open |\n| Docs | None | Open |\n\n"
        "### Notes\n\n**Status:** Done\n\n| Blocker | Type |\n|---|---|\n| LATER-2 | x |\n"
    )
    assert (statement.name, statement.title, statement.status) == ("Gate B", "Launch", Status.IN_PROGRESS)
    assert waits(statement) == ["ACTION-1", "LATER-1"]


def test_a_list_under_until_belongs_to_the_gate_that_its_line_names() -> None:
    text = (
        "## Critical path\n\n**Phase 26 remains blocked until:**\n\n"
        "1. All LATER items (LATER-001 through LATER-011) are resolved\n"
        "2. ACTION-040 (Feature routes) is complete\n\n   Soon.\n"
        "3. [ACTION-9](actions.md#action-9)\n\n- ACTION-7 is another list\n"
    )
    (statement,) = find(text)
    assert (statement.name, statement.rank, statement.status, statement.status_text) == (
        "Phase 26",
        Rank.LIST,
        Status.BLOCKED,
        "Phase 26 remains blocked until",
    )
    assert waits(statement)[:3] == ["LATER-001..LATER-011", "ACTION-040 (Feature routes)", "ACTION-9"]
    assert find("We wait until:\n\n- ACTION-1 is done\n") == ()
    heading, condition = find("## Phase 2: Walls\n\n**Status:** Ready\n\nGo once:\n\n- ACTION-1 is done\n")
    assert (heading.status, condition.name, condition.status, waits(condition)) == (
        Status.NOT_STARTED,
        "Phase 2",
        None,
        ["ACTION-1"],
    )


def test_a_heading_that_says_what_a_gate_waits_for() -> None:
    text = (
        "### Prerequisites for Phase 26\n\n**Status:** Done\n\n"
        "| Requirement | Status | Blocker |\n|---|---|---|\n| A | ✅ | LATER-1 (prod) |\n"
    )
    (statement,) = find(text)
    assert (statement.name, statement.status, waits(statement)) == ("Phase 26", None, ["LATER-1 (prod)"])
    assert resolve(text)[0] == {}  # nothing says that there is such a gate


@pytest.mark.parametrize("nothing", ["None", "None (local complete)", "-", "", "N/A"])
def test_no_blockers(nothing: str) -> None:
    (statement,) = find(table(f"| 1 | Skeleton | Complete | {nothing} |"))
    assert statement.blockers == ()
    assert len(find(f"## Phase 1\n\n**Blockers:** {nothing or 'None'}\n")) == 1


def test_a_blocker_may_be_qualified_with_its_document() -> None:
    blocks, context = document(table("| 1 | One | Blocked | ISSUE-1 from gaps.md, ISSUE-2 |"), "docs/gates.md")
    (statement,) = find_gates(blocks, context)
    assert [b.reference.path for b in statement.blockers if b.reference] == ["docs/gaps.md", None]


OPEN = by_key(item("ACTION-1"), item("ACTION-2", Status.RESOLVED), item("LATER-1"), item("LATER-2"))


def test_the_blockers_of_a_gate_are_items_in_the_order_of_its_statements() -> None:
    gates, findings = resolve(
        table("| 26 | Cutover | Blocked | LATER-*, ACTION-9, ACTION-2 |"),
        "## Phase 26\n\n**Blockers:** ACTION-1\n",
        items=OPEN,
    )
    assert gates["Phase 26"].blockers == ("ACTION-1", "ACTION-2", "LATER-1", "LATER-2")
    assert findings == ()


def test_heading_before_row_then_the_register_then_the_later_day() -> None:
    row = table("| 1 | One | Ready | - |", "| 2 | Two | Ready | - |", "| 3 | Three | Ready | - |")
    heading = "## Phase 1: First\n\n**Status:** Blocked\n"
    later = table("| 2 | Second | Done | - |", "| 4 | Fourth | Blocked | - |")
    latest = table("| 4 | The fourth | Done | - |")
    gates, _ = resolve(row, heading, later, latest, dates={"1.md": DAY, "3.md": DAY, "4.md": DAY + dt.timedelta(1)})
    assert {name: (g.title, g.status.value, g.source.path) for name, g in gates.items()} == {
        "Phase 1": ("First", "blocked", "2.md"),
        "Phase 2": ("Two", "not_started", "1.md"),
        "Phase 3": ("Three", "not_started", "1.md"),
        "Phase 4": ("The fourth", "resolved", "4.md"),
    }
    assert resolve(later, latest, rules=ReadingRules(order=("2.md",)))[0]["Phase 4"].status is Status.BLOCKED
    assert (
        resolve(latest, latest.replace("Done", "Blocked"), rules=ReadingRules(order=("2.md",)))[0][
            "Phase 4"
        ].source.path
        == "1.md"
    )


def test_spellings_of_one_gate() -> None:
    gates, _ = resolve(table("| 06 | Six | Ready | - |"), "## Phase 6: Six\n\n**Status:** Blocked\n")
    assert list(gates) == ["Phase 6"]
    gates, _ = resolve(
        table("| M3 | Beta | Ready | - |", head="| Milestone | Name | Status | Blockers |"),
        "## Milestone 3\n\n**Status:** Done\n",
    )
    assert [(g.name, g.title, g.status) for g in gates.values()] == [("Milestone 3", "Beta", Status.RESOLVED)]


def test_a_plan_with_phases_of_its_own_has_gates_of_its_own() -> None:
    register = table(
        "| 1 | Skeleton | Done | - |", "| 2 | Structure | Done | - |", "| 3 | Scaffold | Blocked | ACTION-1 |"
    )
    plan = "".join(
        f"## Phase {n}: {t}\n\n**Status:** Blocked\n\n" for n, t in ((1, "Extract types"), (2, "Wire client"))
    )
    gates, findings = resolve(register, plan, items=OPEN)
    assert list(gates) == ["2.md#Phase 1", "2.md#Phase 2", "Phase 1", "Phase 2", "Phase 3"]
    assert gates["Phase 1"].status is Status.RESOLVED
    assert findings == ()


def test_a_gate_that_says_complete_while_a_blocker_is_open() -> None:
    gates, findings = resolve(table("| 1 | One | ✅ **Complete** | ACTION-1, ACTION-2, LATER-1 |"), items=OPEN)
    assert gates["Phase 1"].blockers == ("ACTION-1", "ACTION-2", "LATER-1")
    assert [(f.path, f.line, f.code, f.severity) for f in findings] == [("1.md", 3, "gate", "error")]
    assert findings[0].message.startswith(
        'Phase 1 says "Complete", but ACTION-1 and LATER-1 block it and are still open. '
    )


@pytest.mark.parametrize(
    ("status", "blocker", "severity"),
    [
        ("Complete (local)", "LATER-1 (prod only)", "note"),
        ("Complete (local)", "LATER-1", "error"),
        ("Complete", "LATER-1 (prod only)", "error"),
        ("Complete (2026-01-08)", "LATER-1 (prod only)", "error"),
        ("Complete (local)", "LATER-1 (About later-1)", "error"),  # a title
    ],
)
def test_it_is_a_note_where_both_carry_a_qualifier(status: str, blocker: str, severity: str) -> None:
    _, (finding,) = resolve(table(f"| 1 | One | {status} | {blocker} |"), items=OPEN)
    assert finding.severity == severity


def said(path: str, **fields: object) -> Statement:
    return Statement("ACTION-1", path, Rank.ROW, Span(0, 1), 7, **fields)  # type: ignore[arg-type]  # the fields that a test names


@pytest.mark.parametrize(
    "statement",
    [
        said("1.md", blocks=References((), "Phase 08, 1 and 26")),
        said(
            "1.md",
            statuses=(StatedStatus(Status.PENDING, "5 pending, blocking Phase 1", StatusForm.SECTION, Span(0, 1), 5),),
        ),
        said("1.md", description=(("Blocking Phase(s)", FieldText("01, 23", Span(0, 1), 7)),)),
    ],
)
def test_items_say_themselves_which_gate_they_block(statement: Statement) -> None:
    known = by_key(item("ACTION-1", statements=(statement,)))
    gates, findings = resolve(table("| 1 | One | Complete | None |"), items=known, dates={"1.md": DAY})
    assert gates["Phase 1"].blockers == ("ACTION-1",)
    assert [f.severity for f in findings] == ["error"]
    assert "1.md:7" in findings[0].message


@pytest.mark.parametrize(
    "fields",
    [
        {"blocks": References((), "None (Phase 1 is done)")},
        {"blocks": References((), "Does not block Phase 1")},
        {"statuses": (StatedStatus(Status.BLOCKED, "Blocked by Phase 1", StatusForm.CELL, Span(0, 1), 5),)},
    ],
)
def test_items_that_do_not_block_a_gate(fields: dict[str, object]) -> None:
    known = by_key(item("ACTION-1", statements=(said("1.md", **fields),)))
    assert resolve(table("| 1 | One | Complete | None |"), items=known)[0]["Phase 1"].blockers == ()


def test_what_an_older_document_says_of_a_gate_does_not_contradict_it() -> None:
    done, blocked = (
        table("| 1 | One | Complete | None |", "| 2 | Two | Done | - |"),
        table("| 1 | One | Blocked | ACTION-1 |"),
    )
    for other, expected in ((DAY - dt.timedelta(1), []), (DAY, []), (DAY + dt.timedelta(1), ["error"])):
        gates, findings = resolve(done, blocked, items=OPEN, dates={"1.md": DAY, "2.md": other})
        assert (gates["Phase 1"].status, gates["Phase 1"].blockers) == (Status.RESOLVED, ("ACTION-1",))
        assert [f.severity for f in findings] == expected


def test_many_blockers_are_counted() -> None:
    known = by_key(*(item(f"LATER-{n}") for n in range(1, 10)))
    _, (finding,) = resolve(table("| 1 | One | Done | LATER-1 through LATER-9 |"), items=known)
    assert "LATER-1, LATER-2, LATER-3, LATER-4 and 5 more block it" in finding.message


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Phase 08, 11, 23, 26", ["Phase 08", "Phase 11", "Phase 23", "Phase 26"]),
        ("phases 3-5 and Milestone 2", ["Phase 3", "Phase 4", "Phase 5", "Milestone 2"]),
        ("Phase 26, 3 pending", ["Phase 26"]),
        ("Phase 25b, and 26 (prod)", ["Phase 25b", "Phase 26"]),
        ("Gate A and a half", ["Gate A"]),
        ("a phase a day, Phase gate, pre-Phase 08, Phase 100%", []),
        ("Phase 1-99999999", ["Phase 1"]),
        ("Phase 1-900", ["Phase 1", "Phase 900"]),
    ],
)
def test_names_in_text(text: str, names: list[str]) -> None:
    assert [name.name for name in names_in(text)] == names


def test_keys_and_order_of_names() -> None:
    assert gate_key("Phase 06") == gate_key("phase 6") == gate_key("P6")
    assert gate_key("Phase 2.10") != gate_key("Phase 2.1")
    names = ["Phase 26", "Phase 3", "Phase 11a", "Phase 11", "Gate B", "Gate A"]
    assert sorted(names, key=natural) == ["Gate A", "Gate B", "Phase 3", "Phase 11", "Phase 11a", "Phase 26"]
    assert cell_name("Initialization", "Phase") is None
