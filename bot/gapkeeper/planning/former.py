"""Items under a new identity: moved to another document, with their document, or renumbered.

An issue whose item is gone, and an item that has no issue, may be the same thing. The first of these
that pairs one with one decides:

1. the marker: the identity is a former one, so the documents are those from before a move;
2. the document: `Issue: #12` beside the item;
3. git: the document was renamed since the marker was written;
4. the title: the same ID in another document, and like words;
5. the title again: another ID of the same kind in the same document, and the same words. That is
   proposed and not done: a new item may well be named as an old one was.

What pairs with more than one is left as it is: gone, and new.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper import escaping
from gapkeeper.model.status import State
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.title import without_document
from gapkeeper.reading.likeness import folded, unlike

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.planning.history import History
    from gapkeeper.planning.observe import Observation, Ours

#: So many pairs of titles under one ID are compared; where there are more, only equal titles count.
_COMPARED = 2_500


class Former(NamedTuple):
    """The identity under which an item's issue is known so far."""

    identity: str
    proposed: bool = False  # a renumbering: people have to say so


def former_identities(
    items: Mapping[str, Item],
    kept: Mapping[str, Ours],
    seen: Observation,
    history: History,
    revision: str | None,
) -> Mapping[str, Former]:
    """For each item under a new identity the one that its issue carries.

    Args:
        items: The items of the documents, by identity.
        kept: The issues that stand for something, by identity.
        seen: The tracker, sorted. Where it was not read whole, an item whose document names another issue is new for
            now: it makes the run read everything.
        history: What git knows. It is asked only where something is gone and something is new under its ID.
        revision: The commit that is read.
    """
    known = {**seen.released, **kept}
    gone = [_Gone.of(ours) for identity, ours in known.items() if identity not in items]
    if not gone:
        return {}
    guessed = {identity for identity, lost in seen.lost.items() if not lost.tells(identity, items[identity])}
    settled = {*known, *(seen.lost.keys() - guessed), *(damaged.identity for _, damaged in seen.damaged)}
    new = [_New.of(identity, item) for identity, item in items.items() if identity not in settled]
    fresh = [
        _New.of(identity, items[identity])
        for identity in items.keys() & kept.keys()
        if _is_fresh(kept[identity], revision)
    ]
    pairing = _Pairing(gone, new, fresh, history)
    pairing.by_marker()
    pairing.by_link(Counter(item.issue_link for item in items.values()), seen.named if seen.complete else None)
    pairing.by_git()
    pairing.by_title()
    pairing.leave_out(guessed)
    pairing.by_renumbering(kept)
    return pairing.former


def _is_fresh(ours: Ours, revision: str | None) -> bool:
    """Whether an issue may have been made by a run that was cut off: it took one of several that could be meant."""
    return ours.marker.serial == 1 and ours.marker.revision == revision


@dataclass(frozen=True, slots=True)
class _End:
    """One side of a pair."""

    identity: str
    kind: str
    path: str | None
    id: str
    title: str  # the item's own words

    @property
    def key(self) -> tuple[str, str]:
        """What it is called in its document."""
        return self.kind, self.id

    @property
    def words(self) -> str:
        """The title in a form that case and punctuation do not change."""
        return folded(self.title)


@dataclass(frozen=True, slots=True)
class _Gone(_End):
    """An issue whose item is gone."""

    ours: Ours

    @classmethod
    def of(cls, ours: Ours) -> _Gone:
        identity, title = ours.marker.identity, ours.marker.documents_title
        _, kind, path, id_ = split_identity(identity)
        own = without_document(title, path).removeprefix(escaping.title(id_)).removeprefix(": ")
        return cls(identity, kind, path, id_, own, ours)

    @property
    def orphaned(self) -> bool:
        """Whether the last sync knew that it is gone."""
        return self.ours.marker.state.documents is None

    @property
    def finished(self) -> bool:
        """Both sides say, or said, that it is closed or gone."""
        known = self.ours.marker.state.documents
        return self.ours.issue.state is State.CLOSED and (known is None or known.state is State.CLOSED)


@dataclass(frozen=True, slots=True)
class _New(_End):
    """An item that has no issue."""

    link: int | None  # the issue that the document names
    state: State

    @classmethod
    def of(cls, identity: str, item: Item) -> _New:
        return cls(
            identity, item.kind, item.path, item.id, escaping.clean_line(item.title), item.issue_link, item.state
        )


class _Pairing:
    """Pairs what is gone with what is new; what is paired is neither any more."""

    def __init__(self, gone: Iterable[_Gone], new: Iterable[_New], fresh: Sequence[_New], history: History) -> None:
        self._fresh = fresh  # not to be paired, and no less like what is gone than those that are
        self._gone = {end.identity: end for end in gone}
        self._new = {end.identity: end for end in new}
        self._history = history
        self._renamed: dict[str, dict[str, str]] = {}  # by revision: path then -> path now
        self.former: dict[str, Former] = {}

    def by_marker(self) -> None:
        """Former identities that markers tell of. An ID can be given away since, so there the words have to agree."""
        known = {alias: gone for gone in self._gone.values() for alias in gone.ours.marker.aliases}
        for alias, gone in known.items():
            new = self._new.get(alias)
            if new is not None and gone.identity in self._gone and (gone.id == new.id or gone.words == new.words):
                self._pair(gone, new)

    def by_link(self, links: Mapping[int | None, int], named: Container[int] | None) -> None:
        """What documents say themselves, unless several say it, also for an item that has an issue.

        Another issue that they name is their answer as well; None: nobody looked.
        """
        self._pair_equal(
            lambda gone: links.get(gone.ours.issue.number) == 1 and gone.ours.issue.number,
            lambda new: new.link,
            self._pair,
        )
        for new in [new for new in self._new.values() if new.link is not None]:
            if named is None or new.link in named:
                del self._new[new.identity]

    def by_git(self) -> None:
        """Documents that were renamed, whatever their items are called now."""
        wanted = {new.key for new in self._new.values()}
        self._pair_equal(
            lambda gone: gone.key in wanted and (path := self._path_now(gone)) and (gone.key, path),
            lambda new: (new.key, new.path),
            self._pair,
        )

    def by_title(self) -> None:
        """Items that stand in another document than before."""
        self._pair_equal(lambda gone: (gone.key, gone.words), lambda new: (new.key, new.words), self._guess)
        for gone, new in self._groups(lambda gone: gone.key, lambda new: new.key):
            if len(gone) * len(new) <= _COMPARED:
                self._pair_like(gone, new)

    def leave_out(self, identities: Collection[str]) -> None:
        """Items for which there is another issue, if nothing paired them so far."""
        self._new = {identity: new for identity, new in self._new.items() if identity not in identities}

    def by_renumbering(self, kept: Container[str]) -> None:
        """Other IDs for the same words. What was finished may come again, so that is no renumbering."""
        for gone in [gone for gone in self._gone.values() if gone.identity not in kept or gone.finished]:
            del self._gone[gone.identity]
        self._pair_equal(
            lambda gone: gone.words and (gone.kind, gone.path, gone.words),
            lambda new: (new.kind, new.path, new.words),
            self._propose,
        )
        wanted = {(new.kind, new.words) for new in self._new.values()}
        self._pair_equal(
            lambda gone: (
                (gone.kind, gone.words) in wanted and (path := self._path_now(gone)) and (gone.kind, path, gone.words)
            ),
            lambda new: (new.kind, new.path, new.words),
            self._propose,
        )

    def _groups(
        self, of_gone: Callable[[_Gone], object], of_new: Callable[[_New], object]
    ) -> Iterable[tuple[list[_Gone], list[_New]]]:
        """Both sides by a key; those that have none, or the same as nothing on the other side, are left out."""
        groups: dict[object, tuple[list[_Gone], list[_New]]] = {}
        for gone in self._gone.values():
            if key := of_gone(gone):
                groups.setdefault(key, ([], []))[0].append(gone)
        for new in (*self._new.values(), *self._fresh) if groups else ():
            found = groups.get(of_new(new))
            if found is not None:
                found[1].append(new)
        return [group for group in groups.values() if group[1]]

    def _pair_equal(
        self,
        of_gone: Callable[[_Gone], object],
        of_new: Callable[[_New], object],
        pair: Callable[[_Gone, _New], None],
    ) -> None:
        """Pair what has the same key, where there is one of each."""
        for gone, new in self._groups(of_gone, of_new):
            if len(gone) == len(new) == 1:
                pair(gone[0], new[0])

    def _pair_like(self, gone: list[_Gone], new: list[_New]) -> None:
        """Pair like titles, where each is like one only."""
        pairs = [(g, n) for g in gone for n in new if not unlike(g.title, n.title)]
        times = Counter(end.identity for pair in pairs for end in pair)  # no identity is on both sides
        for g, n in pairs:
            if times[g.identity] == times[n.identity] == 1:
                self._guess(g, n)

    def _guess(self, gone: _Gone, new: _New, *, proposed: bool = False) -> None:
        if not gone.orphaned or new.state is State.OPEN:  # else it was there when the other became an orphan
            self._pair(gone, new, proposed=proposed)

    def _propose(self, gone: _Gone, new: _New) -> None:
        self._guess(gone, new, proposed=True)

    def _pair(self, gone: _Gone, new: _New, *, proposed: bool = False) -> None:
        if new.identity in self._new:  # else it has an issue
            self.former[new.identity] = Former(gone.identity, proposed)
            del self._gone[gone.identity], self._new[new.identity]

    def _path_now(self, gone: _Gone) -> str | None:
        """Where git says that the document of an item went; None where it does not say."""
        revision = gone.ours.marker.revision
        if revision is None or gone.path is None:
            return None
        if revision not in self._renamed:
            self._renamed[revision] = {then: now for now, then in self._history.renamed(revision).items()}
        return self._renamed[revision].get(gone.path)
