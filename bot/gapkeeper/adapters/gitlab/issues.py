"""What GitLab knows of issues beside their JSON: who moved them, and what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.adapters.forge.issues import BLOCKED_BY, RELATES_TO, Issues, marker_of
from gapkeeper.adapters.forge.raw import moment

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.forge.people import People
    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.gitlab.session import Session

#: What we call a kind of link -> what GitLab calls it.
KINDS = {BLOCKED_BY: "is_blocked_by", RELATES_TO: "relates_to"}
_OUR_NAMES = {theirs: ours for ours, theirs in KINDS.items()}
#: Stands for a time of change that our own change of links is going to make, and that the next listing tells.
_OURS = "ours"


class Link(NamedTuple):
    """One linked item, as this issue has it."""

    id: int
    type: str  # relates_to, blocks, is_blocked_by
    number: int  # of the other issue, in the same project


class GitLabIssues(Issues):
    """Issues with state events and linked items.

    An issue's JSON says nothing of its links, and asking costs a request for each issue. So they are asked for where
    the last sync made some, and again only where the issue has changed since: a change of links is one.
    """

    def __init__(self, session: Session, mirror: Mirror, people: People) -> None:
        super().__init__(mirror, people)
        self._session = session

    def links(self, raw: Raw) -> frozenset[tuple[str, int]]:
        """The issues of the project that it waits for, or is tied to in no direction."""
        if not self._is_current(raw):
            marker = marker_of(raw)
            if marker is not None and not marker.links.documents and not marker.links.tracker:
                return frozenset()
            found = [(kind, link.number) for link in self.linked(raw["number"]) if (kind := _OUR_NAMES.get(link.type))]
            self._keep(raw, found, raw["updated_at"])
        return frozenset((str(kind), int(number)) for kind, number in raw["our_links"])

    def linked(self, number: int) -> list[Link]:
        """All linked items of an issue, of this project."""
        path = self._session.path(f"/issues/{number}/links")
        return [
            Link(int(one["issue_link_id"]), str(one["link_type"]), int(one["iid"]))
            for page in self._session.client.pages(path)
            for one in page.data
            if one["project_id"] == self._session.project.id
        ]

    def note_links(self, raw: Raw, links: Collection[tuple[str, int]]) -> None:
        """We changed what an issue is tied to, from what `links` said."""
        self._keep(raw, links, _OURS)

    def note_link(self, ends: tuple[Raw, Raw], kind: str, *, there: bool) -> None:
        """We tied two issues, the first one to the second, or untied them."""
        for raw, other in (ends, ends[::-1]):
            if raw is ends[0] or self._is_current(raw):
                link = (kind, other["number"])
                changes = {link} if raw is ends[0] or kind == RELATES_TO else set()
                before = self.links(raw)
                self.note_links(raw, before | changes if there else before - changes)

    def note_touch(self, raw: Raw) -> None:
        """We did something else to an issue that changes its time."""
        if self._is_current(raw):
            self._keep(raw, raw["our_links"], _OURS)

    def keep_links(self, raw: Raw) -> None:
        """An answer to a write of ours has a new time, and the links are what they were: of a new issue none."""
        former = self._mirror.issues.get(raw["number"])
        if former is None and raw["updated_at"] == raw["created_at"]:
            raw["our_links"], raw["our_links_of"] = [], raw["updated_at"]
        elif former is not None and self._is_current(former):
            raw["our_links"], raw["our_links_of"] = former["our_links"], raw["updated_at"]

    def forget_links(self, raw: Raw) -> None:
        """Ask for its links when they are wanted next."""
        raw.pop("our_links_of", None)

    def settle(self) -> None:
        """What was just listed tells the times of our own changes."""
        for raw in [one for one in self._mirror.issues.values() if one.get("our_links_of") == _OURS]:
            self._keep(raw, raw["our_links"], raw["updated_at"])

    def _is_current(self, raw: Raw) -> bool:
        return raw.get("our_links_of") in {_OURS, raw["updated_at"]}

    def _keep(self, raw: Raw, links: Collection[tuple[str, int]], of: str) -> None:
        raw["our_links"], raw["our_links_of"] = sorted(map(list, links)), of
        self._mirror.put(raw)

    def _may_be_reopened(self, raw: Raw) -> bool:
        return bool(raw["updated_at"] != raw["created_at"])

    def _last_move(self, number: int) -> Raw | None:
        path = self._session.path(f"/issues/{number}/resource_state_events")
        pages = self._session.client.pages(path, {"per_page": 100})
        moves = [event for page in pages for event in page.data if event.get("state") in {"closed", "reopened"}]
        # In which order they are listed GitLab does not promise.
        last = max(moves, key=lambda event: (moment(event["created_at"]), int(event["id"])), default=None)
        if last is None:
            return None
        user = last.get("user") or {}
        return {"user": {"login": user.get("username"), "id": user.get("id")}, "at": last["created_at"]}
