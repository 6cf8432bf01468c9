"""GitHub as the port `TrackerReader`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.listing import Listing
from gapkeeper.adapters.forge.mirror import Mirror
from gapkeeper.adapters.forge.paces import paced
from gapkeeper.adapters.forge.people import People
from gapkeeper.adapters.forge.raw import is_issue
from gapkeeper.adapters.forge.reader import ForgeReader
from gapkeeper.adapters.github.comments import GitHubComments
from gapkeeper.adapters.github.issues import GitHubIssues
from gapkeeper.adapters.github.listing import Listed
from gapkeeper.adapters.github.people import role_of
from gapkeeper.adapters.github.raw import trimmed
from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Capabilities

if TYPE_CHECKING:
    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.model.snapshot import Snapshot

CAPABILITIES = Capabilities(name="GitHub", mermaid_limit=50_000, summary_limit=65_535)
WITHOUT_LINKS = replace(CAPABILITIES, links=frozenset())
_OWN_SERVER = "x-github-enterprise-version"  # a header of GitHub Enterprise Server


class GitHubReader(ForgeReader):
    """A project's issues, read."""

    _session: Session

    def __init__(self, session: Session) -> None:
        mirror = Mirror(session.store, session.scope)
        people = People(session, lambda user: role_of(session, user))
        super().__init__(
            session,
            mirror,
            people=people,
            listing=Listing(Listed(session), mirror),
            issues=GitHubIssues(session, mirror, people),
            comments=GitHubComments(session, mirror),
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this GitHub can do: an older server knows no dependencies between issues, and its issues show it.

        While there is no issue, a server of one's own is taken for an older one.
        """
        server = self._mirror.note("server")
        issues = [raw for raw in self._mirror.issues.values() if is_issue(raw)]
        shown = any("issue_dependencies_summary" in raw for raw in issues)
        has_links = shown if issues else not server.get("own")
        known = CAPABILITIES if has_links and server.get("links") is not False else WITHOUT_LINKS
        return paced(known, self._session.client.limits)

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        """As for every forge; and it is remembered whether this is a server of one's own."""
        taken = super().snapshot(managed_label, everything=everything)
        if _OWN_SERVER in self._session.client.headers_seen:
            self._mirror.set_note("server", {**self._mirror.note("server"), "own": True})
        return taken

    def _ask(self, number: int) -> Raw:
        raw = trimmed(self._session.client.get(self._session.path(f"/issues/{number}")).data)
        if raw["number"] != number or not is_issue(raw) or not self._session.is_here(raw.get("repository_url")):
            raise NotFoundError("it is no issue of this project (any more)")
        return raw
