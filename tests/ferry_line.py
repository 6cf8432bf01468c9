"""The planning documents of a ferry line: every form that a status can have, two languages, three encodings.

They are small, so that thousands of syncs of them take seconds, and people may do anything to them.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from gapkeeper.model.status import Status


class Form(Enum):
    """How an item stands in a document."""

    TABLE = auto()  # a heading with a field table
    LINES = auto()  # a heading with `**Status:** Open` lines
    MARKED = auto()  # a heading with a marker at its end
    ROW = auto()  # a row of a table with a status column
    BOX = auto()  # an entry of a checklist
    PLAIN = auto()  # an entry of a list; the section has a status


class Section(NamedTuple):
    """A part of a document that holds items of one form."""

    anchor: str  # the whole heading
    form: Form
    language: str = "en"


LATER, GAPS, GERMAN, CHECKPOINT = "LATER.md", "docs/gaps.md", "docs/pruefung.md", "docs/checkpoint.md"
SECTIONS = {
    LATER: (Section("## Contracts", Form.TABLE), Section("## Papers for the islands", Form.PLAIN)),
    GAPS: (
        Section("## Actions", Form.ROW),
        Section("## Before the first sailing", Form.BOX),
        Section("## Debts", Form.MARKED),
    ),
    GERMAN: (Section("## Aufgaben", Form.ROW, "de"), Section("## Mängel", Form.LINES, "de")),
    CHECKPOINT: (Section("## Findings", Form.LINES),),
}
DOCUMENTS = {
    LATER: b"""\
# Later

**Updated:** 2026-01-05

What the ferry line waits for. This is the register.

## Contracts

### LATER-001: Terminals on the quay

| Field | Value |
|-------|-------|
| **Status** | Pending |
| **Owner** | Harbour office |
| **Priority** | High |

### LATER-002: Tide tables from the observatory

| Field | Value |
|-------|-------|
| **Owner** | Berths |
| **Depends on** | ACTION-001 |

## Papers for the islands

**Status:** 2 items pending

- **LATER-010**: Stamp every permit twice
""",
    GAPS: """\
\ufeff# Gaps

## Actions

| ID         | Action               | Owner  | Status      |
|------------|----------------------|--------|-------------|
| ACTION-001 | Weld the bow ramp    | Berths | Open        |
| ACTION-002 | Buy yellow life vests | Crew  | ✅ Done     |

## Before the first sailing

- [ ] **ACTION-010**: Test the fog horn

## Debts

### ACTION-020: Retire Bollard ✅ RESOLVED

It ran since 2009.
""".replace("\n", "\r\n").encode(),
    GERMAN: """\
# Prüfung

## Aufgaben

| ID | Titel | Zuständig | Status |
|----|-------|-----------|--------|
| ACTION-030 | Rostflecken übermalen | Büro | Offen |

## Mängel

### ISSUE-001: Kasse zählt Hunde doppelt

**Zuständig:** Büro
**Status:** Offen

### ISSUE-002: Möwen im Maschinenraum

**Status:** Erledigt
""".encode("cp1252"),
    CHECKPOINT: b"""\
# Checkpoint

## Findings

### ISSUE-001: Passenger list lacks children

**Owner:** Berths
**Status:** In Progress

### ISSUE-003: Radio room has no window

**Owner:** Crew
**Status:** Deferred""",
}
#: What people write, by language; the first word is taken where an item comes from elsewhere.
WORDS = {
    "en": {
        Status.PENDING: ("Open", "Pending"),
        Status.NOT_STARTED: ("Not Started",),
        Status.IN_PROGRESS: ("In Progress",),
        Status.BLOCKED: ("Blocked", "On hold"),
        Status.DEFERRED: ("Deferred",),
        Status.RESOLVED: ("✅ Done", "Resolved"),
        Status.CANCELLED: ("Cancelled", "Won't do"),
    },
    "de": {
        Status.PENDING: ("Offen",),
        Status.NOT_STARTED: ("Nicht begonnen",),
        Status.IN_PROGRESS: ("In Arbeit",),
        Status.BLOCKED: ("Blockiert",),
        Status.DEFERRED: ("Zurückgestellt",),
        Status.RESOLVED: ("Erledigt", "Fertig"),
        Status.CANCELLED: ("Abgebrochen",),
    },
}
#: Titles for new items. No two of them, and of those above, are alike.
TITLES = (
    "Grease anchor winch", "Vacuum cushions weekly", "Hire pilot Ludmila", "Mow grass behind customs",
    "Sew new flags", "Frighten jackdaws off masts", "Fix squeaky gangway", "Bake island bread",
    "Translate safety card", "Widen taxi lane", "Wash curtains", "Borrow projector from school",
    "Check bilge pump", "Order brass polish", "Knit socks for captain", "Photograph every lighthouse",
    "Buy umbrella stand", "Explain queue numbers", "Ask mayor about jetty", "Survey seabed with sonar",
    "Upgrade coffee machine", "Dig drain at lot five", "Mark wheelchair spaces", "Fumigate cabin eleven",
    "Judge logo contest", "Rehearse man overboard", "Teach crew Swahili", "Print zebra wristbands",
    "Swap kerosene lamps", "Adopt harbour cat",
)  # fmt: skip
#: What stands at the end of a heading.
MARKS = {
    Status.PENDING: "",
    Status.NOT_STARTED: " (Not Started)",
    Status.IN_PROGRESS: " 🚧 IN PROGRESS",
    Status.BLOCKED: " 🔒 BLOCKED",
    Status.DEFERRED: " (Deferred)",
    Status.RESOLVED: " ✅ RESOLVED",
    Status.CANCELLED: " (Cancelled)",
}
#: What is said of a whole section.
SECTION_WORDS = {
    Status.PENDING: "2 items pending",
    Status.BLOCKED: "Blocked",
    Status.RESOLVED: "All resolved",
}
