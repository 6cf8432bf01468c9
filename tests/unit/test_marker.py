"""Where a marker counts, what a person's edit does to it, and what a newer version does to us."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

import pytest

from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from gapkeeper.planning.identity import Identity, make_identity, split_identity
from gapkeeper.planning.marker import (
    END_LINE,
    MARKER_PREFIX,
    DamagedMarker,
    Managed,
    Marker,
    Pair,
    TrackerState,
    carries_key,
    comment_key,
    hidden_key_line,
    locate_managed,
    read_marker,
    write_marker,
)

IDENTITY = "42/LATER//LATER-001"
TITLE = "LATER-001: PostgreSQL provisioning"
MARKER = Marker(
    identity=IDENTITY,
    key="LATER-001",
    state=Pair(Status.PENDING, TrackerState.OPEN),
    title=Pair(TITLE, TITLE),
    labels=Pair(("gapkeeper", "kind: later"), ("gapkeeper",)),
)


def body_of(line: str, *, newline: str = "\n") -> str:
    return newline.join(("Written by a person.", "", line, "| Field | Value |", END_LINE, "", "Below."))


def damage(old: str, new: str) -> DamagedMarker:
    line = write_marker(MARKER)
    assert old in line
    found = read_marker(body_of(line.replace(old, new, 1)))
    assert isinstance(found, DamagedMarker)
    return found


def test_it_is_one_comment_that_begins_as_documented() -> None:
    line = write_marker(MARKER)
    assert line.startswith("<!-- gapkeeper: ")
    assert line.endswith("} -->")
    assert len(line.splitlines()) == 1
    assert len(line) < 500
    assert write_marker(MARKER) == line


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_is_read_between_what_people_write(newline: str) -> None:
    assert read_marker(body_of(write_marker(MARKER), newline=newline)) == MARKER


@pytest.mark.parametrize("body", [None, "", "text", "<!-- gapkeeper: ignore -->", "<!-- gapkeeper: end -->"])
def test_no_marker(body: str | None) -> None:
    assert read_marker(body) is None
    assert locate_managed(body) is None


@pytest.mark.parametrize("before", ["> ", "    ", "- ", "x"])
def test_a_marker_that_somebody_shows_is_none(before: str) -> None:
    assert read_marker(body_of(before + write_marker(MARKER))) is None


def test_an_edited_value_is_damage_and_tells_the_identity() -> None:
    assert damage("pending", "resolved").identity == IDENTITY
    assert "checksum" in damage("pending", "resolved").reason


def test_damage_that_hides_the_identity() -> None:
    assert damage('"identity"', '"identitx"').identity is None
    assert damage(IDENTITY, "42").identity is None


def test_a_marker_cut_short_is_damage() -> None:
    assert damage("} -->", "").identity == IDENTITY
    assert damage("marker 1 ", "marker one ").identity == IDENTITY
    assert damage("marker 1 ", "marker 0 ").identity == IDENTITY


def test_a_right_checksum_over_nonsense_is_damage() -> None:
    for payload in ("{}", "{", "[]", "null", '{"identity":3}', "[" * 100_000):
        line = f"{MARKER_PREFIX}1 {crc32(payload.encode()):08x} {payload} -->"
        assert isinstance(read_marker(body_of(line)), DamagedMarker), payload


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"state":["pending","open"]', '"state":["pending"]'),
        ('"state":["pending","open"]', '"state":["lost","open"]'),
        ('"state":["pending","open"]', '"state":["pending","locked"]'),
        ('"serial":1', '"serial":true'),
        ('"serial":1', '"serial":"1"'),
        ('"labels":[', '"labels":{},"x":['),
        (f'"title":["{TITLE}"]', '"title":[]'),
    ],
)
def test_wrong_types_are_damage(old: str, new: str) -> None:
    payload = write_marker(MARKER).removeprefix(f"{MARKER_PREFIX}1 ")[9:].removesuffix(" -->")
    assert old in payload
    payload = payload.replace(old, new)
    found = read_marker(body_of(f"{MARKER_PREFIX}1 {crc32(payload.encode()):08x} {payload} -->"))
    assert isinstance(found, DamagedMarker)
    assert found.identity == IDENTITY


def test_a_missing_end_line_is_damage() -> None:
    found = read_marker(body_of(write_marker(MARKER)).replace(END_LINE, ""))
    assert isinstance(found, DamagedMarker)
    assert found.identity == IDENTITY
    assert END_LINE in found.reason


def test_an_end_line_in_the_text_ends_nothing() -> None:
    body = body_of(f"{write_marker(MARKER)}\nsee {END_LINE}\n{END_LINE} and more")
    place = locate_managed(body)
    assert isinstance(place, Managed)
    assert body[place.end :] == "\n\nBelow."


def test_two_markers_are_damage() -> None:
    other = replace(MARKER, identity="42/LATER//LATER-002")
    same = read_marker(body_of(write_marker(MARKER)) + "\n" + body_of(write_marker(MARKER)))
    unlike = read_marker(body_of(write_marker(MARKER)) + "\n" + body_of(write_marker(other)))
    assert isinstance(same, DamagedMarker)
    assert isinstance(unlike, DamagedMarker)
    assert (same.identity, unlike.identity) == (IDENTITY, None)


def test_a_newer_version_stops() -> None:
    with pytest.raises(NewerMarkerError, match="version 2") as error:
        read_marker(body_of(write_marker(MARKER).replace("marker 1 ", "marker 2 ")))
    assert error.value.exit_code == 65
    assert "Upgrade" in str(error.value)


def test_keys_of_a_later_release_are_kept() -> None:
    marker = replace(MARKER, extra=(("colour", '"red"'), ("sizes", "[1,2]")))
    assert read_marker(body_of(write_marker(marker))) == marker


def test_a_large_marker_fits_beside_the_text() -> None:
    """The worst that documents can ask for: long titles, labels and links in a script that is escaped."""
    names = tuple(f"分類{n:02}" + "長" * 46 for n in range(20))
    links = tuple(("blocked_by", f"1234567890/ACTION//ACTION-{n:05}") for n in range(50))
    marker = replace(
        MARKER,
        title=Pair("題" * 255, "名" * 255),
        labels=Pair(names, names),
        links=Pair(links, tuple(("blocked_by", 100_000 + n) for n in range(50))),
    )
    assert len(write_marker(marker)) < 16_000


@pytest.mark.parametrize(
    ("namespace", "kind", "path", "id_", "identity"),
    [
        ("42", "LATER", None, "LATER-001", "42/LATER//LATER-001"),
        ("42", "ISSUE", "docs/gaps.md", "ISSUE-001", "42/ISSUE/docs/gaps.md/ISSUE-001"),
        ("a/b", "K", None, "x/y%z", "a%2Fb/K//x%2Fy%25z"),
    ],
)
def test_identity(namespace: str, kind: str, path: str | None, id_: str, identity: str) -> None:
    assert make_identity(namespace, kind, path, id_) == identity
    assert split_identity(identity) == Identity(namespace, kind, path, id_)


@pytest.mark.parametrize("text", ["", "42", "42/LATER", "42/LATER/LATER-001"])
def test_no_identity(text: str) -> None:
    with pytest.raises(ValueError, match="not an identity"):
        split_identity(text)


def test_the_state_of_an_issue_in_one_word() -> None:
    assert TrackerState.make(State.OPEN, Reason.COMPLETED) is TrackerState.OPEN
    assert TrackerState.make(State.CLOSED, None) is TrackerState.CLOSED
    assert TrackerState.make(State.CLOSED, Reason.NOT_PLANNED) is TrackerState.NOT_PLANNED
    assert [state.state for state in TrackerState].count(State.OPEN) == 1


def test_a_comment_is_found_by_its_last_line() -> None:
    key = comment_key("close", IDENTITY, 3)
    comment = f"Closed.\n\n{hidden_key_line(key)}"
    assert carries_key(comment, key)
    assert carries_key(comment.replace("\n", "\r\n") + "\r\n", key)
    assert not carries_key(f"> {hidden_key_line(key)}", key)
    assert not carries_key(f"{comment}\n\nI disagree", key)
    assert not carries_key(None, key)


def test_keys_differ_where_the_comment_is_another() -> None:
    keys = {comment_key(op, identity, serial) for op in ("close", "reopen") for identity in "ab" for serial in (1, 2)}
    assert len(keys) == 8
    assert comment_key("close", IDENTITY, 3) == comment_key("close", IDENTITY, 3)
    assert "--" not in hidden_key_line(comment_key("write-back", IDENTITY, 1))[4:-3]
