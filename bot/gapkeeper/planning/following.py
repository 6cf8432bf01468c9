"""An item that has an issue: what documents changed follows, what people changed stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.plan import Change, IssueUpdate, Op
from gapkeeper.model.status import Rank, State, Status
from gapkeeper.planning import reasons
from gapkeeper.planning.body import compose_body, replace_marker
from gapkeeper.planning.decide import EFFECTS, Action
from gapkeeper.planning.digests import statement_digest
from gapkeeper.planning.drafting import Draft, ends, managed_text, shown
from gapkeeper.planning.fields import field_moves
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.links import link_moves
from gapkeeper.planning.marker import Pair, TrackerState
from gapkeeper.planning.situation import Observed

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.planning.drafting import Drafting
    from gapkeeper.planning.fields import Fields, Moves
    from gapkeeper.planning.issue import DesiredIssue
    from gapkeeper.planning.links import LinkMoves
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.observe import Ours

#: Statements that somebody edits for one item; sections and ranges speak for many.
_OWN_RANKS = frozenset({Rank.HEADING, Rank.ROW, Rank.LIST})


def draft_follow(with_: Drafting, ours: Ours, action: Action, item: Item, desired: DesiredIssue) -> Draft | None:
    """What an action means for an issue of ours, with all fields that moved; None: nothing did.

    Raises:
        RejectedError: People's text leaves no room for our part.
    """
    moves = field_moves(desired, ours.issue, ours.marker)
    links = link_moves(desired.links, ours.issue, ours.marker.links, with_.targets)
    one = _Following(with_, ours, action, item, desired)
    return one.draft(moves, links) if EFFECTS[action].op or one.moved(moves, links) else None


class _Following(NamedTuple):
    """One issue, its item, and what was decided. A named tuple, since one is made of every issue in every run."""

    with_: Drafting
    ours: Ours
    action: Action
    item: Item
    desired: DesiredIssue

    @property
    def content_moved(self) -> bool:
        """Whether the managed part has something else to say."""
        return self.desired.content != self.ours.marker.body

    def moved(self, moves: Moves, links: LinkMoves) -> bool:
        """Whether anything follows, state aside."""
        return bool(
            moves.fields
            or self.content_moved
            or links.add
            or links.remove
            or links.base.documents != self.ours.marker.links.documents
            or self.desired.identity != self.ours.marker.identity
        )

    def draft(self, moves: Moves, links: LinkMoves) -> Draft:
        """The change, with everything that one update carries."""
        issue, effect = self.ours.issue, EFFECTS[self.action]
        fields = moves.fields | self._identity_fields() | self._link_fields(links)
        change = Change(
            effect.op or Op.UPDATE,
            self.item.key,
            "",
            identity=self.desired.identity,
            issue=issue.number,
            source=(self.item.status_source or self.item.source) if effect.op else self.item.source,
            links=links.add,
            unlinks=links.remove,
            expects=issue.ground,
        )
        after = self.with_.state_after(effect, issue, self.desired.reason)
        writes = effect.moves_base or fields or self.content_moved
        moves = replace(moves, fields=fields | self._state_fields(after))
        change = self._written(change, moves, links, after) if writes else self._linked(change, moves.fields, links)
        change = self._with_writing(change)
        return self._judged(change, closes=issue.state is State.OPEN and after is not TrackerState.OPEN)

    def _with_writing(self, change: Change) -> Change:
        """What the documents get for what a person did, or why they do not get it now."""
        if self.action not in {Action.WRITE_BACK, Action.WRITTEN}:
            return change
        known, identity = self.with_.write_backs, self.desired.identity
        wanted = written_back(Observed.of(self.ours.issue), self.ours.marker)
        actor = self.ours.issue.state_actor
        return replace(
            change,
            writes=wanted,
            moved_by=None if actor is None else actor.name,
            lines=known.lines(identity),
            obstacle=known.obstacles.get(identity),
        )

    def _identity_fields(self) -> Fields:
        was, now = split_identity(self.ours.marker.identity), split_identity(self.desired.identity)
        moved: Fields = {"document": (was.path, now.path), "id": (was.id, now.id)}
        return {name: (old, new) for name, (old, new) in moved.items() if old != new}

    def _link_fields(self, links: LinkMoves) -> Fields:
        before, after = self.ours.marker.links.documents, links.base.documents
        return {} if before == after else {"links": (ends(before), ends(after))}

    def _state_fields(self, after: TrackerState) -> Fields:
        base = self.ours.marker
        now, known = Observed.of(self.ours.issue), Observed.of_state(base.state.tracker)
        if self.action is Action.WRITE_BACK:
            return {"status": (self.item.status.words, written_back(now, base).words)}
        fields: Fields = {}
        if EFFECTS[self.action].moves_base:
            if base.state.documents is not self.item.status:
                was = base.state.documents
                fields["status"] = ("absent" if was is None else was.words, self.item.status.words)
            if Observed.of_state(after) is not now:
                fields["state"] = (now.value, Observed.of_state(after).value)
            elif known is not now:
                fields["remembered"] = (known.value, now.value)
        return fields

    def _written(self, change: Change, moves: Moves, links: LinkMoves, after: TrackerState) -> Change:
        """One comment, if one is due, and one update that carries everything, the marker included."""
        issue, base, effect = self.ours.issue, self.ours.marker, EFFECTS[self.action]
        marker = replace(
            self.with_.renewed(moves.marker, self.item, self.desired),
            state=Pair(self.item.status, after) if effect.moves_base else base.state,
            links=links.base,
            aliases=self._aliases(),
        )
        update, fields = moves.update, dict(moves.fields)
        if Observed.of_state(after) is not Observed.of(issue):
            reason = None if after is TrackerState.OPEN else self.with_.possible(self.desired.reason)
            update = replace(update, state=after.state, reason=reason)
        if self.content_moved or not update.empty:
            managed = self.with_.renderer.body(self.item, continues=base.continues)
            body = compose_body(issue.body, marker, managed, self.with_.capabilities)
        else:
            body = replace_marker(issue.body, marker)
        if self.content_moved:
            fields["body"] = (managed_text(issue.body), managed_text(body))
        key, comment = self.with_.comment(self.action, self.item, issue, self.desired.identity, base.serial)
        return replace(
            change,
            reason=reasons.updated(self.action, self.item, issue, fields),
            fields=shown(fields),
            comment=comment,
            comment_key=key,
            update=replace(update, body=body),
        )

    def _linked(self, change: Change, fields: Fields, links: LinkMoves) -> Change:
        """No new marker is due: only links that a crash left out, and only once they are made the marker says so."""
        base, issue = self.ours.marker, self.ours.issue
        then = None
        if links.add or links.remove:
            fields = {**fields, "links": (ends(links.remove), ends(links.add))}
            if links.made != base.links:
                made = replace(base, links=links.made, serial=base.serial + 1)
                then = IssueUpdate(body=replace_marker(issue.body, made))
        reason = reasons.updated(self.action, self.item, issue, fields)
        return replace(change, reason=reason, then=then, fields=shown(fields))

    def _aliases(self) -> tuple[str, ...]:
        base, identity = self.ours.marker, self.desired.identity
        known = (*base.aliases, base.identity)
        return tuple(dict.fromkeys(alias for alias in known if alias != identity))

    def _judged(self, change: Change, *, closes: bool) -> Draft:
        """Tell a reading change, and a close for which nobody edited the item's own statement."""
        base = self.ours.marker
        same_words = statement_digest(self.item) == base.statement
        moved = base.state.documents is not None and self.item.status is not base.state.documents
        if moved and same_words and self.with_.register.rules_digest != base.rules:
            held = None if self.with_.policy.accept_reading else "--accept-reading"
            change = replace(change, reason=reasons.reading_change(change.reason, base, self.item), held=held)
        stated = self.item.status_statement
        edited = stated is not None and stated.rank in _OWN_RANKS and not same_words
        return Draft(change, removes=closes and not edited)


def written_back(now: Observed, base: Marker) -> Status:
    """The status that documents get for what a person did: a reopened item has its former open one again."""
    if now is Observed.OPEN:
        return base.former or Status.PENDING
    return Status.CANCELLED if now is Observed.NOT_PLANNED else Status.RESOLVED
