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
from typing import Final, NamedTuple

from gapkeeper.errors import NewerMarkerError
from gapkeeper.patterns import lazy
from gapkeeper.planning.digests import digest
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.marker_codec import decode_marker, encode_marker
from gapkeeper.planning.marker_value import DamagedMarker, Links, Marker, Names, NumberLinks, Pair, TrackerState

__all__ = [
    "END_LINE",
    "MARKER_PREFIX",
    "VERSION",
    "DamagedMarker",
    "Links",
    "Managed",
    "Marker",
    "Names",
    "NumberLinks",
    "Pair",
    "TrackerState",
    "carries_key",
    "comment_key",
    "hidden_key_line",
    "inert",
    "is_marker_line",
    "locate_managed",
    "read_marker",
    "write_marker",
]

#: Raised only when an older version would read a marker wrongly; a new key alone needs no new version.
VERSION: Final = 1
#: What every marker begins with, and nothing else that we write.
MARKER_PREFIX: Final = "<!-- gapkeeper: marker "
#: The last line of the managed part.
END_LINE: Final = "<!-- gapkeeper: end -->"


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
    payload = inert(json.dumps(encode_marker(marker), sort_keys=True, separators=(",", ":")))
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
    if version != _VERSION_TEXT and int(version) > VERSION:
        raise NewerMarkerError(
            f"an issue carries a marker of version {version}; this Gapkeeper knows versions up to {VERSION}",
            hint="Upgrade Gapkeeper. Nothing was written.",
        )
    if version != _VERSION_TEXT:
        return DamagedMarker(f"there is no marker version {version}", _recover_identity(text))
    if _checksum(payload) != checksum:
        return DamagedMarker("the marker was edited: its checksum does not agree", _recover_identity(payload))
    try:
        return decode_marker(_DECODER.decode(payload))
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        return DamagedMarker(f"the marker's content makes no sense ({error})", _recover_identity(payload))


def locate_managed(body: str | None) -> Managed | DamagedMarker | None:
    """Where the managed part stands; None where there is no marker."""
    if not body:
        return None
    start = _line_start(body, MARKER_PREFIX, 0)
    if start < 0:
        return None  # or quoted or indented: somebody shows a marker, and it is none
    marker_end = _line_end(body, start)
    another = _line_start(body, MARKER_PREFIX, marker_end)
    if another >= 0:
        identities = {_recover_identity(body[s : _line_end(body, s)]) for s in (start, another)}
        return DamagedMarker("there is more than one marker", identities.pop() if len(identities) == 1 else None)
    end = _line_start(body, END_LINE, marker_end)
    while end >= 0:
        if _line_end(body, end) == end + len(END_LINE):
            return Managed(start, marker_end, end + len(END_LINE))
        end = _line_start(body, END_LINE, end + 1)
    reason = f"the line `{END_LINE}` is missing: nobody can tell where the managed part ends"
    return DamagedMarker(reason, _recover_identity(body[start:marker_end]))


def is_marker_line(line: str) -> bool:
    """Whether a line is a marker and nothing else, whatever its content."""
    return _LINE.fullmatch(line.rstrip()) is not None and line.count("-->") == 1


_DECODER = json.JSONDecoder()
_VERSION_TEXT = str(VERSION)
_LINE = lazy(rf"{MARKER_PREFIX}([0-9]{{1,9}}) ([0-9a-f]{{8}}) (\{{.*\}}) -->", re.DOTALL)
_IDENTITY = lazy(r'"identity":("(?:[^"\\]|\\.)*")')


def _line_start(body: str, text: str, start: int) -> int:
    """Where the next line begins that begins with a text; -1 where none does."""
    place = body.find(text, start)
    while place > 0 and body[place - 1] != "\n":
        place = body.find(text, place + 1)
    return place


def _line_end(body: str, start: int) -> int:
    """Where the text of a line ends, without white space and a carriage return behind it."""
    end = body.find("\n", start)
    if end < 0:
        end = len(body)
    while body[end - 1] in " \t\r":
        end -= 1
    return end


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
_ACTIVE = lazy(r"[<>&@#!~%$`|]|-(?=-)|(?<=[Gg][Hh])-|:(?=//)")


def inert(payload: str) -> str:
    """JSON that says the same, and in which a forge, an HTML parser and a Markdown parser find nothing."""
    return _ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", payload)


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
