"""Issues whose item is gone from the documents, and issues that are one too many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Change, IssueUpdate, Op
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import State
from gapkeeper.planning import reasons
from gapkeeper.planning.body import replace_marker
from gapkeeper.planning.comments import duplicate_comment, orphan_comment
from gapkeeper.planning.decide import EFFECTS, Action
from gapkeeper.planning.drafting import Draft, shown
from gapkeeper.planning.fields import NO_UPDATE, Moves, label_moves
from gapkeeper.planning.identity import split_identity
from gapkeeper.planning.marker import Pair, TrackerState, comment_key
from gapkeeper.planning.situation import Observed

if TYPE_CHECKING:
    from gapkeeper.planning.drafting import Drafting
    from gapkeeper.planning.observe import Ours
    from gapkeeper.planning.standing import Spare


def draft_gone(with_: Drafting, ours: Ours, action: Action) -> Draft | None:
    """The item is gone: a label and a comment, or a close."""
    issue, base, effect = ours.issue, ours.marker, EFFECTS[action]
    if effect.op is None:
        return None
    moves = Moves(NO_UPDATE, {}, base)
    if action is Action.ORPHAN:
        moves = label_moves(moves, frozenset({*base.labels.documents, with_.renderer.labels.orphaned}), issue)
    after = with_.state_after(effect, issue, Reason.NOT_PLANNED)
    was = base.state.documents
    update, fields = moves.update, {**moves.fields, "status": ("absent" if was is None else was.words, "absent")}
    if effect.state is not None:
        update = replace(update, state=effect.state, reason=with_.possible(Reason.NOT_PLANNED))
        fields["state"] = (Observed.of(issue).value, Observed.of_state(after).value)
    marker = replace(
        moves.marker,
        state=Pair(None, after),
        statement="",
        rules=with_.register.rules_digest,
        revision=with_.register.revision,
        serial=base.serial + 1,
        orphaned=True,
    )
    key = comment_key(effect.op.value, base.identity, base.serial)
    change = Change(
        effect.op,
        base.key,
        reasons.absent(base),
        identity=base.identity,
        issue=issue.number,
        fields=shown(fields),
        comment=orphan_comment(base.key, with_.renderer.telling, key, closed=effect.state is not None),
        comment_key=key,
        update=replace(update, body=replace_marker(issue.body, marker)),
        expects=issue.ground,
    )
    return Draft(change, removes=True, lost=base.document or split_identity(base.identity).path)


def draft_spare(with_: Drafting, spare: Spare, *, written_by_us: bool) -> Draft | None:
    """A further issue of an identity: ours is closed as a duplicate, a person's copy is only released."""
    issue, base = spare.ours.issue, spare.ours.marker
    if issue.state is State.CLOSED or (written_by_us and base.state.tracker.state is State.CLOSED):
        return None  # closed already, or opened again by a person: theirs to decide
    change = Change(
        Op.DUPLICATE,
        base.key,
        f"#{spare.kept} stands for the same item and is older",
        identity=base.identity,
        issue=issue.number,
        expects=issue.ground,
    )
    if not written_by_us:
        managed = with_.renderer.labels.managed.casefold()
        names = frozenset(name for name in issue.labels if name.casefold() == managed)
        labels = (tuple(sorted(issue.labels)), tuple(sorted(issue.labels - names)))
        reason = f"a person's copy of #{spare.kept}: released"
        update = IssueUpdate(remove_labels=names)
        return Draft(replace(change, reason=reason, fields=shown({"labels": labels}), update=update))
    why = with_.possible(Reason.DUPLICATE)
    after = TrackerState.make(State.CLOSED, why)
    marker = replace(base, state=Pair(base.state.documents, after), serial=base.serial + 1)
    key = comment_key(Op.DUPLICATE.value, base.identity, base.serial)
    change = replace(
        change,
        fields=shown({"state": ("open", Observed.of_state(after).value)}),
        comment=duplicate_comment(base.key, spare.kept, key),
        comment_key=key,
        update=IssueUpdate(body=replace_marker(issue.body, marker), state=State.CLOSED, reason=why),
    )
    return Draft(change, removes=True)
