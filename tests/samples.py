"""A harbour's plan as a register: every field that reporting shows, and text that wants to break out of it."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

from builders import item, statement
from gapkeeper.model.diagnostics import Diagnostic, Severity
from gapkeeper.model.edits import Edit
from gapkeeper.model.items import Item, Losing
from gapkeeper.model.plan import Change, Op, Plan, Refusal
from gapkeeper.model.readiness import Area, CriticalPath, Gate, PathStep, Readiness
from gapkeeper.model.register import DocumentInfo, Edge, Register
from gapkeeper.model.spans import Place, Span
from gapkeeper.model.status import Rank, State, Status

HOSTILE = "\x1b[31mred\x1b[0m \u202eright\u200b\x9b2J ::error::pwned\r\n##[group]x"

_PIER_HEADING = statement(
    "LATER-001", Status.RESOLVED, path="docs/LATER.md", line=24, title="Mend the pier", status_text="✅ Resolved"
)
_PIER_ROW = statement("LATER-001", Status.PENDING, path="docs/checkpoint.md", line=65, rank=Rank.ROW, title="Pier")

PIER = item(
    "LATER-001",
    "Mend the pier",
    Status.RESOLVED,
    path="docs/LATER.md",
    line=24,
    status_text="✅ Resolved",
    owner="Harbour office",
    category="Works",
    statements=(_PIER_HEADING, _PIER_ROW),
    winners=(("status", 0), ("title", 0)),
    losing=(Losing(_PIER_ROW, "status", "stale"),),
    description=(("Material", "Oak"), ("Trap", HOSTILE)),
)
DREDGE = item(
    "ACTION-040",
    "Dredge the basin",
    Status.IN_PROGRESS,
    path="docs/gaps.md",
    line=91,
    status_text="Partial (3/7)",
    owner="Works",
    priority="High",
    estimate="18-28 days",
)
BUOYS = item(
    "ACTION-038",
    "Set the buoys",
    Status.NOT_STARTED,
    path="docs/gaps.md",
    line=92,
    depends_on=("ACTION-040",),
    estimate="1 day",
)
LIGHT = item("ISSUE-002", "灯台の電球 🇩🇪", Status.BLOCKED, path="docs/gaps.md", line=130, priority="Low")
FERRY = item("LATER-009", "New ferry timetable", Status.DEFERRED, path="docs/LATER.md", line=88)
CRANE = item("LATER-010", "Old crane", Status.CANCELLED, path="docs/LATER.md", line=90)

ITEMS: tuple[Item, ...] = (BUOYS, DREDGE, LIGHT, PIER, FERRY, CRANE)

DIAGNOSTICS = (
    Diagnostic("docs/LATER.md", 12, 3, "range-gap", Severity.WARNING, "LATER-002 to LATER-008 are not defined"),
    Diagnostic(
        "docs/gaps.md",
        65,
        24,
        "stale",
        Severity.WARNING,
        "says pending; docs/LATER.md:24 says that LATER-001 is resolved",
        Edit(Span(10, 17), b"Pending", b"Resolved"),
    ),
    Diagnostic("docs/gaps.md", 210, 7, "readiness-arithmetic", Severity.ERROR, "the rows sum to 109, not to 98.2"),
    Diagnostic("docs/gaps.md", 220, 1, "summary-count", Severity.NOTE, "says 8 pending, there are 5"),
)

READINESS = Readiness(
    title="Opening day",
    areas=(
        Area("Quays", 50, 80, 40.0, 201, 40.0, derived=66.7, items=("ACTION-038", "ACTION-040", "LATER-001")),
        Area("Lights", 25, 19, 4.8, 202, 4.75),
        Area("Ferries", 25, None, None, 203, None),
    ),
    stated=44.8,
    computed=44.75,
    derived=66.7,
    source=Place("docs/gaps.md", 196),
    posted=True,
    scaled=True,
)
OTHER = Readiness("Lights only", (), 19.0, None, None, Place("docs/lights.md", 4))
GATE = Gate(
    "Phase 26",
    "Opening",
    Status.BLOCKED,
    "Blocked",
    ("ACTION-038", "ACTION-040", "LATER-001"),
    Place("docs/gaps.md", 149),
)

HARBOUR = Register(
    revision="c0ffee1000000000000000000000000000000000",
    items=ITEMS,
    gates=(GATE,),
    readiness=(READINESS, OTHER),
    edges=(
        Edge("ACTION-038", "ACTION-040", "depends_on", Place("docs/gaps.md", 92)),
        Edge("LATER-009", "ISSUE-002", "blocks", Place("docs/LATER.md", 88)),
    ),
    diagnostics=DIAGNOSTICS,
    documents=(
        DocumentInfo("docs/LATER.md", dt.date(2026, 1, 9), 4),
        DocumentInfo("docs/checkpoint.md", dt.date(2026, 1, 7), 1),
        DocumentInfo("docs/gaps.md", None, 3),
    ),
    critical_path=CriticalPath(
        (PathStep("ACTION-040", "Dredge the basin", (18, 28)), PathStep("ACTION-038", "Set the buoys", (1, 1))),
        "Phase 26",
        (19, 29),
    ),
    registers=MappingProxyType({"LATER": "docs/LATER.md"}),
    rules_digest="rules-1",
)

_CHANGES = (
    Change(Op.LABEL, "gapkeeper", "a label that issues need"),
    Change(Op.LABEL, "kind: later", "a label that issues need"),
    Change(Op.CREATE, "ACTION-038", "open, and has no issue", source=Place("docs/gaps.md", 92)),
    Change(Op.CREATE, "ISSUE-002", "open, and has no issue", source=Place("docs/gaps.md", 130)),
    Change(
        Op.UPDATE,
        "ACTION-040",
        "the documents changed it",
        issue=12,
        source=Place("docs/gaps.md", 91),
        fields={
            "labels": (frozenset({"status: pending"}), frozenset({"status: in progress"})),
            "title": ("ACTION-040: Dredge", "ACTION-040: Dredge the basin"),
            "body": ("a\nb", "a\nc"),
        },
    ),
    Change(
        Op.CLOSE,
        "LATER-001",
        "docs/LATER.md:24 says resolved",
        issue=7,
        source=Place("docs/LATER.md", 24),
        fields={"state": (State.OPEN, State.CLOSED)},
    ),
)
PLAN = Plan("sqlite:.gapkeeper/tracker.db", HARBOUR.revision, _CHANGES, requests=9, notes=("#4 was released",))
REFUSED = Plan(
    "github:harbour/plans",
    None,
    _CHANGES,
    refused=Refusal("mass-change", "closes 12 of 20 issues; --allow-mass-change says that you mean it"),
)


def hostile(text: str) -> Register:
    """A register with this text everywhere that a document can put text."""
    stated = statement("LATER-001", path=f"{text}.md", title=text, status_text=text)
    trap = item(
        "LATER-001",
        text,
        path=f"{text}.md",
        status_text=text,
        owner=text,
        priority=text,
        category=text,
        estimate=text,
        blocks_text=text,
        description=((text, text),),
        statements=(stated,),
    )
    place = Place(f"{text}.md", 1)
    return Register(
        revision=None,
        items=(trap,),
        gates=(Gate(text, text, Status.BLOCKED, text, ("LATER-001",), place),),
        readiness=(Readiness(text, (Area(text, 100, 50, 50, 1, 50),), 50, 50, None, place, posted=True),),
        edges=(Edge("LATER-001", "LATER-001", "depends_on", place),),
        diagnostics=(Diagnostic(f"{text}.md", 1, 1, "stale", Severity.WARNING, text),),
        documents=(DocumentInfo(f"{text}.md", None, 1),),
        critical_path=CriticalPath((PathStep("LATER-001", text, None),), text),
        registers=MappingProxyType({}),
        rules_digest="rules-1",
    )
