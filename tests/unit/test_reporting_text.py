from __future__ import annotations

import csv
import io
import time
from dataclasses import replace

import pytest

from builders import item, register, statement
from gapkeeper.model.delivery import Delivery, Step
from gapkeeper.model.items import Item, Losing
from gapkeeper.model.plan import Outcome, Plan, Report
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.readiness import CriticalPath, PathStep
from gapkeeper.model.status import Rank, Status
from gapkeeper.reporting.compare import compare
from gapkeeper.reporting.findings import finding_lines, findings_summary
from gapkeeper.reporting.graph_drawn import dot, mermaid
from gapkeeper.reporting.graph_text import critical_path_line, graph_lines
from gapkeeper.reporting.item_csv import CSV_COLUMNS, items_csv
from gapkeeper.reporting.item_filter import matching
from gapkeeper.reporting.item_list import item_lines, items_summary
from gapkeeper.reporting.outcome_text import outcome_lines, report_lines
from gapkeeper.reporting.plan_text import plan_lines
from gapkeeper.reporting.review_comment import comparison_markdown
from gapkeeper.reporting.score_markdown import score_markdown
from gapkeeper.reporting.score_text import score_lines
from gapkeeper.reporting.style import Look, render, text_of
from gapkeeper.reporting.why import explain
from gapkeeper.reporting.why_text import next_sync_lines, why_lines
from samples import DIAGNOSTICS, HARBOUR, HOSTILE, ITEMS, PIER, PLAN, REFUSED

PIPE = Look()
WIDE = Look(width=100)


def keys(*items: Item) -> list[str]:
    return [entry.key for entry in items]


def test_items_are_aligned() -> None:
    assert render(item_lines(ITEMS, PIPE), PIPE) == (
        "KEY         STATUS       TITLE                OWNER           PRIORITY  PLACE\n"
        "ACTION-038  not started  Set the buoys                                  docs/gaps.md:92\n"
        "ACTION-040  in progress  Dredge the basin     Works           High      docs/gaps.md:91\n"
        "ISSUE-002   blocked      灯台の電球 🇩🇪                        Low       docs/gaps.md:130\n"
        "LATER-001   resolved     Mend the pier        Harbour office            docs/LATER.md:24\n"
        "LATER-009   deferred     New ferry timetable                            docs/LATER.md:88\n"
        "LATER-010   cancelled    Old crane                                      docs/LATER.md:90\n"
    )


def test_items_are_summed_up() -> None:
    assert text_of(items_summary(ITEMS, HARBOUR)) == "4 open, 2 closed; 1 error, 2 warnings, 1 note"
    assert text_of(items_summary((PIER,), HARBOUR)).startswith("1 of 6 items: 0 open, 1 closed; ")
    assert text_of(items_summary((), register())) == "0 open, 0 closed; no findings"


def test_no_items_no_table() -> None:
    assert item_lines((), PIPE) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, keys(*ITEMS)),
        ({"kinds": ["later"]}, ["LATER-001", "LATER-009", "LATER-010"]),
        ({"statuses": ["open"], "kinds": ["LATER"]}, ["LATER-009"]),
        ({"statuses": ["In-Progress", "resolved"]}, ["ACTION-040", "LATER-001"]),
        ({"owners": ["work"]}, ["ACTION-040"]),
        ({"gates": ["26"]}, ["ACTION-038", "ACTION-040", "LATER-001"]),
        ({"gates": ["opening"], "statuses": ["open"]}, ["ACTION-038", "ACTION-040"]),
        ({"gates": ["6"]}, []),
    ],
)
def test_filters(filters: dict[str, list[str]], expected: list[str]) -> None:
    assert keys(*matching(HARBOUR, **filters)) == expected


def test_csv_can_be_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(items_csv(ITEMS), newline="")))
    assert list(rows[0]) == list(CSV_COLUMNS)
    assert (rows[0]["key"], rows[0]["depends_on"], rows[0]["line"]) == ("ACTION-038", "ACTION-040", "92")
    assert rows[2]["title"] == "灯台の電球 🇩🇪"


def test_no_cell_is_a_formula() -> None:
    (row,) = csv.DictReader(io.StringIO(items_csv([item(title="=HYPERLINK(A1)", owner="@SUM")])))
    assert (row["title"], row["owner"]) == ("'=HYPERLINK(A1)", "'@SUM")


def test_findings_are_lines_that_editors_know() -> None:
    lines = render(finding_lines(DIAGNOSTICS, PIPE), PIPE).splitlines()
    assert lines == [str(found) for found in DIAGNOSTICS]
    summary = text_of(findings_summary(DIAGNOSTICS, 3))
    assert summary == "1 error, 2 warnings, 1 note in 3 documents"


def test_the_critical_path_in_one_line() -> None:
    assert text_of(critical_path_line(HARBOUR.critical_path)) == (
        "ACTION-040 (18-28 days) -> ACTION-038 (1 day) -> Phase 26: 19 to 29 days"
    )


def test_a_critical_path_of_guesses_says_so() -> None:
    path = CriticalPath((PathStep("A-1", "a", (2, 2), assumed=True), PathStep("A-2", "b", None)), None, (2, 2), 1)
    assert text_of(critical_path_line(path)) == (
        "A-1 (2 days, assumed) -> A-2 (no estimate): 2 days, and 1 step without an estimate"
    )
    assert "depend" in text_of(critical_path_line(CriticalPath()))


def test_the_graph_as_text() -> None:
    text = render(graph_lines(HARBOUR, PIPE), PIPE)
    assert text.startswith("Critical path: ACTION-040 (18-28 days) -> ")
    assert "  ACTION-038  ACTION-040  in progress  docs/gaps.md:92\n" in text
    assert "  ISSUE-002   LATER-009   deferred     docs/LATER.md:88\n" in text
    assert "  Phase 26  Opening  blocked  docs/gaps.md:149\n" in text
    assert "      waits for 2 of 3 items: ACTION-038, ACTION-040\n" in text


def test_gates_that_are_passed_are_counted_and_those_that_only_say_so_are_shown() -> None:
    gate = HARBOUR.gates[0]
    gates = (
        replace(gate, name="Phase 1", status=Status.RESOLVED, blockers=("LATER-001",)),
        replace(gate, name="Phase 2", status=Status.RESOLVED, blockers=("ACTION-040",)),
        replace(gate, name="Phase 3", blockers=("LATER-001",)),
        replace(gate, name="Phase 4", blockers=()),
    )
    text = render(graph_lines(replace(HARBOUR, gates=gates), PIPE), PIPE)
    assert text.partition("Gates\n")[2] == (
        "  Phase 2  Opening  resolved  docs/gaps.md:149\n"
        "      waits for 1 of 1 item: ACTION-040\n"
        "  Phase 3  Opening  blocked   docs/gaps.md:149\n"
        "      nothing that it waited for is open (1 item)\n"
        "  Phase 4  Opening  blocked   docs/gaps.md:149\n"
        "  1 gate passed\n"
    )
    assert "Phase 1" not in score_markdown(replace(HARBOUR, gates=gates))


def test_the_graph_as_mermaid() -> None:
    assert mermaid(HARBOUR).splitlines() == [
        "flowchart LR",
        '  n0["ACTION-038#58; Set the buoys"]:::not_started',
        '  n1["ACTION-040#58; Dredge the basin"]:::in_progress',
        '  n2["ISSUE-002#58; 灯台の電球 🇩🇪"]:::blocked',
        '  n3["LATER-009#58; New ferry timetable"]:::deferred',
        '  n4{{"Phase 26#58; Opening"}}:::blocked',
        "  n0 ==> n4",
        "  n1 ==> n0",
        "  n1 --> n4",
        "  n3 --> n2",
        "  classDef not_started fill:#ddf4ff,color:#0a3069,stroke:#0a3069",
        "  classDef in_progress fill:#fff8c5,color:#4d2d00,stroke:#4d2d00",
        "  classDef blocked fill:#ffebe9,color:#82071e,stroke:#82071e",
        "  classDef deferred fill:#eaeef2,color:#32383f,stroke:#32383f",
    ]


def test_a_graph_of_nothing_is_still_a_drawing() -> None:
    assert '["no open item waits for another"]' in mermaid(register(item()))
    assert dot(register(item())).startswith("digraph gapkeeper {")


def test_the_graph_as_dot() -> None:
    text = dot(HARBOUR)
    assert '  n1 [label="ACTION-040: Dredge the basin", fillcolor="#fff8c5", fontcolor="#4d2d00"];' in text
    assert "  n1 -> n0 [penwidth=3];" in text
    assert "  n3 -> n2;" in text


def test_dot_strings_are_not_left() -> None:
    trap = item("A-1", 'x\\"]; evil', depends_on=["A-2"])
    assert r'[label="A-1: x\\\"]; evil"' in dot(register(trap, item("A-2")))


def test_the_score_shows_number_areas_gates_and_path() -> None:
    text = render(score_lines(HARBOUR, None, WIDE), WIDE)
    assert text.startswith("44.75 %  Opening day  docs/gaps.md:196\n█████████████░")
    assert "stated 44.8 %, recomputed 44.75 %, 66.7 % of" in text
    assert "Quays    ████████████▊░░░".replace("▊", "█") in text
    assert "Ferries  no score" in text
    assert "the weights of the others are scaled" in text
    assert "waits for 2 of 3 items: ACTION-038, ACTION-040" in text
    assert "19 to 29 days" in text
    assert "  19 %  Lights only  docs/lights.md:4" in text


def test_the_score_where_there_is_none() -> None:
    assert render(score_lines(register(item()), None, PIPE), PIPE) == "No document states a readiness score.\n"


def test_a_bar_without_unicode() -> None:
    look = Look(width=100, unicode=False)
    assert "###-" in render(score_lines(HARBOUR, None, look), look)
    assert render(score_lines(HARBOUR, None, look), look).isascii()


def test_the_difference_to_a_base() -> None:
    low = replace(HARBOUR.readiness[0], computed=40.95, areas=HARBOUR.readiness[0].areas[1:])
    before = replace(HARBOUR, items=(*ITEMS[:3], item("LATER-001")), readiness=(low,), diagnostics=())
    text = render(score_lines(HARBOUR, compare(before, HARBOUR), PIPE, base="main"), PIPE)
    assert "40.95 % → 44.75 % (+3.8) since main\n" in text
    assert "  Quays: none → 80\n" in text
    assert "  resolves LATER-001\n" in text
    assert "  adds LATER-009, LATER-010\n" in text
    assert "  4 new findings\n" in text


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (register(), HARBOUR, "44.75 %; the base states no score"),
        (HARBOUR, register(), "44.75 % before; no document states a score any more"),
        (register(), register(), "Neither revision states a score"),
        (HARBOUR, HARBOUR, "44.75 % → 44.75 % (±0)"),
    ],
)
def test_the_difference_in_words(before: object, after: object, words: str) -> None:
    look = PIPE
    assert words in render(score_lines(after, compare(before, after), look, base="main"), look)  # type: ignore[arg-type]  # registers


def test_the_score_as_markdown() -> None:
    text = score_markdown(HARBOUR)
    assert text.startswith("**44.75 %** Opening day, stated 44.8 % (`docs/gaps.md:196`)\n")
    assert "| Quays | 80 | 50 | 40 | 40 | 67 % of 3 |" in text
    assert "| Ferries | - | 25 | - | - |  |" in text
    assert "- **Phase 26 Opening**: blocked, waits for 2 of 3 items: ACTION-038, ACTION-040" in text


def test_the_difference_as_markdown_is_what_the_comment_says_without_the_pull_request() -> None:
    text = comparison_markdown(compare(register(), HARBOUR), "main")
    assert text.startswith(
        "### Readiness 44.75 %\n\n`main` states no score to compare with. What came since `main` adds "
    )
    assert "<!--" not in text
    assert "pull request" not in text
    assert "```mermaid" in text
    same = comparison_markdown(compare(HARBOUR, HARBOUR), "main")
    assert same.startswith("### Readiness 44.75 % (±0)\n\nNothing since `main` changes an item. ")


def test_why_names_each_statement_and_what_became_of_it() -> None:
    text = render(why_lines(explain(HARBOUR, PIER), HARBOUR, PIPE), PIPE)
    assert text.startswith('LATER-001  Mend the pier\nresolved ("✅ Resolved"), so its issue should be closed\n')
    assert "  status    resolved\n            docs/LATER.md:24, a heading beats a table row\n" in text
    assert (
        "  heading  docs/LATER.md:24       2026-01-09  resolved\n"
        "      wins title, status\n"
        "  row      docs/checkpoint.md:65  2026-01-07  pending\n"
        "      loses status: stale\n"
    ) in text
    assert "  gates     Phase 26\n" in text
    assert "docs/gaps.md:65:24: stale: says pending" in text
    assert "range-gap" not in text


WINNERS = (("status", 0), ("title", 0))


@pytest.mark.parametrize(
    ("winner", "loser", "reason"),
    [
        (("docs/LATER.md", Rank.ROW), ("docs/gaps.md", Rank.LIST), "a table row beats a list entry"),
        (("docs/LATER.md", Rank.ROW), ("docs/checkpoint.md", Rank.ROW), "in the register of LATER"),
        (("docs/checkpoint.md", Rank.ROW), ("docs/gaps.md", Rank.ROW), "dated, the other is not"),
        (("docs/gaps.md", Rank.ROW), ("docs/lights.md", Rank.ROW), "first in the order of sources"),
        (("docs/gaps.md", Rank.ROW), ("docs/gaps.md", Rank.ROW), "first in its document"),
    ],
)
def test_why_a_statement_won(winner: tuple[str, Rank], loser: tuple[str, Rank], reason: str) -> None:
    first = statement("LATER-001", path=winner[0], rank=winner[1], line=1)
    second = statement("LATER-001", Status.BLOCKED, path=loser[0], rank=loser[1], line=9)
    entry = item(statements=(first, second), winners=WINNERS, losing=(Losing(second, "status", "stale"),))
    why = explain(replace(HARBOUR, items=(entry,)), entry)
    assert {won.field: won.reason for won in why.won}["status"] == reason


def test_why_of_an_item_with_thousands_of_statements_takes_time_in_step_with_them() -> None:
    def seconds(count: int) -> float:
        said = tuple(statement("LATER-001", line=line) for line in range(1, count + 1))
        entry = item(statements=said, winners=WINNERS, losing=tuple(Losing(s, "status", "stale") for s in said[1:]))
        start = time.process_time()
        why = explain(replace(HARBOUR, items=(entry,)), entry)
        assert [s.loses for s in why.said] == [(), *[("status: stale",)] * (count - 1)]
        return time.process_time() - start

    assert min(seconds(2000) for _ in range(3)) < 10 * min(seconds(500) for _ in range(3))


def test_why_a_derived_status_won() -> None:
    entry = item(status=Status.RESOLVED, resolved_by="ACTION-041", winners=(("title", 0),))
    assert {won.field: won.reason for won in explain(HARBOUR, entry).won}[
        "status"
    ] == "ACTION-041 resolves it, and is done"


def test_why_tells_who_waits_for_whom() -> None:
    by_key = {entry.key: entry for entry in ITEMS}
    assert explain(HARBOUR, by_key["ACTION-038"]).waits_for == ("ACTION-040",)
    assert explain(HARBOUR, by_key["ACTION-040"]).waited_for_by == ("ACTION-038",)
    assert explain(HARBOUR, by_key["ISSUE-002"]).waits_for == ("LATER-009",)


def test_what_the_next_sync_does() -> None:
    assert "changes nothing" in render(next_sync_lines([], None, HARBOUR, PIPE), PIPE)
    assert "no tracker" in render(next_sync_lines([], "no tracker yet", HARBOUR, PIPE), PIPE)
    text = render(next_sync_lines([PLAN.changes[5]], None, HARBOUR, PIPE), PIPE)
    assert "x  LATER-001  #7" in text
    assert "docs/LATER.md:24 says resolved" in text


def test_a_plan_is_grouped_and_says_how_to_apply_it() -> None:
    text = render(plan_lines(PLAN, HARBOUR, PIPE, apply_with=f"gapkeeper sync --expect {PLAN.fingerprint}"), PIPE)
    assert text.splitlines() == [
        "Plan for sqlite:.gapkeeper/tracker.db, documents at c0ffee100000",
        "",
        "+ label 2  a label that issues need",
        "    gapkeeper, kind: later",
        "",
        "+ create 2  open, and has no issue",
        "  +  ACTION-038        Set the buoys     not started  docs/gaps.md:92",
        "  +  ISSUE-002         灯台の電球 🇩🇪     blocked      docs/gaps.md:130",
        "",
        "~ update 1",
        "  ~  ACTION-040   #12  Dredge the basin  in progress  docs/gaps.md:91",
        "      body: text renewed",
        "      labels: -status: pending, +status: in progress",
        "      title: ACTION-040: Dredge → ACTION-040: Dredge the basin",
        "      the documents changed it",
        "",
        "x close 1",
        "  x  LATER-001    #7   Mend the pier     resolved     docs/LATER.md:24",
        "      state: open → closed",
        "      docs/LATER.md:24 says resolved",
        "",
        "6 changes: 2 label, 2 create, 1 update, 1 close; 9 requests",
        "note: #4 was released",
        f"Fingerprint: {PLAN.fingerprint}",
        f"Apply with: gapkeeper sync --expect {PLAN.fingerprint}",
    ]


def test_a_refused_plan_does_not_say_how_to_apply_it() -> None:
    text = render(plan_lines(REFUSED, HARBOUR, PIPE, apply_with="gapkeeper sync"), PIPE)
    assert "refused: mass-change: closes 12 of 20 issues" in text
    assert "Apply with" not in text


def test_a_plan_of_nothing() -> None:
    nothing = render(plan_lines(Plan("t", None, ()), HARBOUR, PIPE, apply_with="x"), PIPE)
    assert "Nothing to do" in nothing
    assert "Apply with" not in nothing
    assert "3 changes left out" in render(
        plan_lines(Plan("t", None, (), skipped=3), HARBOUR, PIPE, apply_with=""), PIPE
    )
    assert "3 more changes left out" in render(plan_lines(replace(PLAN, skipped=3), HARBOUR, PIPE, apply_with=""), PIPE)


BY_KEY = {entry.key: entry for entry in ITEMS}


def test_what_was_done_is_a_line_each() -> None:
    outcomes = [Outcome(change, done=True, issue=31) for change in PLAN.changes]
    shown = [render(outcome_lines(one, BY_KEY, PLAN, PIPE, key_width=10), PIPE) for one in outcomes]
    assert shown == [
        "",
        "",
        "created  #31   ACTION-038  Set the buoys\n",
        "created  #31   ISSUE-002   灯台の電球 🇩🇪\n",
        "updated  #31   ACTION-040  Dredge the basin\n",
        "closed   #31   LATER-001   Mend the pier\n",
    ]


def test_what_failed_says_why() -> None:
    label, close = PLAN.changes[0], PLAN.changes[5]
    text = render(outcome_lines(Outcome(label, done=False, error="no permission"), BY_KEY, PLAN, PIPE), PIPE)
    assert text == "failed: label       gapkeeper  no permission\n"
    narrow = Look(width=40)
    lines = outcome_lines(Outcome(close, done=False, error="somebody changed it meanwhile"), BY_KEY, PLAN, narrow)
    assert len(lines) == 2


WITHDRAWAL = Delivery(Step.WITHDRAW, WriteBack.PULL_REQUEST, number=3)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(Plan("t", None, ()), ()), "Nothing to do: issues and documents agree.\n"),
        (
            Report(PLAN, tuple(Outcome(change, done=True) for change in PLAN.changes)),
            "2 labels made, 2 created, 1 updated, 1 closed\nnote: #4 was released\n",
        ),
        (
            Report(PLAN, (Outcome(PLAN.changes[0], done=False, error="no"),), "no permission.", 77),
            "nothing done; 1 failed; 5 left\nstopped: no permission.\nnote: #4 was released\n",
        ),
        (
            Report(Plan("t", None, (replace(PLAN.changes[5], held="--accept-reading"),)), ()),
            "1 change not applied without --accept-reading.\n",
        ),
        (
            Report(Plan("t", None, (), delivery=WITHDRAWAL), ()),
            "Proposal 3 has become empty and is withdrawn.\n",
        ),
        (
            Report(Plan("t", None, (), delivery=WITHDRAWAL), (), undelivered="its branch is checked out"),
            "failed: its branch is checked out\n",
        ),
    ],
)
def test_a_sync_is_summed_up(report: Report, words: str) -> None:
    assert render(report_lines(report, PIPE), PIPE) == words


def test_a_change_that_is_held_says_what_for() -> None:
    plan = Plan("t", None, (replace(PLAN.changes[5], held="--accept-reading"),))
    text = render(plan_lines(plan, HARBOUR, PIPE, apply_with="x"), PIPE)
    assert "waits for --accept-reading" in text
    assert "Apply with" not in text


def test_hostile_text_is_shown_and_does_nothing() -> None:
    text = render(why_lines(explain(HARBOUR, PIER), HARBOUR, PIPE), PIPE)
    assert "␛[31mred" in text
    assert not set(HOSTILE) & set(text) & set("\x1b\u202e\u200b\x9b\r")
