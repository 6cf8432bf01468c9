"""From what a forge tells to issues as the rest of the program knows them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.raw import label_names, moment, state_of
from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.snapshot import Issue
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX, Marker, TrackerState, read_marker

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.forge.people import People
    from gapkeeper.adapters.forge.raw import Raw

BLOCKED_BY, RELATES_TO = "blocked_by", "relates_to"
#: How a title begins that could adopt an issue: with an ID.
_BEGINS_WITH_AN_ID = re.compile(r"\W*\w*[^\W\d_][\w-]*\d")


class Issues(ABC):
    """Makes issues, and asks for what their JSON does not say: who moved them, what they wait for."""

    def __init__(self, mirror: Mirror, people: People) -> None:
        self._mirror = mirror
        self._people = people
        self._numbers: dict[str, int] | None = None  # by identity

    @abstractmethod
    def links(self, raw: Raw) -> frozenset[tuple[str, int]]:
        """The issues of the project that it is tied to, and how."""

    @abstractmethod
    def note_links(self, raw: Raw, links: Collection[tuple[str, int]]) -> None:
        """We changed what an issue is tied to, from what `links` said."""

    @abstractmethod
    def settle(self) -> None:
        """All issues were just listed as we left them."""

    @abstractmethod
    def _may_be_reopened(self, raw: Raw) -> bool:
        """Whether an open issue may have been closed before, by what its JSON says."""

    @abstractmethod
    def _last_move(self, number: int) -> Raw | None:
        """Who closed or reopened an issue last (`user`), and when (`at`); None: nobody did."""

    def issue(self, raw: Raw, *, managed: bool = True) -> Issue:
        """One issue. Of one that is not ours, who moved it and what it waits for is not asked."""
        state, reason = state_of(raw)
        matters = managed or _BEGINS_WITH_AN_ID.match(raw["title"]) is not None
        mover = self._mover(raw) if managed else None
        milestone = raw["milestone"]
        return Issue(
            number=raw["number"],
            title=raw["title"],
            body=raw["body"],
            state=state,
            author=self._people.actor(raw["user"], matters=matters),
            reason=reason,
            labels=label_names(raw),
            milestone=None if milestone is None else str(milestone["title"]),
            assignees=frozenset(raw["assignees"]),
            url=str(raw["html_url"]),
            state_actor=None if mover is None else self._people.actor(mover["user"]),
            state_at=None if mover is None else moment(mover["at"]),
            updated_at=moment(raw["updated_at"]),
            links=self.links(raw) if managed else frozenset(),
            locked=bool(raw.get("locked")),
        )

    def _mover(self, raw: Raw) -> Raw | None:
        """Who closed or reopened it last, and when; None: nobody, or it is as the last sync left it."""
        now, agreed = state_of(raw), _as_it_was_left(raw)
        if agreed or (now.state is State.OPEN and agreed is None and not self._may_be_reopened(raw)):
            return None
        if now.state is State.CLOSED and raw["closed_by"] is not None and raw["closed_at"]:
            return {"user": raw["closed_by"], "at": raw["closed_at"]}
        if raw.get("our_mover_of") != raw["updated_at"]:
            raw["our_mover"], raw["our_mover_of"] = self._last_move(raw["number"]), raw["updated_at"]
            self._mirror.put(raw)
        found: Raw | None = raw["our_mover"]
        return found

    def _asked_for(self, raw: Raw) -> set[int]:
        """The issues that documents tied this one to at the last sync, as far as they are known."""
        marker = marker_of(raw)
        if marker is None:
            return set()
        if self._numbers is None:
            markers = ((number, marker_of(one)) for number, one in self._mirror.issues.items())
            self._numbers = {marker.identity: number for number, marker in markers if marker is not None}
        return {self._numbers[identity] for _, identity in marker.links.documents if identity in self._numbers}


def _as_it_was_left(raw: Raw) -> bool | None:
    """Whether an issue is in the state that the last sync left; None where it does not tell."""
    marker = marker_of(raw)
    return None if marker is None else marker.state.tracker is TrackerState.make(*state_of(raw))


def marker_of(raw: Raw) -> Marker | None:
    """The marker of an issue, where it is one that can be read."""
    if MARKER_PREFIX not in raw["body"]:
        return None
    try:
        marker = read_marker(raw["body"])
    except NewerMarkerError:  # said where the plan is made
        return None
    return marker if isinstance(marker, Marker) else None
