"""A forge as the port `TrackerReader`."""

from __future__ import annotations

import contextlib
import datetime as dt
from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.forge.mirror import age
from gapkeeper.adapters.forge.raw import is_issue, is_ours, label
from gapkeeper.errors import NotFoundError
from gapkeeper.model.snapshot import Role, Snapshot
from gapkeeper.planning.marker import MARKER_PREFIX, Marker, read_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.forge.issues import Issues
    from gapkeeper.adapters.forge.listing import Listing
    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.forge.people import People
    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.http.client import Client
    from gapkeeper.model.snapshot import Capabilities, Issue, Label

#: An issue that was listed so lately is looked at, and changed, as it was: the plan was made on it.
RECENT = dt.timedelta(seconds=60)
_TRUSTED = frozenset({Role.SELF, Role.WRITE})


class Address(Protocol):
    """How a project was named."""

    @property
    def url(self) -> str:
        """As the operator named it."""


class Project(Protocol):
    """What a forge says of a project."""

    @property
    def id(self) -> int:
        """Its number, which stays when it is renamed."""

    @property
    def default_branch(self) -> str:
        """Whose documents count, unless the repository says."""

    @property
    def archived(self) -> bool:
        """Whether it can only be read."""

    @property
    def has_issues(self) -> bool:
        """Whether issues are switched on."""


class Session(Protocol):
    """One project, one authorisation, one run."""

    @property
    def address(self) -> Address:
        """How it was named."""

    @property
    def client(self) -> Client:
        """What asks."""

    @property
    def account(self) -> str:
        """Our name."""

    @property
    def project(self) -> Project:
        """The project."""

    def ask_again(self) -> Project:
        """The project as it is now: what was told of it may have changed since."""

    def is_us(self, login: str, /) -> bool:
        """Whether somebody is our account."""

    def path(self, rest: str) -> str:
        """A path below the project."""

    def close(self) -> None:
        """Close connections, and what is kept."""


class Comments(Protocol):
    """The comments of a project."""

    def has(self, number: int, key: str) -> bool:
        """Whether our own account left a comment with this hidden key."""

    def posted(self, number: int, body: str) -> None:
        """We left one."""


class ForgeReader(ABC):
    """A project's issues, read. Between runs it is remembered what they were, and what changed is asked for."""

    def __init__(  # noqa: PLR0913 - what a forge's adapter is made of
        self,
        session: Session,
        mirror: Mirror,
        *,
        people: People,
        listing: Listing,
        issues: Issues,
        comments: Comments,
    ) -> None:
        self._session = session
        self._mirror = mirror
        self._people = people
        self._listing = listing
        self._issues = issues
        self._comments = comments
        self._all_are_known = False  # the snapshot that was just taken lists everything

    @property
    def url(self) -> str:
        """The tracker as the operator named it."""
        return self._session.address.url

    @property
    def who(self) -> tuple[str, str]:
        """The project's own number, which stays when it is renamed, and our account there."""
        return str(self._session.project.id), self._session.account

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this forge can do and hold."""

    @abstractmethod
    def _ask(self, number: int) -> Raw:
        """One issue, asked for. `NotFoundError` where it is none of this project (any more)."""

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        """All issues with the label or a marker, in every state; with ``everything`` all others too.

        Without it, a released issue of a large project may be missing: the label tells ours from thousands.
        """
        if not (everything and self._all_are_known):
            self._renew(managed_label, everything=everything)
        coverage = self._mirror.coverage
        # What was read a moment ago is not read again to see the rest of it.
        self._all_are_known = not everything and coverage is not None and coverage.everything
        raws = [raw for _, raw in sorted(self._mirror.issues.items()) if is_issue(raw)]
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
            self._renew()
        raw = self._mirror.issues.get(number)
        return self.issue(number) if raw is None else self._issues.issue(raw)

    def find_by_identity(self, identity: str) -> Issue | None:
        """The oldest issue whose marker carries this identity, of those whose author may write.

        Raises:
            NewerMarkerError: one of their markers was written by a newer version.
        """
        self._renew()
        for _, raw in sorted(self._mirror.issues.items()):
            if MARKER_PREFIX in raw["body"] and is_issue(raw):
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

    def _renew(self, managed_label: str | None = None, *, everything: bool = False) -> None:
        """Know the issues as they are now; see `Listing.renew`."""
        self._mirror.is_of(self._session.project.id)
        self._listing.renew(managed_label, everything=everything)
        self._issues.settle()

    @property
    def _is_recent(self) -> bool:
        """Whether what changed was asked within the last minute."""
        coverage = self._mirror.coverage
        listed = None if coverage is None else age(coverage.listed_at, self._session.client.now)
        return listed is not None and listed <= RECENT

    def _read(self, number: int) -> Raw:
        with self._about(number):
            raw = self._ask(number)
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
            # An answer to a write may name labels without saying more of them.
            found |= {one["name"]: label(one) for one in raw["labels"] if one.get("color") or one["name"] not in found}
        return found

    def _milestones(self) -> dict[str, int]:
        """Milestones that are known, and their numbers."""
        found = {title: int(str(number)) for title, number in self._mirror.note("milestones").items()}
        for raw in self._mirror.issues.values():
            if raw["milestone"] is not None:
                found[str(raw["milestone"]["title"])] = int(raw["milestone"]["number"])
        return found
