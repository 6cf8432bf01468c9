"""The marker: one hidden comment on each managed issue, which is all the memory a sync has.

Writer and reader stand together here. A managed part of an issue's body looks like this:

    <!-- gapkeeper: marker 1 0f3a91bc {"identity":"42/LATER//LATER-001", ...} -->
    text of ours
    <!-- gapkeeper: end -->

The marker is valid in one place only: alone on the first line of the managed part, from the first
column on, once in a body. What `escaping` lets through of documents never contains `<!--`, so
their text can neither forge a marker nor end the managed part. A person's edit can break one: the
checksum (a CRC: it finds accidents and is no signature) tells, and a broken marker is reported and
never read as "no marker", since that would create the issue a second time.

Whose marker is believed is decided by the author of the issue, in `planning.decide`.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.status import State, Status
from gapkeeper.planning.digests import digest
from gapkeeper.planning.identity import split_identity

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.model.snapshot import Issue, Reason

#: Raised only when an older version would read a marker wrongly; a new key alone needs no new version.
VERSION: Final = 1
#: What every marker begins with, and nothing else that we write.
MARKER_PREFIX: Final = "<!-- gapkeeper: marker "
#: The last line of the managed part.
END_LINE: Final = "<!-- gapkeeper: end -->"

DocumentsT_co = TypeVar("DocumentsT_co", covariant=True)
TrackerT_co = TypeVar("TrackerT_co", covariant=True)


class TrackerState(StrEnum):
    """What a tracker says of an issue's state: open, or why it is closed."""

    OPEN = "open"
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"
    CLOSED = "closed"  # without a reason: a tracker that knows none

    @classmethod
    def of(cls, issue: Issue) -> TrackerState:
        """The state of an issue as a snapshot has it."""
        return cls.make(issue.state, issue.reason)

    @classmethod
    def make(cls, state: State, reason: Reason | None) -> TrackerState:
        """State and reason as one value; a reason beside an open state is ignored."""
        if state is State.OPEN:
            return cls.OPEN
        return cls.CLOSED if reason is None else cls(reason.value)

    @property
    def state(self) -> State:
        """Open or closed."""
        return State.OPEN if self is TrackerState.OPEN else State.CLOSED


@dataclass(frozen=True, slots=True)
class Pair(Generic[DocumentsT_co, TrackerT_co]):
    """The two values of one field at the last sync. A side has moved when it differs from its own half."""

    documents: DocumentsT_co
    tracker: TrackerT_co


Names = tuple[str, ...]  # sorted
Links = tuple[tuple[str, str], ...]  # (type, identity of the other item), sorted
NumberLinks = tuple[tuple[str, int], ...]  # (type, number of the other issue), sorted


@dataclass(frozen=True, slots=True)
class Marker:
    """What one issue was at the last sync. Nothing in it is secret: every reader of the issue can see it."""

    identity: str  # as `identity.identity_of` makes it
    key: str  # for people: LATER-001
    state: Pair[Status | None, TrackerState]  # documents' None: the item was absent
    title: Pair[str, str]  # whole titles of issues: "LATER-001: PostgreSQL provisioning"
    statement: str = ""  # `digests.statement_digest` of the item; "" where it was absent
    rules: str = ""  # digest of the reading rules
    revision: str | None = None  # commit of the last sync that wrote this marker
    serial: int = 1  # how many times a marker was written here; makes keys of comments unique
    body: str = ""  # `digests.content_digest` of the managed body as last written
    labels: Pair[Names, Names] = Pair((), ())  # what documents ask for; those of them that the issue carried
    added_labels: Names = ()  # those that we put on: the only ones that we may take off
    milestone: Pair[str | None, str | None] = Pair(None, None)
    assignees: Pair[Names, Names] = Pair((), ())
    links: Pair[Links, NumberLinks] = Pair((), ())  # what documents ask for; what we made in the tracker
    aliases: tuple[str, ...] = ()  # former identities, oldest first
    continues: int | None = None  # the closed issue whose item this one goes on with
    document: str = ""  # path of the home document, to see a document set shrink
    former: Status | None = None  # the last open status of the documents, for a write-back of a reopening
    orphaned: bool = False  # the item was gone from the documents
    extra: tuple[tuple[str, str], ...] = ()  # keys that this version does not know, with their JSON, sorted


@dataclass(frozen=True, slots=True)
class DamagedMarker:
    """There is a marker, and it cannot be trusted. The issue is reported and left alone."""

    reason: str  # for people: what is wrong
    identity: str | None = None  # where it can still be told, so that no second issue is created


class Managed(NamedTuple):
    """Where the managed part of a body stands, as character offsets: `body[start:end]`."""

    start: int  # of the marker
    marker_end: int  # just after the marker's `-->`
    end: int  # just after the end line's `-->`


# --- Writing and reading ----------------------------------------------------------------------------


def write_marker(marker: Marker) -> str:
    """The marker as one line, without its newline: the same value always gives the same text.

    It is ASCII, and holds no `--`, `<`, `>`, `@`, `#` or `://` inside: whatever a forge looks for
    in text, it does not find it here.
    """
    payload = _inert(json.dumps(_encode(marker), sort_keys=True, separators=(",", ":")))
    return f"{MARKER_PREFIX}{VERSION} {_checksum(payload)} {payload} -->"


def read_marker(body: str | None) -> Marker | DamagedMarker | None:
    """The marker of an issue's body, in any line ending; None where there is none.

    Raises:
        NewerMarkerError: It was written by a newer version. Anybody can write such text, so ask only
            for issues whose author's word counts.
    """
    place = locate_managed(body)
    if not isinstance(place, Managed):
        return place
    text = (body or "")[place.start : place.marker_end]
    match = _LINE.fullmatch(text)
    if match is None:
        return DamagedMarker("the marker is not one whole line", _recover_identity(text))
    version, checksum, payload = match.groups()
    if int(version) > VERSION:
        raise NewerMarkerError(
            f"an issue carries a marker of version {version}; this Gapkeeper knows versions up to {VERSION}",
            hint="Upgrade Gapkeeper. Nothing was written.",
        )
    if int(version) < 1:
        return DamagedMarker(f"there is no marker version {version}", _recover_identity(text))
    if _checksum(payload) != checksum:
        return DamagedMarker("the marker was edited: its checksum does not agree", _recover_identity(payload))
    try:
        return _decode(json.loads(payload))
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        return DamagedMarker(f"the marker's content makes no sense ({error})", _recover_identity(payload))


def locate_managed(body: str | None) -> Managed | DamagedMarker | None:
    """Where the managed part stands; None where there is no marker."""
    if not body or MARKER_PREFIX not in body:
        return None
    starts = [match.start() for match in _START.finditer(body)]
    if not starts:
        return None  # quoted or indented: somebody shows a marker, and it is none
    start = starts[0]
    if len(starts) > 1:
        identities = {_recover_identity(body[s : _line_end(body, s)]) for s in starts}
        return DamagedMarker("there is more than one marker", identities.pop() if len(identities) == 1 else None)
    marker_end = _line_end(body, start)
    end = _END.search(body, marker_end)
    if end is None:
        reason = f"the line `{END_LINE}` is missing: nobody can tell where the managed part ends"
        return DamagedMarker(reason, _recover_identity(body[start:marker_end]))
    return Managed(start, marker_end, end.end())


_START = re.compile(rf"^{MARKER_PREFIX}", re.MULTILINE)
_END = re.compile(rf"^{END_LINE}(?=[ \t]*\r?$)", re.MULTILINE)
_LINE = re.compile(rf"{MARKER_PREFIX}([0-9]{{1,9}}) ([0-9a-f]{{8}}) (\{{.*\}}) -->", re.DOTALL)
_IDENTITY = re.compile(r'"identity":("(?:[^"\\]|\\.)*")')


def _line_end(body: str, start: int) -> int:
    end = body.find("\n", start)
    end = len(body) if end < 0 else end
    return start + len(body[start:end].rstrip(" \t\r"))


def _checksum(payload: str) -> str:
    return f"{zlib.crc32(payload.encode('utf-8', 'surrogatepass')):08x}"


def _recover_identity(text: str) -> str | None:
    match = _IDENTITY.search(text)
    if match is None:
        return None
    try:
        identity = json.loads(match[1])
        split_identity(identity)
    except ValueError:
        return None
    return str(identity)


# Characters and pairs that a forge, an HTML parser or a Markdown parser could take for something.
# JSON's strings are the only place where they stand, and there an escape means the same.
_ACTIVE = re.compile(r"[<>&@#!~%$`|]|-(?=-)|(?<=[Gg][Hh])-|:(?=//)")


def _inert(payload: str) -> str:
    return _ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", payload)


def _pair(documents: object, tracker: object) -> list[object]:
    return [documents] if documents == tracker else [documents, tracker]


def _encode(marker: Marker) -> dict[str, object]:
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
    optional: tuple[tuple[str, object, bool], ...] = (
        ("revision", marker.revision, marker.revision is not None),
        ("labels", _pair(list(marker.labels.documents), list(marker.labels.tracker)), marker.labels != Pair((), ())),
        ("added_labels", list(marker.added_labels), bool(marker.added_labels)),
        (
            "milestone",
            _pair(marker.milestone.documents, marker.milestone.tracker),
            marker.milestone != Pair(None, None),
        ),
        (
            "assignees",
            _pair(list(marker.assignees.documents), list(marker.assignees.tracker)),
            marker.assignees != Pair((), ()),
        ),
        ("links", [list(marker.links.documents), list(marker.links.tracker)], marker.links != Pair((), ())),
        ("aliases", list(marker.aliases), bool(marker.aliases)),
        ("continues", marker.continues, marker.continues is not None),
        ("document", marker.document, bool(marker.document)),
        ("former", None if marker.former is None else marker.former.value, marker.former is not None),
        ("orphaned", True, marker.orphaned),
    )
    values |= {name: value for name, value, present in optional if present}
    return values


_KNOWN = frozenset({
    "identity", "key", "state", "title", "statement", "rules", "serial", "body", "revision", "labels",
    "added_labels", "milestone", "assignees", "links", "aliases", "continues", "document", "former", "orphaned",
})  # fmt: skip


def _decode(values: object) -> Marker:
    if not isinstance(values, dict):
        raise TypeError("not an object")
    get = values.get
    state = _list(values["state"])
    documents = None if state[0] is None else Status(_text(state[0]))
    links = _list(get("links", [[], []]))
    identity = _text(values["identity"])
    split_identity(identity)
    return Marker(
        identity=identity,
        key=_text(values["key"]),
        state=Pair(documents, TrackerState(_text(state[1]))),
        title=_halves(values["title"], _text),
        statement=_text(values["statement"]),
        rules=_text(values["rules"]),
        revision=_optional_text(get("revision")),
        serial=_whole(values["serial"]),
        body=_text(values["body"]),
        labels=_halves(get("labels", [[]]), _names),
        added_labels=_names(get("added_labels", [])),
        milestone=_halves(get("milestone", [None]), _optional_text),
        assignees=_halves(get("assignees", [[]]), _names),
        links=Pair(
            tuple((_text(type_), _text(other)) for type_, other in _rows(links[0])),
            tuple((_text(type_), _whole(number)) for type_, number in _rows(links[1])),
        ),
        aliases=_names(get("aliases", [])),
        continues=None if get("continues") is None else _whole(get("continues")),
        document=_text(get("document", "")),
        former=None if get("former") is None else Status(_text(get("former"))),
        orphaned=get("orphaned", False) is True,
        extra=tuple(sorted((name, _canonical(value)) for name, value in values.items() if name not in _KNOWN)),
    )


ValueT = TypeVar("ValueT")


def _halves(value: object, read: Callable[[object], ValueT]) -> Pair[ValueT, ValueT]:
    halves = _list(value)
    documents = read(halves[0])
    return Pair(documents, documents if len(halves) == 1 else read(halves[1]))


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


def _rows(value: object) -> list[tuple[object, object]]:
    return [(row[0], row[1]) for row in map(_list, _list(value))]


def _names(value: object) -> Names:
    return tuple(_text(name) for name in _list(value))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


# --- Hidden keys of comments ------------------------------------------------------------------------


def comment_key(op: str, identity: str, serial: int) -> str:
    """The hidden key of one comment: `close-1f0c3a5b7d9e2468`.

    ``serial`` is the marker's before this change (0 where there is none): a run that was cut off
    after its comment makes the same key again and finds it, and the next close of the same issue,
    after another marker was written, makes a new one.
    """
    return f"{re.sub('[^a-z]+', '-', op)}-{digest(repr((op, identity, serial)))}"


def hidden_key_line(key: str) -> str:
    """The last line of a comment of ours. ``key`` is one that `comment_key` made."""
    return f"<!-- gapkeeper: comment {key} -->"


def carries_key(body: str | None, key: str) -> bool:
    """Whether a comment ends with this key. Somebody who quotes or copies the text above it does not matter."""
    return (body or "").rstrip().rpartition("\n")[2] == hidden_key_line(key)
