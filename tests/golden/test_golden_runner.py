"""A golden document that expects the wrong thing has to fail, and one that breaks the format has to say where."""

from __future__ import annotations

import datetime as dt

import pytest
from golden_cases import GoldenError, Line, load_cases, parse_cases, reading_rules, unescape
from golden_facts import compare, describe

from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.items import Item
from gapkeeper.model.readiness import Area, CriticalPath, Gate, PathStep, Readiness
from gapkeeper.model.register import DocumentInfo, Edge, Register
from gapkeeper.model.rules import Scope
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status


def item(key: str, *, status: Status = Status.PENDING, title: str = "", owner: str | None = None) -> Item:
    return Item(
        key=key,
        id=key.partition("#")[2] or key,
        kind="LATER",
        path=None,
        title=title,
        status=status,
        status_text="**Done** today",
        owner=owner,
        priority=None,
        category=None,
        estimate=None,
        blocks=("B", "A"),
        blocks_text="",
        depends_on=(),
        resolves=(),
        description=(("Impact", "*no* sleep"),),
        source=Place("plan.md", 3),
        status_source=None,
        statements=(),
    )


REGISTER = Register(
    revision=None,
    items=(
        item("LATER-1", status=Status.RESOLVED, title="Roof | door", owner="Ida"),
        item("docs/a.md#ISSUE-1", title="Frost"),
    ),
    gates=(Gate("Phase 26", "Cutover", Status.BLOCKED, "Blocked", ("LATER-1",), Place("gates.md", 5)),),
    readiness=(
        Readiness(
            "Go-live", (Area("Seats", 25, 19, 4.8, 6, 4.75),), 44.8, 44.75, None, Place("plan.md", 4), posted=True
        ),
    ),
    edges=(Edge("LATER-1", "docs/a.md#ISSUE-1", "blocks", Place("plan.md", 3)),),
    diagnostics=(Diagnostic("plan.md", 3, 1, "range-gap", Severity.WARNING, "LATER-4 is not defined"),),
    documents=(DocumentInfo("plan.md", dt.date(2026, 1, 7), 2),),
    critical_path=CriticalPath((PathStep("LATER-1", "Roof", (19, 29), assumed=True),), "Phase 26", (19, 29)),
    registers={"LATER": "plan.md"},
    rules_digest="",
)

ITEMS = ["LATER-1 | resolved", "docs/a.md#ISSUE-1 | pending"]
TRUE = [
    "LATER-1 | resolved | Roof \\| door | owner: Ida | priority: none | blocks: A, B | +Impact: no sleep",
    "LATER-1 | at: plan.md:3",
    "LATER-1 | closed | status text: Done today | said: none | ignored: no",
    "LATER-1 | | Roof \\| door",
    "docs/a.md#ISSUE-1 | open | Frost | id: ISSUE-1",
    "edge LATER-1 blocks docs/a.md#ISSUE-1 | at: plan.md:3",
    "no edge LATER-1 resolves docs/a.md#ISSUE-1",
    "gate Phase 26 | blocked | Cutover | blockers: LATER-1 | at: gates.md:5",
    "readiness 44.75 | stated: 44.8 | title: Go-live | posted | scaled: no | areas: Seats",
    "readiness 44.8 | derived: none",
    "path LATER-1 -> Phase 26: 19 to 29 days | assumed: LATER-1 | unknown: 0",
    "document plan.md | date: 2026-01-07 | statements: 2 | error: none",
    "register LATER plan.md",
    "diagnostic plan.md:3 range-gap warning | later-4",
    "diagnostic plan.md range-gap warning",
    "no diagnostic stale",
]
FALSE = [
    "LATER-2 | pending",
    "LATER-1 | pending",
    "LATER-1 | open",
    "LATER-1 | resolved | Roof",
    "LATER-1 | | owner: Olaf",
    "LATER-1 | | owner: none",
    "LATER-1 | | priority: High",
    "LATER-1 | | blocks: A",
    "LATER-1 | | blocks: none",
    "LATER-1 | | +Impact: sleep",
    "LATER-1 | | +Effort: none at all",
    "LATER-1 | | at: plan.md:4",
    "LATER-1 | | ignored",
    "edge LATER-1 resolves docs/a.md#ISSUE-1",
    "edge LATER-1 blocks docs/a.md#ISSUE-1 | at: plan.md:4",
    "no edge LATER-1 blocks docs/a.md#ISSUE-1",
    "no gates",
    "gate Phase 27 | blocked",
    "gate Phase 26 | resolved",
    "gate Phase 26 | blocked | Cutover | blockers: none",
    "no readiness",
    "no score",
    "readiness 44.7",
    "readiness none",
    "readiness 44.75 | stated: 44.7",
    "readiness 44.75 | scaled",
    "no path",
    "path none",
    "path LATER-1 -> Phase 27",
    "path LATER-1 -> Phase 26: 19 to 28 days",
    "path LATER-1 | assumed: none",
    "document plan.md | date: 2026-01-08",
    "document other.md | statements: 2",
    "register LATER other.md",
    "diagnostic plan.md:4 range-gap warning",
    "diagnostic plan.md:3 range-gap error",
    "diagnostic plan.md:3 stale warning",
    "diagnostic plan.md:3 range-gap warning | LATER-5",
    "no diagnostic range-gap",
]


def judge(*lines: str) -> list[str]:
    return compare([Line(number, text) for number, text in enumerate(lines, 1)], REGISTER, "case.md")


@pytest.mark.parametrize("line", TRUE)
def test_what_is_so_holds(line: str) -> None:
    assert judge(*ITEMS, "diagnostics: any", line) == []


@pytest.mark.parametrize("line", FALSE)
def test_what_is_not_so_fails_and_says_where(line: str) -> None:
    wrong = judge(*ITEMS, "diagnostics: any", line)
    assert wrong
    assert wrong[0].startswith(f"case.md:4: {line}\n")


def test_an_area_belongs_to_the_score_above_it() -> None:
    score = "readiness 44.75"
    assert judge(*ITEMS, "diagnostics: any", score, "area Seats | weight: 25 | score: 19 | computed: 4.75") == []
    assert judge(*ITEMS, "diagnostics: any", score, "area Seats | weight: 24")
    assert judge(*ITEMS, "diagnostics: any", score, "area Lamp | weight: 25")
    assert judge(*ITEMS, "diagnostics: any", "area Seats | weight: 25")


def test_an_item_that_is_not_named_is_too_many() -> None:
    (wrong,) = judge("LATER-1 | resolved", "diagnostics: any")
    assert wrong.startswith("too many items: docs/a.md#ISSUE-1 | pending | Frost | id: ISSUE-1")
    assert len(judge("no items", "diagnostics: any")) == 2
    assert "a case without items has to say `no items`" in judge("diagnostics: any")


def test_a_diagnostic_that_is_not_named_is_too_many() -> None:
    assert judge(*ITEMS) == [
        "too many diagnostics: plan.md:3:1: range-gap: LATER-4 is not defined (warning)",
    ]
    assert judge(*ITEMS, "diagnostic plan.md:3 range-gap warning") == []


def test_edges_are_whole_only_where_the_case_says_so() -> None:
    assert judge(*ITEMS, "diagnostics: any") == []
    assert judge(*ITEMS, "diagnostics: any", "no edges") == judge(*ITEMS, "diagnostics: any", "no other edges")
    assert judge(*ITEMS, "diagnostics: any", "no edges") == [
        "too many edges: LATER-1 blocks docs/a.md#ISSUE-1 (plan.md:3)"
    ]
    assert judge(*ITEMS, "diagnostics: any", "edge LATER-1 blocks docs/a.md#ISSUE-1", "no other edges") == []


@pytest.mark.parametrize(
    "line", ["nonsense", "LATER-1 | resolved | Roof \\| door | ower: Ida", "gate Phase 26 | blocked | Cutover | x: y"]
)
def test_a_line_that_compares_nothing_is_refused(line: str) -> None:
    with pytest.raises(GoldenError, match=r"case\.md:1: "):
        judge(line)


def test_a_failure_shows_everything_that_was_read() -> None:
    text = describe(REGISTER)
    for part in (
        "LATER-1 | resolved",
        "edge LATER-1 blocks",
        "gate Phase 26",
        "area Seats",
        "path LATER-1",
        "range-gap",
    ):
        assert part in text


CASE = """# Topic

## A case

~~~~ markdown a.md escaped
one\\r
~~~~

~~~~ toml settings
[documents]
kinds = "*"
~~~~

~~~~ expect
# a remark
no items
~~~~
"""


def test_a_case_is_its_documents_settings_and_facts() -> None:
    (case,) = parse_cases(CASE, "topic.md")
    assert (case.name, case.line) == ("topic-a-case", 3)
    assert [(d.path, d.data) for d in case.documents] == [("a.md", b"one\r\n")]
    assert case.rules.all_kinds
    assert case.expected == [Line(16, "no items")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("## A case", "A case", 5),  # a block before the first case
        ("~~~~ expect", "~~~~ expects", 14),
        ("~~~~ toml settings", "~~~~ toml", 9),
        ("~~~~ markdown a.md escaped", "~~~~ markdown", 5),
        ('kinds = "*"', 'kind = "*"', 9),
        ('kinds = "*"', "kinds = ", 9),
        ("no items\n", "", 3),  # a case that expects nothing
        ("no items\n~~~~\n", "no items\n", 14),  # a block without an end
        ("# Topic\n", "## A case\n~~~~ markdown b.md\n~~~~\n~~~~ expect\nno items\n~~~~\n", 8),  # the title twice
    ],
)
def test_a_broken_document_says_where(old: str, new: str, line: int) -> None:
    assert old in CASE
    with pytest.raises(GoldenError, match=rf"topic\.md:{line}: "):
        list(parse_cases(CASE.replace(old, new), "topic.md"))


def test_escapes() -> None:
    assert unescape(rb"a\xE9\r\n\t\0\\x41") == b"a\xe9\r\n\t\0\\x41"
    assert unescape(b"last line\\\n") == b"last line"
    assert unescape(rb"a \| b") == rb"a \| b"


def test_settings_become_reading_rules() -> None:
    rules = reading_rules(
        {
            "documents": {"kinds": ["ISSUE", "RISK"], "order": ["a.md"]},
            "kinds": {"TD": {"pattern": "TD_\\d+", "scope": "document", "register": "debt.md"}},
            "status": {"words": {"Parked": "blocked"}, "languages": ["pt"], "columns": {"状態": "status"}},
            "readiness": {"title": "Total", "areas": {"Work": {"kind": "ACTION"}}},
        }
    )
    assert [(kind.name, kind.scope) for kind in rules.kinds] == [
        ("ISSUE", Scope.DOCUMENT),
        ("RISK", Scope.REPOSITORY),
        ("TD", Scope.DOCUMENT),
    ]
    assert (rules.kinds[2].pattern, rules.kinds[2].register) == ("TD_\\d+", "debt.md")
    assert rules.words == {"Parked": Status.BLOCKED}
    assert (rules.languages, rules.order, rules.columns) == (("pt",), ("a.md",), {"状態": "status"})
    assert (rules.readiness_title, rules.areas["Work"].kind) == ("Total", "ACTION")


def test_no_two_cases_have_one_name() -> None:
    names = [case.name for case in load_cases()]
    assert len(names) == len(set(names)) > 300
