"""The body: what it says at 23:00, what people wrote around it, and what happens when there is no room."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from builders import EMBEDDED, FORGE, NAMESPACE, item, register, statement
from gapkeeper.errors import RejectedError
from gapkeeper.model.items import Item, Losing, References
from gapkeeper.model.policy import OnMove, SyncPolicy, WriteBack
from gapkeeper.model.snapshot import Capabilities
from gapkeeper.model.spans import Place
from gapkeeper.model.status import Rank, Status
from gapkeeper.planning.body import MANAGED_LIMIT, compose_body, remove_managed, replace_marker, split_body
from gapkeeper.planning.comments import close_comment
from gapkeeper.planning.issue import IssueRenderer
from gapkeeper.planning.marker import END_LINE, Marker, Pair, TrackerState, read_marker, write_marker

MARKER = Marker("42/LATER//LATER-001", "LATER-001", Pair(Status.PENDING, TrackerState.OPEN), Pair("a", "a"))
UNLINKED = Capabilities("unlinked", links=frozenset())


def body(
    wanted: Item, policy: SyncPolicy | None = None, *, capabilities: Capabilities = EMBEDDED, **rest: object
) -> str:
    revision = rest.pop("revision", "c0ffee1000000000000000000000000000000000")
    numbers = rest.pop("numbers", {})
    renderer = IssueRenderer(
        register(wanted, revision=revision), policy or SyncPolicy(), capabilities, NAMESPACE, MappingProxyType(numbers)
    )
    managed = renderer.body(wanted, **rest)
    text = managed.text(MANAGED_LIMIT)
    assert text is not None
    return text


# --- What it says -----------------------------------------------------------------------------------


def full_item() -> Item:
    wanted = item(
        status=Status.BLOCKED,
        status_text="5 items pending, blocking Phase 26",
        line=65,
        path="docs/gaps.md",
        owner="Infrastructure",
        priority="P1",
        category="External Console/Provisioning",
        estimate="18-28 days",
        blocks_text="Production DB",
        depends_on=("ACTION-040",),
        description=(("Evidence", "see `package.json`"), ("Empty", "")),
        status_source=Place("docs/gaps.md", 61),
    )
    row = statement("LATER-001", path="NOW.md", line=7, rank=Rank.ROW, status_text="Not Started")
    mention = statement("LATER-001", path="plan.md", line=9, rank=Rank.LIST)
    return replace(wanted, statements=(*wanted.statements, row, mention), losing=(Losing(row, "status", "stale"),))


def test_the_whole_body() -> None:
    policy = SyncPolicy(document_url="https://h/o/r/blob/{revision}/{path}#L{line}", write_back=WriteBack.PULL_REQUEST)
    at = "https://h/o/r/blob/c0ffee1000000000000000000000000000000000"
    assert (
        body(full_item(), policy)
        == f"""\
| Field | Value |
| --- | --- |
| Status | **blocked**: 5 items pending, blocking Phase 26 |
| Owner | Infrastructure |
| Priority | P1 |
| Category | External Console/Provisioning |
| Estimate | 18-28 days |
| Blocks | Production DB |
| Depends on | ACTION-040 |
| Evidence | see `package.json` |

**Where it is written:** [docs/gaps.md:65]({at}/docs/gaps.md#L65); its status at \
[docs/gaps.md:61]({at}/docs/gaps.md#L61) at commit `c0ffee1000`.

**What other statements say:**

- [NOW.md:7]({at}/NOW.md#L7) says “Not Started” for status: out of date

**Other places that speak of it:**

- [plan.md:9]({at}/plan.md#L9) (list entry)

<sub>Gapkeeper keeps this issue in step with the planning documents. Closing or reopening it here is proposed \
as a change of the documents. Write above or below this part: it is renewed, the rest is yours.</sub>"""
    )


def test_places_without_a_web_page_are_named() -> None:
    assert "**Where it is written:** `LATER.md:1` at commit `c0ffee1000`." in body(item())
    assert "**Where it is written:** `LATER.md:1`." in body(item(), revision=None)
    linked = SyncPolicy(document_url="https://h/{revision}/{path}#L{line}")
    assert "`LATER.md:1`" in body(item(), linked, revision=None)
    assert "[LATER.md:1](https://h/LATER.md)" in body(item(), SyncPolicy(document_url="https://h/{path}"))


def test_a_template_knows_three_words_and_paths_are_quoted() -> None:
    policy = SyncPolicy(document_url="https://h/{path}?{line}&{path.__class__}{other}")
    assert "(https://h/docs/a%20b%23%3F%29.md?3&%7Bpath.__class__%7D%7Bother%7D)" in body(
        item(path="docs/a b#?).md", line=3), policy
    )


@pytest.mark.parametrize(
    ("wanted", "cell"),
    [
        (item(status=Status.NOT_STARTED, status_text="Not Started"), "**not started**"),
        (item(status=Status.RESOLVED, status_text="✅ **Done**"), "**resolved**: ✅ Done"),
        (item(status=Status.RESOLVED, status_text="**Resolved**"), "**resolved**"),
        (replace(item(), status_text=None), "**pending** (no document says one)"),
        (replace(item(status=Status.RESOLVED), resolved_by="ACTION-041"), "**resolved**, by ACTION-041"),
    ],
)
def test_status(wanted: Item, cell: str) -> None:
    assert f"| Status | {cell} |" in body(wanted)


def test_relations_show_the_text_and_the_keys_that_it_does_not_name() -> None:
    wanted = item(depends_on=("ACTION-040", "ACTION-041"))
    home = replace(wanted.home, depends_on=References(text="ACTION-040 and RISK-3"))
    text = body(replace(wanted, statements=(home,)))
    assert "| Depends on | ACTION-040 and RISK-3; ACTION-041 |" in text


def test_numbers_are_named_only_where_the_tracker_cannot_tie_issues() -> None:
    wanted = item(depends_on=("ACTION-040",))
    assert "#12" not in body(wanted, numbers={"ACTION-040": 12})
    assert "ACTION-040 (#12)" in body(wanted, numbers={"ACTION-040": 12}, capabilities=UNLINKED)


def test_thousands_of_relations_are_counted() -> None:
    wanted = item(depends_on=tuple(f"LATER-{n:05}" for n in range(2, 10_000)))
    assert "LATER-00051; 9948 more |" in body(wanted)


def test_places_are_listed_strongest_first_and_counted() -> None:
    wanted = item()
    rows = [statement("LATER-001", path="plan.md", line=n, rank=Rank.ROW) for n in range(2, 30)]
    text = body(replace(wanted, statements=(*wanted.statements, *rows, rows[0])))
    assert "speak of it:**\n\n- `plan.md:2` (table row)\n- `plan.md:3` (table row)" in text
    assert "- `plan.md:21` (table row)\n- 8 more\n" in text


def test_history() -> None:
    assert body(item(), continues=12).startswith("LATER-001 had an issue before, which is closed: #12.\n\n| Field")
    assert body(item(), recreated=True).startswith("An earlier issue of this item was deleted or transferred away")


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (SyncPolicy(), "Closing or reopening it here changes nothing in the documents."),
        (SyncPolicy(write_back=WriteBack.WORKTREE), "Closing or reopening it here is written into the documents."),
        (
            SyncPolicy(on_close=OnMove.UNDO, write_back=WriteBack.COMMIT),
            "Closing it here is undone, unless the documents agree; reopening it is committed to the documents.",
        ),
        (
            SyncPolicy(on_close=OnMove.COMMENT, on_reopen=OnMove.IGNORE, write_back=WriteBack.COMMIT),
            "Closing or reopening it here changes nothing in the documents.",
        ),
    ],
)
def test_it_says_what_a_close_does(policy: SyncPolicy, sentence: str) -> None:
    assert sentence in body(item(), policy)


# --- Beside what people write -----------------------------------------------------------------------


def managed(wanted: Item | None = None):  # noqa: ANN201 -- a ManagedBody
    wanted = wanted or item()
    return IssueRenderer(register(wanted), SyncPolicy(), EMBEDDED, NAMESPACE).body(wanted)


@pytest.mark.parametrize("current", [None, ""])
def test_a_new_body_begins_with_its_marker(current: str | None) -> None:
    new = compose_body(current, MARKER, managed(), EMBEDDED)
    assert new.startswith(write_marker(MARKER))
    assert new.endswith(END_LINE)
    assert read_marker(new) == MARKER


@pytest.mark.parametrize(
    ("current", "above"),
    [
        ("Text", "Text\n\n"),
        ("Text\n", "Text\n\n"),
        ("Text\n\n", "Text\n\n"),
        ("Text\r\n\r\n\r\n", "Text\r\n\r\n\r\n\n"),
    ],
)
def test_an_adopted_text_stays_above(current: str, above: str) -> None:
    assert split_body(compose_body(current, MARKER, managed(), EMBEDDED)).above == above


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_people_write_around_it_stays(newline: str) -> None:
    first = compose_body("Above  \n> <!-- gapkeeper: marker 1", MARKER, managed(), EMBEDDED)
    edited = (first + "\n\nBelow\n" + END_LINE + "\n\t").replace("\n", newline)
    other = replace(MARKER, serial=2)
    second = compose_body(edited, other, managed(item(owner="Anna")), EMBEDDED)
    assert split_body(second).above == split_body(edited).above
    assert split_body(second).below == split_body(edited).below
    assert "Anna" in second
    assert read_marker(second) == other
    assert compose_body(second, other, managed(item(owner="Anna")), EMBEDDED) == second


def test_only_the_marker_is_replaced() -> None:
    first = compose_body("Above", MARKER, managed(), EMBEDDED) + "\nBelow"
    other = replace(MARKER, serial=7)
    second = replace_marker(first, other)
    assert read_marker(second) == other
    assert second.replace(write_marker(other), write_marker(MARKER)) == first


def test_detached_text_has_no_marker_and_loses_nothing() -> None:
    left = remove_managed(compose_body("Above", MARKER, managed(), EMBEDDED) + "\nBelow")
    assert left.startswith("Above\n\n| Field | Value |")
    assert left.endswith("\nBelow")
    assert "gapkeeper:" not in left


def test_a_damaged_body_is_not_written_over() -> None:
    broken = compose_body("Above", MARKER, managed(), EMBEDDED).replace(END_LINE, "")
    with pytest.raises(ValueError, match="is missing"):
        compose_body(broken, MARKER, managed(), EMBEDDED)


# --- Limits -----------------------------------------------------------------------------------------


def long_item() -> Item:
    return item(description=tuple((f"Field {n}", "word & " * 300) for n in range(100)))


def test_a_long_body_is_cut_between_rows_with_a_link_to_the_rest() -> None:
    new = compose_body("x" * 5_000, MARKER, managed(long_item()), FORGE)
    assert len(new) <= MANAGED_LIMIT + 5_002
    assert read_marker(new) == MARKER
    assert new.count("| Status |") == 1
    assert "**This issue has no room for the rest. All of it is at `LATER.md:1`" in new
    rows = [line for line in new.splitlines() if line.startswith("| Field ")][1:]
    assert rows
    assert all(row.endswith("… |") for row in rows)


def test_people_text_takes_room_from_ours_and_never_the_other_way() -> None:
    text = "x" * 64_000
    new = compose_body(text, MARKER, managed(long_item()), FORGE)
    assert len(new) <= FORGE.body_limit
    assert new.startswith(text)
    assert read_marker(new) == MARKER


def test_no_room_at_all_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(RejectedError, match="LATER-001 has no room") as error:
        compose_body("x" * 65_500, MARKER, managed(), FORGE)
    assert "Shorten" in str(error.value)


def test_no_document_can_make_an_issue_that_the_tracker_refuses() -> None:
    """Signs that take twelve characters each when they are escaped, in every place at once."""
    sign = "$" * 70_000
    wanted = item(
        title=sign,
        path=sign[:4_000],
        status_text=sign,
        owner=sign,
        priority=sign,
        category=sign,
        estimate=sign,
        blocks_text=sign,
        depends_on=tuple(f"{sign[:4_000]}#ISSUE-{n}" for n in range(50)),
        description=((sign, sign),) * 3,
        resolved_by=sign,
    )
    renderer = IssueRenderer(register(wanted), SyncPolicy(document_url="https://h/{path}"), FORGE, NAMESPACE)
    new = compose_body("", MARKER, renderer.body(wanted), FORGE)
    assert len(new) <= FORGE.body_limit
    assert "| Status |" in new
    assert len(close_comment(wanted, renderer.telling, "key", written_by=sign)) <= FORGE.body_limit
