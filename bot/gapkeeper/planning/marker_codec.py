"""A marker as JSON values, and back: writer and reader side by side."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from gapkeeper.model.status import Status
from gapkeeper.planning.marker_value import (
    NO_LINKS,
    NO_MILESTONE,
    Links,
    Marker,
    Names,
    NumberLinks,
    Pair,
    TrackerState,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _pair(documents: object, tracker: object) -> list[object]:
    return [documents] if documents == tracker else [documents, tracker]


def encode_marker(marker: Marker) -> dict[str, object]:
    """As JSON values; what is as it is by default is left out, so that markers stay small."""
    documents, tracker = marker.state.documents, marker.state.tracker
    values: dict[str, object] = {name: json.loads(text) for name, text in marker.extra}
    values |= {
        "identity": marker.identity,
        "key": marker.key,
        "state": [None if documents is None else documents.value, tracker.value],
        "title": _pair(marker.title.documents, marker.title.tracker),
        "statement": marker.statement,
        "rules": marker.rules,
        "serial": marker.serial,
        "body": marker.body,
    }
    optional = {
        "revision": marker.revision,
        "labels": _pair(list(marker.labels.documents), list(marker.labels.tracker)),
        "added_labels": list(marker.added_labels),
        "milestone": _pair(marker.milestone.documents, marker.milestone.tracker),
        "assignees": _pair(list(marker.assignees.documents), list(marker.assignees.tracker)),
        "links": [list(marker.links.documents), list(marker.links.tracker)],
        "aliases": list(marker.aliases),
        "continues": marker.continues,
        "document": marker.document,
        "former": None if marker.former is None else marker.former.value,
        "orphaned": marker.orphaned,
        "called": marker.called,
    }
    return values | {name: value for name, value in optional.items() if value not in _ABSENT}


_ABSENT: Final[tuple[object, ...]] = (None, False, "", [], [None], [[]], [[], []])
_KNOWN = frozenset({
    "identity", "key", "state", "title", "statement", "rules", "serial", "body", "revision", "labels",
    "added_labels", "milestone", "assignees", "links", "aliases", "continues", "document", "former", "orphaned",
    "called",
})  # fmt: skip


def decode_marker(values: object) -> Marker:
    """The marker of JSON values. `LookupError`, `TypeError` or `ValueError` where they are not of a marker."""
    if not isinstance(values, dict):
        raise TypeError("not an object")
    get = values.get
    identity, milestone, links = _text(values["identity"]), get("milestone"), get("links")
    if identity.count("/") < 3:
        raise ValueError(f"not an identity: {identity!r}")
    continues = get("continues")
    return Marker(
        identity=identity,
        key=_text(values["key"]),
        state=_state(values["state"]),
        title=_halves(values["title"], _text),
        statement=_text(values["statement"]),
        rules=_text(values["rules"]),
        revision=_optional_text(get("revision")),
        serial=_whole(values["serial"]),
        body=_text(values["body"]),
        labels=_shared_names(*_halves(get("labels", _NEITHER), _names)),
        added_labels=_names(get("added_labels")),
        milestone=NO_MILESTONE if milestone is None else _halves(milestone, _optional_text),
        assignees=_halves(get("assignees", _NEITHER), _names),
        links=NO_LINKS if links is None else _links(links),
        aliases=_names(get("aliases")),
        continues=None if continues is None else _whole(continues),
        document=_text(get("document", "")),
        former=_STATUSES[_optional_text(get("former"))],
        orphaned=get("orphaned", False) is True,
        called=_optional_text(get("called")),
        extra=() if values.keys() <= _KNOWN else _unknown(values),
    )


_NEITHER: Final[list[object]] = [[]]
_STATES: Final = {state.value: state for state in TrackerState}
_STATUSES: Final = {None: None} | {status.value: status for status in Status}

ValueT = TypeVar("ValueT")


def _halves(value: object, read: Callable[[object], ValueT]) -> Pair[ValueT, ValueT]:
    halves = _list(value)
    documents = read(halves[0])
    return Pair(documents, documents if len(halves) == 1 else read(halves[1]))


def _state(value: object) -> Pair[Status | None, TrackerState]:
    documents, tracker = _list(value)
    return _shared_state(_STATUSES[_optional_text(documents)], _STATES[_text(tracker)])


# Thousands of issues are in the same few states and have the same few sets of labels: what they share is one
# object, which spares memory, and the garbage collector a walk through everything that was read.
@lru_cache(maxsize=1024)
def _shared_state(documents: Status | None, tracker: TrackerState) -> Pair[Status | None, TrackerState]:
    return Pair(documents, tracker)


@lru_cache(maxsize=1024)
def _shared_names(documents: Names, tracker: Names) -> Pair[Names, Names]:
    return Pair(documents, tracker)


@lru_cache(maxsize=1024)
def _shared(names: Names) -> Names:
    return names


def _links(value: object) -> Pair[Links, NumberLinks]:
    documents, tracker = map(_list, _list(value))
    return Pair(
        tuple((_text(type_), _text(other)) for type_, other in map(_list, documents)),
        tuple((_text(type_), _whole(number)) for type_, number in map(_list, tracker)),
    )


def _unknown(values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _canonical(value)) for name, value in values.items() if name not in _KNOWN))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {value!r}")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a number expected, not {value!r}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"a list expected, not {value!r}")
    return value


def _names(value: object) -> Names:
    if not value:
        return ()
    listed = _list(value)
    names = tuple([name for name in listed if isinstance(name, str)])
    if len(names) != len(listed):
        raise TypeError(f"a list of text expected, not {value!r}")
    return _shared(names)


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
