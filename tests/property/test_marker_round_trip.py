"""What is written is read again, whatever the text; and nothing else is taken for a marker."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from forge_oracle import RENDERERS, read
from gapkeeper import escaping
from gapkeeper.model.status import Status
from gapkeeper.planning.identity import Identity, make_identity, split_identity
from gapkeeper.planning.marker import (
    END_LINE,
    DamagedMarker,
    Managed,
    Marker,
    Pair,
    TrackerState,
    locate_managed,
    read_marker,
    write_marker,
)
from hostile_text import texts

# A high and a low surrogate in a row are one character after JSON; no decoder makes such a pair.
words = texts.map(lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))
names = st.lists(words, max_size=3).map(tuple)
numbers = st.integers(1, 10**9)
identities = st.builds(make_identity, words, words, st.none() | st.just("docs/gaps.md"), words)
KNOWN = set(Marker.__dataclass_fields__)
unknown = st.dictionaries(
    words.filter(lambda name: name not in KNOWN),
    st.recursive(st.none() | st.booleans() | st.integers() | words, st.lists, max_leaves=3),
    max_size=2,
).map(
    lambda values: tuple(sorted((n, json.dumps(v, sort_keys=True, separators=(",", ":"))) for n, v in values.items()))
)


def pairs(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(Pair, values, values)


markers = st.builds(
    Marker,
    identity=identities,
    key=words,
    state=st.builds(Pair, st.none() | st.sampled_from(Status), st.sampled_from(TrackerState)),
    title=pairs(words),
    statement=words,
    rules=words,
    revision=st.none() | words.filter(bool),
    serial=st.integers(0, 10**9),
    body=words,
    labels=pairs(names),
    added_labels=names,
    milestone=pairs(st.none() | words),
    assignees=pairs(names),
    links=st.builds(
        Pair,
        st.lists(st.tuples(words, identities), max_size=2).map(tuple),
        st.lists(st.tuples(words, numbers), max_size=2).map(tuple),
    ),
    aliases=names,
    continues=st.none() | numbers,
    document=words,
    former=st.none() | st.sampled_from(Status),
    orphaned=st.booleans(),
    called=st.none() | words.filter(bool),
    extra=unknown,
)


@given(markers, words, words)
def test_round_trip_beside_any_text(marker: Marker, above: str, below: str) -> None:
    line = write_marker(marker)
    for newline in ("\n", "\r\n"):
        assert read_marker(f"{above}{newline}{line}{newline}text{newline}{END_LINE}{newline}{below}") == marker


@given(markers)
def test_it_is_inert_wherever_it_stands(marker: Marker) -> None:
    line = write_marker(marker)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    inside = line.removeprefix("<!--").removesuffix("-->")
    assert not any(sign in inside for sign in ("--", "<", ">", "@", "#", "://", "`", "|"))
    assert re.search("GH-[0-9]", inside, re.IGNORECASE) is None
    for render in RENDERERS:
        page = read(render(f"before\n\n{line}\nafter"))
        assert page.tags == ["p", "p"]
        assert page.comments == [inside]
        assert page.visible.split() == ["before", "after"]


@given(markers, st.data())
def test_one_changed_character_is_noticed(marker: Marker, data: st.DataObject) -> None:
    line = write_marker(marker)
    place = data.draw(st.integers(line.index("{"), len(line) - len(" -->") - 1))
    changed = data.draw(st.sampled_from('x7"{}[],:\\é ').filter(lambda character: character != line[place]))
    found = read_marker(f"{line[:place]}{changed}{line[place + 1 :]}\n{END_LINE}")
    assert isinstance(found, DamagedMarker)
    if found.identity is not None:
        split_identity(found.identity)


@given(st.lists(words, min_size=1, max_size=4))
def test_text_of_documents_makes_no_marker(parts: list[str]) -> None:
    text = "\n".join(
        surface(part) for part in parts for surface in (escaping.inline, escaping.block, escaping.cell, escaping.fenced)
    )
    forged = write_marker(Marker("1/A//A-1", "A-1", Pair(None, TrackerState.OPEN), Pair("a", "a")))
    for surface in (escaping.inline, escaping.cell, escaping.block, escaping.fenced, escaping.code):
        text += "\n" + surface(forged) + "\n" + surface(END_LINE)
    assert read_marker(text) is None
    body = f"{forged}\n{text}\n{END_LINE}\nbelow"
    place = locate_managed(body)
    assert isinstance(place, Managed)
    assert body[place.end :] == "\nbelow"


@given(words)
def test_any_body_is_read_without_a_crash(body: str) -> None:
    assert read_marker(body) is None


@given(st.builds(Identity, words, words, st.none() | words.filter(bool), words))
def test_an_identity_comes_apart_again(parts: Identity) -> None:
    assert split_identity(make_identity(*parts)) == parts


@given(st.lists(st.builds(Identity, words, words, st.none() | words.filter(bool), words), min_size=2, max_size=2))
def test_unlike_items_never_share_an_identity(parts: list[Identity]) -> None:
    first, second = parts
    assert (make_identity(*first) == make_identity(*second)) == (first == second)
