"""Whose word counts: which issues of a snapshot are ours, and what is said of the others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapkeeper.errors import NewerMarkerError
from gapkeeper.model.snapshot import Role
from gapkeeper.planning.identity import namespace_prefix
from gapkeeper.planning.lost import Lost, told
from gapkeeper.planning.marker import MARKER_PREFIX, DamagedMarker, Marker, read_marker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Actor, Issue, Snapshot

#: So many issues of ours under one unknown account are our own former account, and no accident.
_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Ours:
    """An issue whose marker is believed."""

    issue: Issue
    marker: Marker


@dataclass(slots=True)
class Observation:
    """A snapshot, sorted by what its issues are to us. Issues of one identity stand by number."""

    managed: dict[str, list[Ours]] = field(default_factory=lambda: defaultdict(list))  # by identity
    released: dict[str, Ours] = field(default_factory=dict)  # by identity; the label was taken off
    damaged: list[tuple[Issue, DamagedMarker]] = field(default_factory=list)  # and nobody knows whose
    lost: dict[str, Lost] = field(default_factory=dict)  # by identity: the marker is damaged or gone, the item certain
    unmarked: list[Issue] = field(default_factory=list)  # by people whose word counts
    named: dict[int, Issue] = field(default_factory=dict)  # by number: unmarked, and named by a document
    foreign: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # author -> numbers
    elsewhere: list[Ours] = field(default_factory=list)  # managed issues that carry another namespace
    complete: bool = True  # all issues of the project were looked at

    @property
    def revisions(self) -> frozenset[str]:
        """The revisions that the markers hold."""
        return frozenset(
            ours.marker.revision
            for group in self.managed.values()
            for ours in group
            if ours.marker.revision is not None
        )

    @property
    def former_accounts(self) -> tuple[str, ...]:
        """Unknown accounts that wrote several of our issues: this is how a move from a token to an App looks."""
        return tuple(sorted(author for author, numbers in self.foreign.items() if len(numbers) >= _SEVERAL))

    def notes(self) -> list[str]:
        """What people should know of the issues that are not touched."""
        notes = self.strangers()
        notes += [
            f"#{issue.number}: {damaged.reason}; the issue is left alone. Restore the marker from the"
            " issue's history, or remove the whole managed part"
            for issue, damaged in self.damaged
        ]
        notes += [
            f"{ours.marker.key}: #{ours.issue.number} was released (its label was taken off) and is left alone"
            for _, ours in sorted(self.released.items())
        ]
        return notes

    def strangers(self) -> list[str]:
        """Of those the ones that are not ours."""
        notes = [
            f"{_issues(numbers)} by {author}, who has no write access here: the marker is not believed, nothing is done"
            for author, numbers in sorted(self.foreign.items())
        ]
        if self.elsewhere:
            numbers = [one.issue.number for one in self.elsewhere]
            came = f"{_issues(numbers)} came here from another project, or [sync] namespace was another one"
            notes.append(f"{came}: the marker is not ours")
        return notes


def observe(snapshot: Snapshot, managed_label: str, accounts: Iterable[str], items: Mapping[str, Item]) -> Observation:
    """Sort a snapshot by whose word counts.

    Args:
        snapshot: What the tracker holds.
        managed_label: The label that says that an issue is ours; any case.
        accounts: Our further accounts; any case.
        items: The items of the documents, by identity. Whoever wrote an issue that a document names as
            the one of an item: its marker is ours where it is of that item, or of none that is there.

    Raises:
        NewerMarkerError: An issue whose author's word counts carries a marker of a newer version.
    """
    sorting = _Sorting(our_accounts(snapshot, accounts), namespace_prefix(snapshot.namespace), managed_label, items)
    for issue in (*snapshot.issues, *(snapshot.others or ())):
        sorting.add(issue)
    seen = sorting.finished(snapshot.namespace)
    seen.complete = snapshot.others is not None
    return seen


class _Sorting:
    """Sorts one issue after the other."""

    def __init__(self, our_accounts: Collection[str], prefix: str, label: str, items: Mapping[str, Item]) -> None:
        self._our_accounts = our_accounts
        self._prefix = prefix
        self._label = label
        self._items = items
        self._named: dict[int, set[str]] = {}  # issues that documents name, and for which identities
        for identity, item in items.items():
            if item.issue_link is not None:
                self._named.setdefault(item.issue_link, set()).add(identity)
        self._seen = Observation()
        self._lost: list[Lost] = []

    def add(self, issue: Issue) -> None:
        """Sort an issue in."""
        named = self._named.get(issue.number)
        counts = word_counts(issue.author, self._our_accounts)
        marker = _read(issue, believed=counts or named is not None) if MARKER_PREFIX in issue.body else None
        if isinstance(marker, Marker):
            vouched = named is not None and (marker.identity in named or marker.identity not in self._items)
            self._with_marker(Ours(issue, marker), believed=counts or vouched)
        elif marker is None:
            self._without(issue, counts=counts, named=named is not None)
        elif counts and carries(issue, self._label):
            self._lost.append(Lost(issue, marker))
        elif counts or named is not None:
            self._seen.damaged.append((issue, marker))

    def finished(self, namespace: str) -> Observation:
        """Everything, now that all is known."""
        seen = self._seen
        for group in seen.managed.values():
            group.sort(key=lambda one: one.issue.number)
        seen.lost = told(self._lost, self._items, seen.managed, seen.released, namespace)
        found = {lost.issue.number for lost in seen.lost.values()}
        seen.damaged += [
            (one.issue, one.damaged) for one in self._lost if one.damaged and one.issue.number not in found
        ]
        return seen

    def _with_marker(self, one: Ours, *, believed: bool) -> None:
        issue, identity = one.issue, one.marker.identity
        has_label = carries(issue, self._label)
        if not identity.startswith(self._prefix):
            if has_label:
                self._seen.elsewhere.append(one)
        elif not believed:
            # Only who has write access can put a label on; without it, anybody may have copied a marker.
            if has_label:
                self._seen.foreign[issue.author.name].append(issue.number)
        elif has_label:
            self._seen.managed[identity].append(one)
        else:
            self._seen.released.setdefault(identity, one)

    def _without(self, issue: Issue, *, counts: bool, named: bool) -> None:
        if is_our_account(issue.author, self._our_accounts) and carries(issue, self._label):
            self._lost.append(Lost(issue, None))
        if counts:
            self._seen.unmarked.append(issue)
        if named:
            self._seen.named[issue.number] = issue


def carries(issue: Issue, label: str) -> bool:
    """Whether an issue has a label, in any case."""
    return label in issue.labels or any(name.casefold() == label.casefold() for name in issue.labels)


def our_accounts(snapshot: Snapshot, accounts: Iterable[str]) -> frozenset[str]:
    """The present account and our further ones, in small letters."""
    return frozenset(name.casefold() for name in (snapshot.account, *accounts))


def is_our_account(actor: Actor, our_accounts: Collection[str]) -> bool:
    """Whether somebody is one of our accounts; these are given in small letters."""
    return actor.role is Role.SELF or actor.name.casefold() in our_accounts


def word_counts(actor: Actor, our_accounts: Collection[str]) -> bool:
    """Whether somebody's marker or title counts: one of our accounts, or somebody with write access."""
    return actor.role in {Role.SELF, Role.WRITE} or actor.name.casefold() in our_accounts


def _read(issue: Issue, *, believed: bool) -> Marker | DamagedMarker | None:
    try:
        return read_marker(issue.body)
    except NewerMarkerError as error:
        if not believed:  # anybody can write such text, and must not stop us
            return None
        raise NewerMarkerError(f"#{issue.number}: {error.message}", hint=error.hint) from error


def _issues(numbers: Iterable[int]) -> str:
    listed = [f"#{number}" for number in sorted(numbers)]
    shown = ", ".join(listed[:5])
    return shown if len(listed) <= 5 else f"{shown} and {len(listed) - 5} more"
