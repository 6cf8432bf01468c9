"""GitHub as the port `TrackerReader`."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.comments import Comments
from gapkeeper.adapters.github.issues import Issues
from gapkeeper.adapters.github.listing import Listing
from gapkeeper.adapters.github.mirror import Mirror, age
from gapkeeper.adapters.github.people import People
from gapkeeper.adapters.github.raw import is_ours, is_pull, label, labels_of, trimmed
from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Capabilities, Role, Snapshot
from gapkeeper.planning.marker import MARKER_PREFIX, Marker, read_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.github.raw import Raw
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.model.snapshot import Issue, Label

CAPABILITIES = Capabilities(name="GitHub")
WITHOUT_LINKS = replace(CAPABILITIES, links=frozenset())
#: An issue that was listed so lately is looked at, and changed, as it was: the plan was made on it.
RECENT = dt.timedelta(seconds=60)
_OWN_SERVER = "x-github-enterprise-version"  # a header of GitHub Enterprise Server
_TRUSTED = frozenset({Role.SELF, Role.WRITE})


class GitHubReader:
    """A project's issues, read. Between runs it is remembered what they were, and what changed is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._mirror = Mirror(session.store, session.scope)
        self._people = People(session)
        self._listing = Listing(session, self._mirror)
        self._issues = Issues(session, self._mirror, self._people)
        self._comments = Comments(session, self._mirror)
        self._all_are_known = False  # the snapshot that was just taken lists everything

    @property
    def url(self) -> str:
        """The tracker as the operator named it."""
        return self._session.address.url

    @property
    def capabilities(self) -> Capabilities:
        """What this GitHub can do: an older server knows no dependencies between issues, and its issues show it.

        While there is no issue, a server of one's own is taken for an older one.
        """
        server = self._mirror.note("server")
        issues = [raw for raw in self._mirror.issues.values() if not is_pull(raw)]
        shown = any("issue_dependencies_summary" in raw for raw in issues)
        has_links = shown if issues else not server.get("own")
        known = CAPABILITIES if has_links and server.get("links") is not False else WITHOUT_LINKS
        limits = self._session.client.limits
        return replace(known, seconds_a_write=limits.seconds_between_writes, creates_an_hour=limits.creates_an_hour)

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        """All issues with the label or a marker, in every state; with ``everything`` all others too.

        Without it, a released issue of a large project may be missing: the label tells ours from thousands.
        """
        if not (everything and self._all_are_known):
            self._listing.renew(managed_label, everything=everything)
        if _OWN_SERVER in self._session.client.headers_seen:
            self._mirror.set_note("server", {**self._mirror.note("server"), "own": True})
        coverage = self._mirror.coverage
        # What was read a moment ago is not read again to see the rest of it.
        self._all_are_known = not everything and coverage is not None and coverage.everything
        raws = [raw for _, raw in sorted(self._mirror.issues.items()) if not is_pull(raw)]
        ours = [raw for raw in raws if is_ours(raw, managed_label)]
        others = [raw for raw in raws if not is_ours(raw, managed_label)] if everything else None
        return Snapshot(
            account=self._session.account,
            namespace=str(self._session.project.id),
            issues=tuple(self._issues.issue(raw) for raw in ours),
            others=None if others is None else tuple(self._issues.issue(raw, managed=False) for raw in others),
            labels=MappingProxyType(self._labels()),
            milestones=frozenset(self._milestones()),
            taken_at=self._session.client.now,
            branch=self._session.project.default_branch,
        )

    def issue(self, number: int) -> Issue:
        """One issue as it is now. `NotFoundError` where it was deleted or transferred."""
        return self._issues.issue(self._read(number))

    def recent_issue(self, number: int) -> Issue:
        """One issue as it was at most a minute ago: what changed anywhere since is asked once, not issue by issue."""
        if not self._is_recent:
            self._listing.renew()
        raw = self._mirror.issues.get(number)
        return self.issue(number) if raw is None else self._issues.issue(raw)

    def find_by_identity(self, identity: str) -> Issue | None:
        """The oldest issue whose marker carries this identity, of those whose author may write.

        Raises:
            NewerMarkerError: one of their markers was written by a newer version.
        """
        self._listing.renew()
        for _, raw in sorted(self._mirror.issues.items()):
            if MARKER_PREFIX in raw["body"] and not is_pull(raw):
                if self._people.actor(raw["user"]).role not in _TRUSTED:
                    continue
                found = read_marker(raw["body"])
                if isinstance(found, Marker) and found.identity == identity:
                    return self._issues.issue(raw)
        return None

    def has_comment(self, number: int, key: str) -> bool:
        """Whether our own account left a comment with this hidden key; other people's do not count."""
        with self._about(number):
            return self._comments.has(number, key)

    def close(self) -> None:
        """Close connections."""
        self._session.close()

    # --- Shared with the writer ---------------------------------------------------------------------

    @property
    def _is_recent(self) -> bool:
        """Whether what changed was asked within the last minute."""
        coverage = self._mirror.coverage
        listed = None if coverage is None else age(coverage.listed_at, self._session.client.now)
        return listed is not None and listed <= RECENT

    def _read(self, number: int) -> Raw:
        with self._about(number):
            raw = trimmed(self._session.client.get(self._session.path(f"/issues/{number}")).data)
            if raw["number"] != number or is_pull(raw) or not self._session.is_here(raw.get("repository_url")):
                raise NotFoundError("it is no issue of this project (any more)")
        self._mirror.put(raw)
        return raw

    @contextlib.contextmanager
    def _about(self, *numbers: int) -> Iterator[None]:
        """Say which issue was not found."""
        try:
            yield
        except NotFoundError as error:
            self._mirror.remove(numbers[0])
            names = ", ".join(f"#{number}" for number in numbers)
            raise NotFoundError(
                f"{self.url} has no issue {names} (any more): {error.message}", hint="It was deleted or transferred."
            ) from error

    def _labels(self) -> dict[str, Label]:
        """Labels that are known: those that issues carry, and those that we made or met."""
        found = {name: label(kept) for name, kept in self._mirror.note("labels").items()}
        for raw in self._mirror.issues.values():
            found |= labels_of(raw)
        return found

    def _milestones(self) -> dict[str, int]:
        """Milestones that are known, and their numbers."""
        found = {title: int(str(number)) for title, number in self._mirror.note("milestones").items()}
        for raw in self._mirror.issues.values():
            if raw["milestone"] is not None:
                found[str(raw["milestone"]["title"])] = int(raw["milestone"]["number"])
        return found
