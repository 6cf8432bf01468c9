from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from own_documents import by_key, document, item, lookup_in

from gapkeeper.model.spans import Place
from gapkeeper.model.status import Status
from gapkeeper.reading.drawings import Drawing, Drawn, find_drawings, resolve_drawings

if TYPE_CHECKING:
    from gapkeeper.model.items import Item

BOXES = """\
## Critical Path to Go-Live

```
Current State
     │
     ▼
┌────────────────────────────────────┐
│ ACTION-040: Feature Routes (52)    │ ← CRITICAL PATH
│ Status: Not Started                │
│ Est: 18-28 days                    │
└────────────────────────────────────┘
     │
     ▼
┌────────────────────────────────────┐
│ ACTION-038: D1 Script Removal      │
│ Status: Blocked on ACTION-040      │
│ Est: 1 day                         │
└────────────────────────────────────┘
     │
     ▼
┌────────────────────────────────────┐
│ LATER-001-002: External Items      │ ← PARALLEL PATH
│ Status: All Pending                │
└────────────────────────────────────┘
     │
     ▼
┌────────────────────────────────────┐
│ ACTION-050: Switch over            │
└────────────────────────────────────┘
```
"""


def under(text: str, heading: str = "## Critical path") -> str:
    return f"{heading}\n\n```\n{text}\n```\n"


def find(text: str | bytes) -> tuple[Drawing, ...]:
    return find_drawings(*document(text))


def resolve(text: str | bytes, *items: Item) -> Drawn:
    known = by_key(*items)
    return resolve_drawings(find(text), known, lookup_in(known))


def edges(text: str | bytes, *items: Item) -> list[str]:
    """Each edge as `then <- first`."""
    return [f"{e.start} <- {e.end}" for e in resolve(text, *(items or open_items())).edges]


def open_items(*keys: str) -> list[Item]:
    return [item(key) for key in keys or ("ACTION-1", "ACTION-2", "ACTION-3", "ACTION-4")]


def seed_items() -> list[Item]:
    return open_items("ACTION-038", "ACTION-040", "ACTION-050", "LATER-001", "LATER-002")


def test_boxes_have_ids_status_estimate_and_a_parallel_mark() -> None:
    (drawing,) = find(BOXES)
    _, routes, removal, external, _ = drawing.boxes
    assert [r.id for r in routes.references] == ["ACTION-040"]
    assert (routes.status, routes.estimate, routes.parallel, routes.line, routes.column) == (
        "Not Started",
        "18-28 days",
        False,
        8,
        5,
    )
    assert [r.id for r in removal.references] == ["ACTION-038"]
    assert [r.id for r in removal.waits_for] == ["ACTION-040"]
    assert [(r.id, r.last) for r in external.references] == [("LATER-001", "LATER-002")]
    assert external.parallel


def test_a_drawing_gives_edges_and_notes() -> None:
    drawn = resolve(BOXES, *seed_items())
    assert [(e.start, e.end, e.type, e.source) for e in drawn.edges] == [
        ("ACTION-038", "ACTION-040", "depends_on", Place("plan.md", 15, 5))
    ]
    assert dict(drawn.estimates) == {"ACTION-040": "18-28 days", "ACTION-038": "1 day"}
    assert drawn.statuses["LATER-002"] == "All Pending"


def test_walls_that_were_decoded_wrongly_and_have_lost_bytes_do_not_matter() -> None:
    broken = BOXES.encode().decode("cp1252", "replace").replace("�", "").encode()
    assert broken != BOXES.encode()
    assert edges(broken, *seed_items()) == ["ACTION-038 <- ACTION-040"]


@pytest.mark.parametrize("lost", ["", "?"])
def test_walls_that_were_lost_altogether_do_not_matter(lost: str) -> None:
    bare = "".join(lost if "\u2500" <= c <= "\u25ff" else c for c in BOXES)
    assert edges(bare, *seed_items()) == ["ACTION-038 <- ACTION-040"]
    (drawing,) = find(bare)
    assert [box.estimate for box in drawing.boxes if box.references][:2] == ["18-28 days", "1 day"]


def test_order_makes_an_edge_between_open_neighbours_only() -> None:
    text = under("ACTION-1: weld\n  |\n  v\nACTION-2: paint\n  |\n  v\nACTION-3: ship")
    assert edges(text) == ["ACTION-2 <- ACTION-1", "ACTION-3 <- ACTION-2"]
    done = item("ACTION-2", Status.RESOLVED)
    assert edges(text, item("ACTION-1"), done, item("ACTION-3")) == []


def test_a_box_without_items_parts_its_neighbours() -> None:
    assert edges(under("ACTION-1\n  v\nStaging is up\n  v\nACTION-2")) == []


@pytest.mark.parametrize("mark", ["(parallel)", "(can run in parallel)", "<- PARALLEL PATH", "(równolegle)"])
def test_nothing_goes_to_or_from_a_parallel_box(mark: str) -> None:
    assert edges(under(f"ACTION-1\n v\nACTION-2 {mark}\n v\nACTION-3\n v\nACTION-4")) == ["ACTION-4 <- ACTION-3"]


def test_blocked_on_is_an_edge_whatever_the_order_and_the_marks_say() -> None:
    text = under("| ACTION-1: weld (parallel) |\n| Status: Blocked on ACTION-2, ACTION-3 |\n\n| ACTION-2 |")
    done = item("ACTION-3", Status.RESOLVED)
    assert edges(text, item("ACTION-1"), item("ACTION-2"), done) == ["ACTION-1 <- ACTION-2", "ACTION-1 <- ACTION-3"]


@pytest.mark.parametrize("status", ["Not blocked on ACTION-2", "In progress, see ACTION-2", "Done (ACTION-2)"])
def test_other_statuses_that_name_items_are_no_edges(status: str) -> None:
    assert edges(under(f"ACTION-1: weld\nStatus: {status}")) == []


def test_order_never_goes_against_a_field_or_an_earlier_edge() -> None:
    text = under("ACTION-1\n v\nACTION-2\n v\nACTION-3")
    against = [item("ACTION-1", depends_on=("ACTION-3",)), item("ACTION-2"), item("ACTION-3", depends_on=("ACTION-2",))]
    assert edges(text, *against) == []
    assert edges(under("ACTION-1\n v\nACTION-2\n v\nACTION-1")) == ["ACTION-2 <- ACTION-1"]
    assert edges(under("ACTION-1\n v\nACTION-2"), item("ACTION-1"), item("ACTION-2", depends_on=("ACTION-1",))) == []


ASCII = """\
+-----------+     +-----------+
| ACTION-1  |     | ACTION-2  |
| Est: 3d   | --> | Est: 2d   |
+-----------+     +-----------+
                        |
                        v
                  +-----------+
                  | ACTION-3  |
                  +-----------+
"""


def test_ascii_boxes_and_arrows() -> None:
    assert edges(under(ASCII)) == ["ACTION-2 <- ACTION-1", "ACTION-3 <- ACTION-2"]
    assert dict(resolve(under(ASCII), *open_items()).estimates) == {"ACTION-1": "3d", "ACTION-2": "2d"}


def test_boxes_abreast_are_parallel() -> None:
    text = "│ ACTION-1 │   │ ACTION-2 │\n└────┬─────┘   └────┬─────┘\n     ▼              ▼\n│ ACTION-3 │"
    assert edges(under(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACTION-1 --> ACTION-2 -> ACTION-3", ["ACTION-2 <- ACTION-1", "ACTION-3 <- ACTION-2"]),
        ("[ACTION-1] → [ACTION-2] → (Phase 3)", ["ACTION-2 <- ACTION-1"]),
        ("ACTION-1 → ACTION-2\n→ ACTION-3", ["ACTION-2 <- ACTION-1", "ACTION-3 <- ACTION-2"]),
        ("ACTION-1 → ACTION-3\nACTION-2 → ACTION-3", ["ACTION-3 <- ACTION-1", "ACTION-3 <- ACTION-2"]),
        ("ACTION-1: move D1 → Postgres", []),
        ("ACTION-1\n ├── ACTION-2\n └── ACTION-3", []),
        ("ACTION-1\n\nACTION-2\n └── ACTION-3", []),
        ("ACTION-1: weld\nEst: 2 days\n\nACTION-2: paint", ["ACTION-2 <- ACTION-1"]),
        ("First:\nACTION-1\nACTION-2\n\nThen:\nACTION-3", []),
        (
            "ACTION-1, ACTION-2 and ACTION-3\n ↓\nACTION-4: ship (after ACTION-9)",
            ["ACTION-4 <- ACTION-1", "ACTION-4 <- ACTION-2", "ACTION-4 <- ACTION-3"],
        ),
        ("External work\n- ACTION-1\n- ACTION-2 (Ops)\n ↓\nACTION-3", ["ACTION-3 <- ACTION-1", "ACTION-3 <- ACTION-2"]),
    ],
)
def test_drawings_without_boxes(text: str, expected: list[str]) -> None:
    assert edges(under(text)) == expected


def test_an_estimate_may_stand_in_parentheses_or_alone() -> None:
    drawn = resolve(under("ACTION-1 (~18-28 days)\n v\nACTION-2 (52)\n2 weeks\n v\nACTION-3 (3 routes)"), *open_items())
    assert dict(drawn.estimates) == {"ACTION-1": "~18-28 days", "ACTION-2": "2 weeks"}


@pytest.mark.parametrize(
    ("heading", "drawings"),
    [
        ("## Kritischer Pfad", 1),
        ("## The critical-path", 1),
        ("## Critical Path\n\n### Drawing", 1),
        ("## Critical Path\n\n## Files", 0),
        ("## Architecture", 0),
    ],
)
def test_only_code_under_a_critical_path_is_a_drawing(heading: str, drawings: int) -> None:
    assert len(find(under("ACTION-1\n v\nACTION-2", heading))) == drawings


def test_what_no_item_stands_behind_is_left_out() -> None:
    assert edges(under("ACTION-1\n v\nACTION-9\n v\nACTION-2")) == []


def test_two_heaps_are_no_order() -> None:
    keys = [f"ACTION-{n}" for n in range(1, 61)]
    assert edges(under("ACTION-1-30\n v\nACTION-31-60"), *open_items(*keys)) == []


def test_a_drawing_of_any_size_is_read() -> None:
    keys = [f"ACTION-{n:05}" for n in range(3000)]
    drawn = resolve(under("\n v\n".join(keys)), *open_items(*keys))
    assert len(drawn.edges) == 2999
