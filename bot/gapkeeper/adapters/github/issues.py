"""What GitHub knows of issues beside their JSON: who moved them, and what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.issues import BLOCKED_BY, Issues
from gapkeeper.adapters.github.raw import blocked_by_count, trimmed

if TYPE_CHECKING:
    from collections.abc import Collection

    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.forge.people import People
    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.github.session import Session

_MOVES = frozenset({"closed", "reopened"})


class GitHubIssues(Issues):
    """Issues with events, and with dependencies whose number their JSON tells."""

    def __init__(self, session: Session, mirror: Mirror, people: People) -> None:
        super().__init__(mirror, people)
        self._session = session

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

    def note_links(self, raw: Raw, links: Collection[tuple[str, int]]) -> None:
        """We changed what an issue is tied to, from what `links` said."""
        count = (blocked_by_count(raw) or 0) + len(links) - len(self.links(raw))
        raw["issue_dependencies_summary"] = {"total_blocked_by": count}
        raw["our_links"], raw["our_links_of"] = sorted(number for _, number in links), count
        self._mirror.put(raw)

    def settle(self) -> None:
        """There is nothing to do: how many issues each waits for is in its JSON."""

    def _may_be_reopened(self, raw: Raw) -> bool:
        return raw.get("state_reason") == "reopened"

    def _last_move(self, number: int) -> Raw | None:
        last: Raw | None = None
        for page in self._session.client.pages(self._session.path(f"/issues/{number}/events"), {"per_page": 100}):
            for event in page.data:
                if isinstance(event, dict) and event.get("event") in _MOVES:
                    actor = event.get("actor") or {}
                    user = {"login": actor.get("login"), "type": actor.get("type")}
                    last = {"user": user, "at": event["created_at"]}
        return last
