"""What has to hold after every sync, whatever people did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from both_ways_model import MANAGED, Ident, Known, items_of, title_of
from builders import ME
from gapkeeper.model.delivery import ProposalState
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State, Status
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.marker import Marker, read_marker
from gapkeeper.planning.situation import Observed
from planning_pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from both_ways import World
    from both_ways_model import Expected, Sides
    from gapkeeper.model.delivery import Proposal
    from gapkeeper.model.snapshot import Issue
    from two_sides import Files, Ran


@dataclass(frozen=True)
class Look:
    """Both sides at one moment."""

    files: Files
    committed: Files
    tips: tuple[str, str | None]
    proposed: Files | None
    issues: Mapping[int, Issue]
    comments: Mapping[int, tuple[tuple[str, str], ...]]
    events: int
    proposals: tuple[Proposal, ...]


@dataclass
class Written:
    """What people wrote at one issue, and nobody but Gapkeeper touched since."""

    texts: list[str] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)  # with the name of who wrote it
    labels: set[str] = field(default_factory=set)
    title: str | None = None
    kind_is_off: bool = False  # a label of ours that never changes
    given_up: bool = False  # marker and label were gone: what is adopted then has no labels of ours

    def check(self, issue: Issue, comments: tuple[tuple[str, str], ...]) -> None:
        """Nothing of it is lost."""
        for text in self.texts:
            assert text in issue.body, f"#{issue.number} lost: {text}"
        said = [(who, text) for who, text in comments if who != ME.name]
        assert said == self.comments, f"#{issue.number} lost a comment"
        mine = {name for name in issue.labels if name.startswith("mine")}
        assert mine == self.labels, f"#{issue.number} lost a label, or got one"
        assert self.title in {None, issue.title}, f"#{issue.number} lost its title"
        kinds = [name for name in issue.labels if name.startswith("kind: ")]
        assert not (kinds and self.kind_is_off), f"#{issue.number} got a label again"


class Check:
    """What has to hold after one sync."""

    def __init__(self, world: World, expected: list[Expected], before: Look, after: Look, sides: Sides) -> None:
        self.world = world
        self.policy = world.policy
        self.expected = expected
        self.before = before
        self.after = after
        self.sides = sides
        self.wild = any(one.wild for one in expected)
        self.now = items_of(after.files)

    def everything(self, ran: Ran) -> None:
        self._exit_code(ran)
        self._documents()
        self._as_gapkeeper_reads()
        self._commits()
        for one in self.expected:
            if not one.wild:
                self._item(one)
        self._new_issues()
        self._strangers()
        self._one_issue_each()

    def made(self) -> dict[Ident, Known]:
        """What markers say, for what is not known otherwise."""
        found: dict[Ident, Known] = {}
        for number, issue in sorted(self.after.issues.items()):
            marker = read_marker(issue.body)
            if isinstance(marker, Marker):
                name = _ident(marker)
                showed = Observed.of_state(marker.state.tracker)
                found[name] = Known(
                    number,
                    marker.state.documents,
                    None if showed is Observed.OPEN else Reason(showed.value),
                    _words(marker, name),
                    marker.former or Status.PENDING,
                    frozenset(_ident_of(alias) for alias in marker.aliases),
                )
        return found

    def _exit_code(self, ran: Ran) -> None:
        waits = any(one.waits for one in self.expected)
        if self.wild:
            assert ran.exit_code in {0, 5}, ran
        else:
            assert ran.exit_code == (5 if waits else 0), ran

    # --- Documents ----------------------------------------------------------------------------------

    def _documents(self) -> None:
        """Only what states the status of an item whose issue a person moved is changed, and it says what it should."""
        before, after = self.before.files, self.after.files
        assert before.keys() == after.keys()
        assert self.now.keys() == self.sides.items.keys()
        written = {one.ident for one in self.expected if one.writes or one.wild}
        for path, data in before.items():
            ids = frozenset(name.id for name in written if self.sides.items.get(name, ("",))[0] == path)
            if not ids:
                assert after[path] == data, f"{path} was changed for nobody"
            assert Page(after[path]).skeleton(ids) == Page(data).skeleton(ids), f"{path} was changed elsewhere"
        for one in self.expected:
            if one.ident in self.now and not one.wild:
                found = self.now[one.ident][1].status
                assert found is one.says, f"{one.ident} is {found} in the documents, not {one.says}: {one}"

    def _as_gapkeeper_reads(self) -> None:
        """What was written means to Gapkeeper what it means to people."""
        said = self.world.place.says()
        if said is not None:
            assert said == {f"{path}#{name.id}": e.status.value for name, (path, e) in self.now.items()}

    def _commits(self) -> None:
        mode, written = self.policy.write_back, self.before.files != self.after.files
        if mode is WriteBack.PULL_REQUEST:
            assert not written
            assert self.after.tips[0] == self.before.tips[0]
            self._proposal()
        elif mode is WriteBack.COMMIT and written:
            assert self.after.tips[0] != self.before.tips[0]
            changed = {path: data for path, data in self.after.files.items() if data != self.before.files[path]}
            assert self.after.committed == {**self.before.committed, **changed}
        else:
            assert self.after.committed == self.before.committed
            assert self.after.tips == self.before.tips
            assert mode is WriteBack.WORKTREE or not written

    def _proposal(self) -> None:
        """One proposal for all that waits, and its branch says just that."""
        still_open = [p for p in self.after.proposals if p.state is ProposalState.OPEN]
        assert len(still_open) <= 1
        if self.sides.branch_is_theirs:
            assert self.after.tips[1] == self.before.tips[1], "a person's commit was thrown away"
            return
        if self.wild:
            return
        proposed = {one.ident: one.proposes for one in self.expected if one.proposes}
        assert bool(still_open) == bool(proposed), (still_open, proposed)
        if not proposed:
            return
        files = self.after.proposed
        assert files is not None
        assert files.keys() == self.after.committed.keys()
        items = items_of(files)
        for path, data in self.after.committed.items():
            ids = frozenset(name.id for name in proposed if self.sides.committed[name][0] == path)
            assert Page(files[path]).skeleton(ids) == Page(data).skeleton(ids), (
                f"{path} is proposed to change elsewhere"
            )
        for name, (_, entry) in self.sides.committed.items():
            assert items[name][1].status is (proposed.get(name) or entry.status), name

    # --- Issues -------------------------------------------------------------------------------------

    def _item(self, one: Expected) -> None:
        if one.known is None:
            return
        number = one.known.issue
        before, after = self.before.issues[number], self.after.issues[number]
        added = len(self.after.comments[number]) - len(self.before.comments[number])
        if one.alone or one.fresh:
            assert after == before, f"#{number} was touched: {one}"
            assert added == 0, f"#{number} got a comment: {one}"
            return
        assert after.reason is one.shows, f"#{number} shows {after.reason}, not {one.shows}: {one}"
        assert one.comments in {added, None}, f"#{number} got {added} comments, not {one.comments}: {one}"
        if one.ident not in self.now:
            return
        entry = self.now[one.ident][1]
        written = self.world.written[number]
        if written.title is None and not one.restored:
            assert after.title == title_of(one.ident, entry), f"#{number} is called {after.title}"
        stated = {name for name in after.labels if name.startswith("status: ")}
        if not written.given_up:
            assert stated == {f"status: {entry.status.words}"}, f"#{number} carries {stated}: {one}"
            assert "orphaned" not in after.labels, f"#{number} is no orphan"

    def _new_issues(self) -> None:
        """Those that should be made, and no others."""
        new = {n: issue for n, issue in self.after.issues.items() if n not in self.before.issues}
        made = self.made()
        for one in self.expected:
            if one.fresh and not one.wild:
                assert one.ident in made, f"{one.ident} has no issue"
                issue = new.pop(made[one.ident].issue, None)
                assert issue is not None, f"{one.ident} got no new issue: {one}"
                assert issue.reason is one.shows
                assert MANAGED in issue.labels
        assert self.wild or not new, f"made for nobody: {new}"

    def _strangers(self) -> None:
        """Issues of nothing that the documents speak of stay as they are."""
        if not self.wild:
            ours = {one.known.issue for one in self.expected if one.known is not None}
            for number in self.before.issues.keys() - ours:
                assert self.after.issues[number] == self.before.issues[number], f"#{number} was touched"
                assert self.after.comments[number] == self.before.comments[number]

    def _one_issue_each(self) -> None:
        history = {number for numbers in self.world.model.history.values() for number in numbers}
        markers = {n: read_marker(issue.body) for n, issue in self.after.issues.items()}
        history |= {m.continues for m in markers.values() if isinstance(m, Marker) and m.continues is not None}
        standing = [
            marker.identity
            for number, marker in markers.items()
            if isinstance(marker, Marker) and self.after.issues[number].state is State.OPEN and number not in history
        ]
        assert len(standing) == len(set(standing)), standing


def _ident_of(identity: str) -> Ident:
    parts = split_identity(identity)
    return Ident(parts.path, parts.id)


def _ident(marker: Marker) -> Ident:
    return _ident_of(marker.identity)


def _words(marker: Marker, name: Ident) -> str:
    """The item's own words in the title that the documents asked for."""
    title = marker.documents_title.removeprefix(f"{name.id}: ")
    return title if name.path is None else title.rpartition(" (")[0]
