"""What the changes of one plan share: the values they are made from, markers, states and comments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.model.status import State
from gapkeeper.planning import comments, reasons
from gapkeeper.planning.body import split_body
from gapkeeper.planning.comments import Move
from gapkeeper.planning.decide import EFFECTS, Action
from gapkeeper.planning.digests import statement_digest
from gapkeeper.planning.marker import TrackerState, comment_key
from gapkeeper.planning.write_backs import NO_WRITE_BACKS, WriteBacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities, Issue, Reason
    from gapkeeper.model.spans import Place
    from gapkeeper.planning.decide import Effect
    from gapkeeper.planning.issue import DesiredIssue, IssueRenderer
    from gapkeeper.planning.links import Targets
    from gapkeeper.planning.marker import Links, Marker


@dataclass(frozen=True, slots=True)
class Draft:
    """A change, and what the safety rules want to know of it."""

    change: Change
    removes: bool = False  # closes or orphans, and nobody edited the item's own statement for it
    lost: str | None = None  # the document that the item stood in, where it is gone


@dataclass(frozen=True, slots=True)
class Drafting:
    """What every change of one plan is made from."""

    register: Register
    policy: SyncPolicy
    capabilities: Capabilities
    renderer: IssueRenderer
    targets: Targets
    written_by: Callable[[Place], str | None]  # who committed what stands at a place, where that is known
    write_backs: WriteBacks = NO_WRITE_BACKS

    def renewed(self, base: Marker, item: Item, desired: DesiredIssue) -> Marker:
        """The marker with what the documents say now; state, links and aliases aside."""
        return replace(
            base,
            identity=desired.identity,
            key=item.key,
            statement=statement_digest(item),
            rules=self.register.rules_digest,
            revision=self.register.revision,
            serial=base.serial + 1,
            body=desired.content,
            document=item.home.path,
            former=item.status if item.state is State.OPEN else base.former,
            orphaned=False,
        )

    def state_after(self, effect: Effect, issue: Issue, reason: Reason | None) -> TrackerState:
        """What the tracker shows once an action is done."""
        if effect.state is None:
            return TrackerState.of(issue)
        return TrackerState.make(effect.state, self.possible(reason))

    def possible(self, reason: Reason | None) -> Reason | None:
        """The reason for a close, where the tracker knows it."""
        return reason if reason in self.capabilities.reasons else None

    def comment(
        self, action: Action, item: Item, issue: Issue, identity: str, serial: int
    ) -> tuple[str | None, str | None]:
        """The hidden key and the text of the comment that goes with an action, if one does."""
        effect = EFFECTS[action]
        if not effect.comments or effect.op is None:
            return None, None
        key = comment_key(effect.op.value, identity, serial)
        barred = self.write_backs.barred.get(identity)
        return key, self._text(action, item, issue, key, barred)

    def _text(self, action: Action, item: Item, issue: Issue, key: str, barred: str | None) -> str:
        telling = self.renderer.telling
        move = Move(TrackerState.of(issue), None if issue.state_actor is None else issue.state_actor.name)
        match action:
            case Action.CLOSE | Action.REOPEN:
                tell = comments.close_comment if action is Action.CLOSE else comments.reopen_comment
                author = self.written_by(item.status_source or item.source)
                return tell(item, telling, key, written_by=author)
            case Action.UNDO_CLOSE | Action.UNDO_REOPEN:
                return comments.undo_comment(item, telling, key, move)
            case Action.CONFLICT:
                return comments.conflict_comment(item, telling, key, move)
            case Action.ADOPT_APART:
                return comments.adopted_apart_comment(item, telling, key)
            case _:
                why = reasons.untold(issue, self.policy, barred)
                return comments.moved_on_tracker_comment(item, telling, key, move, why)


def shown(fields: Mapping[str, tuple[object, object]]) -> Mapping[str, tuple[object, object]]:
    """Fields in a fixed order, not to be changed any more."""
    return MappingProxyType({name: fields[name] for name in sorted(fields)})


def ends(links: Iterable[tuple[str, str]] | Links) -> tuple[str, ...]:
    """The identities that links end in, as a field shows them: without the namespace."""
    return tuple(sorted(identity.partition("/")[2] for _, identity in links))


def managed_text(body: str) -> str:
    """The text of our part, without its two marker lines."""
    return "\n".join(split_body(body).managed.splitlines()[1:-1])
