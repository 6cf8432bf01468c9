"""The managed part of an issue's body, and how it lives beside what people write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.errors import RejectedError
from gapkeeper.planning.marker import (
    END_LINE,
    MARKER_PREFIX,
    DamagedMarker,
    Managed,
    is_marker_line,
    locate_managed,
    write_marker,
)

if TYPE_CHECKING:
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.planning.marker import Marker

#: Of the 65,536 characters that GitHub takes, so that people can write beside it.
MANAGED_LIMIT = 58_000
#: What the last line of our part begins with.
_KEPT_IN_STEP = "<sub>Gapkeeper keeps this issue in step "
#: Marks what was a line of ours once.
_FORMER_PREFIX = "<!-- gapkeeper: damaged marker "


@dataclass(frozen=True, slots=True)
class ManagedBody:
    """What we have to say, in pieces, so that it can be cut without cutting a table's row in two."""

    head: str  # never cut: what it is, and its status
    pieces: tuple[str, ...]  # lines or groups of lines, the most important first
    footer: str  # never cut
    rest: str  # stands in the place of what was cut: where to read it

    def text(self, limit: int) -> str | None:
        """As much as fits into ``limit`` characters; None where not even the head does."""
        whole = "\n".join((self.head, *self.pieces, self.footer))
        if len(whole) <= limit:
            return whole
        room = limit - len(self.head) - len(self.rest) - len(self.footer) - 4
        if room < 0:
            return None
        kept: list[str] = []
        for piece in self.pieces:
            room -= len(piece) + 1
            if room < 0:
                break
            kept.append(piece)
        return "\n".join((self.head, *kept, "", self.rest, self.footer))


class BodyParts(NamedTuple):
    """A body taken apart; joined, the three give the body back to the last character."""

    above: str
    managed: str  # from the marker to the end line; "" where there is none
    below: str


def split_body(body: str | None) -> BodyParts:
    """What people wrote above, what is ours, and what they wrote below.

    Raises:
        ValueError: The marker is damaged in a way that hides where our part begins and ends.
    """
    body = body or ""
    place = locate_managed(body)
    if place is None:
        return BodyParts(body, "", "")
    if not isinstance(place, Managed):
        raise ValueError(place.reason)  # noqa: TRY004 -- the body has a wrong value, not a wrong type
    return BodyParts(body[: place.start], body[place.start : place.end], body[place.end :])


def compose_body(current: str | None, marker: Marker, managed: ManagedBody, capabilities: Capabilities) -> str:
    """The new body: people's text as it is, byte for byte, and our part with its marker anew.

    A body without a managed part (a new issue, an adopted one) gets it at its end.

    Raises:
        RejectedError: People's text leaves no room for our part.
        ValueError: See `split_body`.
    """
    above, old, below = split_body(current)
    if not old and above:
        above += "\n" * (2 - min(2, len(above) - len(above.rstrip("\n"))))
    marker_line = write_marker(marker)
    around = len(marker_line) + len(END_LINE) + 2
    room = min(MANAGED_LIMIT, capabilities.body_limit - len(above) - len(below)) - around
    text = managed.text(room)
    if text is None:
        raise RejectedError(
            f"the issue of {marker.key} has no room for its managed part: people's text takes "
            f"{len(above) + len(below)} of {capabilities.body_limit} characters",
            hint="Shorten the issue's text, or take its label off to leave it alone.",
        )
    return f"{above}{marker_line}\n{text}\n{END_LINE}{below}"


def replace_marker(current: str, marker: Marker) -> str:
    """The body with a new marker and everything else as it is: the base moves, and nothing is said anew."""
    above, old, below = split_body(current)
    _, newline, text = old.partition("\n")
    return f"{above}{write_marker(marker)}{newline}{text}{below}"


def without_remains(body: str) -> str:
    """A body whose managed part, if it has one, can be told: else what is left of our lines is taken out.

    What stood between them stays where it is. A line of ours that somebody wrote into is kept, too, as a comment.
    """
    if not isinstance(locate_managed(body), DamagedMarker):
        return body
    lines = body.split("\n")
    return "\n".join(_disowned(line) for line in lines if not (is_marker_line(line) or line.rstrip() == END_LINE))


def _disowned(line: str) -> str:
    return line.replace(MARKER_PREFIX, _FORMER_PREFIX, 1) if line.startswith(MARKER_PREFIX) else line


def remove_managed(current: str | None) -> str:
    """The body with our part as plain text, without marker and end line: what `detach` leaves.

    The line that says that we keep the issue in step goes as well: it is not true any more.
    """
    above, old, below = split_body(current)
    lines = old.split("\n")[1:-1]
    if lines and lines[-1].startswith(_KEPT_IN_STEP):
        lines.pop()
    return above + "\n".join(lines).rstrip("\n") + below
