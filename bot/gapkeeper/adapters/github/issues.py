"""From what GitHub tells to issues as the rest of the program knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.raw import (
    blocked_by_count,
    label_names,
    moment,
    state_of,
    trimmed,
)
from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.snapshot import Issue
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX, Marker, TrackerState, read_marker

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapkeeper.adapters.github.mirror import Mirror
    from gapkeeper.adapters.github.people import People
    from gapkeeper.adapters.github.raw import Raw
    from gapkeeper.adapters.github.session import Session

BLOCKED_BY = "blocked_by"
_MOVES = frozenset({"closed", "reopened"})
#: How a title begins that could adopt an issue: with an ID.
_BEGINS_WITH_AN_ID = re.compile(r"\W*\w*[^\W\d_][\w-]*\d")


class Issues:
    """Makes issues, and asks for what their JSON does not say: who moved them, what they wait for."""

    def __init__(self, session: Session, mirror: Mirror, people: People) -> None:
        self._session = session
        self._mirror = mirror
        self._people = people
        self._numbers: dict[str, int] | None = None  # by identity

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
        if agreed or (now.state is State.OPEN and agreed is None and raw.get("state_reason") != "reopened"):
            return None
        if now.state is State.CLOSED and raw["closed_by"] is not None and raw["closed_at"]:
            return {"user": raw["closed_by"], "at": raw["closed_at"]}
        if raw.get("our_mover_of") != raw["updated_at"]:
            raw["our_mover"], raw["our_mover_of"] = self._last_move(raw["number"]), raw["updated_at"]
            self._mirror.put(raw)
        found: Raw | None = raw["our_mover"]
        return found

    def _last_move(self, number: int) -> Raw | None:
        last: Raw | None = None
        for page in self._session.client.pages(self._session.path(f"/issues/{number}/events"), {"per_page": 100}):
            for event in page.data:
                if isinstance(event, dict) and event.get("event") in _MOVES:
                    actor = event.get("actor") or {}
                    user = {"login": actor.get("login"), "type": actor.get("type")}
                    last = {"user": user, "at": event["created_at"]}
        return last

    def links(self, raw: Raw) -> frozenset[tuple[str, int]]:
        """The issues of the project that it waits for; asked only where their number changed."""
        count = blocked_by_count(raw)
        if not count:
            return frozenset()
        if raw.get("our_links_of") != count:
            asked_for = self._asked_for(raw)
            if len(asked_for) == count:  # so many as we made: they are those, and nobody is asked
                raw["our_links"], raw["our_links_of"] = sorted(asked_for), count
                self._mirror.put(raw)
        if raw.get("our_links_of") != count:
            pages = self._session.client.pages(
                self._session.path(f"/issues/{raw['number']}/dependencies/blocked_by"), {"per_page": 100}
            )
            blockers = (trimmed(one) for page in pages for one in page.data)
            here = raw.get("repository_url")  # another project's issue can block as well, and is none of ours
            raw["our_links"] = sorted(one["number"] for one in blockers if one.get("repository_url") == here)
            raw["our_links_of"] = count
            self._mirror.put(raw)
        return frozenset((BLOCKED_BY, int(number)) for number in raw["our_links"])

    def _asked_for(self, raw: Raw) -> set[int]:
        """The issues that documents tied this one to at the last sync, as far as they are known."""
        marker = _marker(raw)
        if marker is None:
            return set()
        if self._numbers is None:
            markers = ((number, _marker(one)) for number, one in self._mirror.issues.items())
            self._numbers = {marker.identity: number for number, marker in markers if marker is not None}
        return {self._numbers[identity] for _, identity in marker.links.documents if identity in self._numbers}

    def note_links(self, raw: Raw, numbers: Collection[int]) -> None:
        """We changed what an issue waits for, from what `links` said."""
        count = (blocked_by_count(raw) or 0) + len(numbers) - len(self.links(raw))
        raw["issue_dependencies_summary"] = {"total_blocked_by": count}
        raw["our_links"], raw["our_links_of"] = sorted(numbers), count
        self._mirror.put(raw)


def _as_it_was_left(raw: Raw) -> bool | None:
    """Whether an issue is in the state that the last sync left; None where it does not tell."""
    marker = _marker(raw)
    return None if marker is None else marker.state.tracker is TrackerState.make(*state_of(raw))


def _marker(raw: Raw) -> Marker | None:
    if MARKER_PREFIX not in raw["body"]:
        return None
    try:
        marker = read_marker(raw["body"])
    except NewerMarkerError:  # said where the plan is made
        return None
    return marker if isinstance(marker, Marker) else None
