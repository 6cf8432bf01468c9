"""The change of each match: one is drafted for every action that the state rule asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.errors import RejectedError
from gapkeeper.model.plan import Op
from gapkeeper.planning import reasons
from gapkeeper.planning.creating import draft_adopt, draft_create
from gapkeeper.planning.decide import EFFECTS
from gapkeeper.planning.drift import drift_of
from gapkeeper.planning.following import draft_follow
from gapkeeper.planning.leaving import draft_gone, draft_spare
from gapkeeper.planning.narrowing import names_of
from gapkeeper.planning.observe import is_our_account
from gapkeeper.planning.restoring import draft_restored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gapkeeper.model.drift import Drift
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.planning.decide import Action
    from gapkeeper.planning.drafting import Draft, Drafting
    from gapkeeper.planning.matching import Match
    from gapkeeper.planning.standing import Spare


def drafts_of(
    with_: Drafting, matches: Iterable[Match], actions: Iterable[Action], notes: list[str]
) -> list[Draft | None]:
    """For each match its change, if there is one."""
    drafts: list[Draft | None] = []
    for one, action in zip(matches, actions, strict=True):
        try:
            draft = _draft(with_, one, action)
        except RejectedError as error:  # people's text leaves no room: their issue, their choice
            notes.append(str(error))
            draft = None
        drafts.append(_proposed(with_, one, draft) if draft is not None and one.proposed else draft)
    return drafts


def _proposed(with_: Drafting, one: Match, draft: Draft) -> Draft:
    """A renumbering that people have to confirm."""
    if one.item is None or one.ours is None:
        return draft
    reason = reasons.renumbered(one.item, one.ours, with_.policy.labels.managed)
    return replace(draft, change=replace(draft.change, reason=reason, held="--accept-renumbering"))


def drift(matches: Iterable[Match], drafts: Iterable[Draft | None], policy: SyncPolicy) -> tuple[Drift, ...]:
    """What moved, of the items that the run is about."""
    found = [drift for one, draft in zip(matches, drafts, strict=True) if (drift := drift_of(one, draft)) is not None]
    wanted = {key.casefold() for key in policy.only}
    if wanted:
        found = [drift for drift in found if names_of(drift.key) & wanted]
    return tuple(sorted(found, key=lambda drift: (drift.key, drift.issue or 0)))


def _draft(with_: Drafting, one: Match, action: Action) -> Draft | None:
    op = EFFECTS[action].op
    if one.item is None:
        return None if one.ours is None else draft_gone(with_, one.ours, action)
    if op is None and one.ours is None:
        return None
    desired = with_.renderer.desired(one.item)
    if op is Op.CREATE:
        return draft_create(with_, one, action, one.item, desired)
    if op is Op.ADOPT and one.found is not None:
        return draft_adopt(with_, one.found, action, one.item, desired)
    if one.lost is not None:
        return draft_restored(with_, one.lost, action, one.item, desired)
    return None if one.ours is None else draft_follow(with_, one.ours, action, one.item, desired)


def spare_drafts(with_: Drafting, spares: Iterable[Spare], accounts: frozenset[str]) -> Iterator[Draft]:
    """The changes of further issues of an identity; ``accounts`` are ours, in small letters."""
    for spare in spares:
        draft = draft_spare(with_, spare, written_by_us=is_our_account(spare.ours.issue.author, accounts))
        if draft is not None:
            yield draft
