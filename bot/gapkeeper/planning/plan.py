"""Register and snapshot to a plan: everything one sync would write, decided before the first write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.errors import RejectedError
from gapkeeper.model.plan import Op, Plan
from gapkeeper.model.status import State
from gapkeeper.planning import reasons
from gapkeeper.planning.creating import draft_adopt, draft_create
from gapkeeper.planning.decide import EFFECTS, Action, decide
from gapkeeper.planning.drafting import Drafting
from gapkeeper.planning.drift import drift_of
from gapkeeper.planning.following import draft_follow
from gapkeeper.planning.former import former_identities
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.identity import identity_of, split_identity
from gapkeeper.planning.issue import IssueRenderer
from gapkeeper.planning.leaving import draft_gone, draft_spare
from gapkeeper.planning.links import Targets
from gapkeeper.planning.matching import match
from gapkeeper.planning.observe import carries, is_our_account, observe, our_accounts
from gapkeeper.planning.project import link_numbers, project_changes, requests
from gapkeeper.planning.restoring import draft_restored
from gapkeeper.planning.safety import Evidence, refusal
from gapkeeper.planning.situation import Base, Choices, Mover, Observed, situation
from gapkeeper.planning.standing import standing
from gapkeeper.planning.title import issue_title, without_document
from gapkeeper.planning.write_backs import NO_WRITE_BACKS
from gapkeeper.reading.likeness import unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gapkeeper.model.drift import Drift
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities, Issue, Snapshot
    from gapkeeper.planning.drafting import Draft
    from gapkeeper.planning.history import History
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.matching import Match
    from gapkeeper.planning.standing import Spare
    from gapkeeper.planning.write_backs import WriteBacks


def plan(  # noqa: PLR0913 - the two sides, the rules, and what only the edges know, each by name
    register: Register,
    snapshot: Snapshot,
    policy: SyncPolicy,
    *,
    tracker: str,
    capabilities: Capabilities,
    history: History = NO_HISTORY,
    write_backs: WriteBacks = NO_WRITE_BACKS,
) -> Plan:
    """Decide everything that one sync would write.

    A plan that creates or adopts issues is only sure of itself where the snapshot holds the other
    issues of the project too: `app.sync` sees to that.

    Args:
        register: What the documents say.
        snapshot: What the tracker holds.
        policy: What a sync may do.
        tracker: The tracker as the operator named it.
        capabilities: What the tracker can do and hold.
        history: What git knows.
        write_backs: What became of the write-backs that a first plan asked for.

    Raises:
        NewerMarkerError: An issue of ours carries a marker of a newer version.
    """
    snapshot = replace(snapshot, namespace=policy.namespace or snapshot.namespace)
    policy = replace(policy, branch=policy.branch or snapshot.branch)
    items = {identity_of(item, snapshot.namespace): item for item in register.items}
    seen = observe(snapshot, policy.labels.managed, policy.accounts, items)
    notes = seen.notes()
    kept, spares = standing(seen)
    former = former_identities(items, kept, seen, history, register.revision)
    if policy.accept_renumbering:
        former = {identity: one._replace(proposed=False) for identity, one in former.items()}
    on_hold = _Hold(policy.labels.hold)
    found = match(items, seen, snapshot, kept, former)
    matches = [one for one in found if not on_hold.holds(one.ours.issue if one.ours else one.found)]
    spares = [spare for spare in spares if not on_hold.holds(spare.ours.issue)]
    choices = Choices.of(policy)
    actions = [_action(one, choices, capabilities.title_limit, write_backs) for one in matches]
    numbers = {one.item.key: one.ours.issue.number for one in matches if one.item and one.ours}
    renderer = IssueRenderer(register, policy, capabilities, snapshot.namespace, MappingProxyType(numbers))
    targets = _targets(matches, actions)
    with_ = Drafting(register, policy, capabilities, renderer, targets, history.written_by, write_backs)
    accounts = our_accounts(snapshot, policy.accounts)
    drafted = _drafts(with_, matches, actions, notes)
    drafts = [draft for draft in drafted if draft is not None] + list(_spare_drafts(with_, spares, accounts))
    chosen = _narrowed(drafts, policy, write_backs)
    notes += [*on_hold.notes(), *_unknown_keys(policy.only, register, drafts)]
    written = [draft for draft in chosen if draft.change.held is None]
    changes = _with_possible_links([draft.change for draft in chosen], targets)
    changes += project_changes([draft.change for draft in written], renderer.labels, snapshot)
    there = frozenset(one.ours.marker.document for one in matches if one.item and one.ours)
    evidence = Evidence(register, policy, capabilities, seen, written, there, history, snapshot.synced)
    return Plan(
        tracker=tracker,
        revision=register.revision,
        changes=tuple(sorted(changes, key=lambda change: change.order)),
        refused=refusal(evidence),
        notes=tuple(notes),
        requests=requests(changes, snapshot, capabilities) if capabilities.forge else 0,
        skipped=len(drafts) - len(chosen),
        numbers=link_numbers(changes, targets.numbers),
        taken_at=snapshot.taken_at,
        drift=_drift(matches, drafted, policy),
    )


@dataclass(slots=True)
class _Hold:
    """Issues that people put on hold are left alone."""

    label: str
    numbers: list[int] = field(default_factory=list)

    def holds(self, issue: Issue | None) -> bool:
        if issue is None or not carries(issue, self.label):
            return False
        self.numbers.append(issue.number)
        return True

    def notes(self) -> list[str]:
        return [f"#{number} is on hold (`{self.label}`) and is left alone" for number in sorted(self.numbers)]


def _action(one: Match, choices: Choices, title_limit: int, write_backs: WriteBacks) -> Action:
    """What the state rule says."""
    status = None if one.item is None else one.item.status
    if one.ours is None:
        return decide(situation(status, None, one.observed), choices).then
    if one.proposed:
        return Action.NOTHING
    if one.lost is not None:
        return decide(situation(status, None, one.observed), choices).then
    issue, marker = one.ours.issue, one.ours.marker
    base = Base(marker.state.documents, Observed.of_state(marker.state.tracker))
    another = False
    if issue.state is State.CLOSED and one.item is not None and one.item.issue_link != issue.number:
        another = _is_unlike(marker, one.item, title_limit)
    mover, writing = Mover.of(issue.state_actor), write_backs.of(one.identity)
    now = situation(status, base, one.observed, mover=mover, unlike=another, writing=writing)
    return decide(now, choices).then


def _is_unlike(marker: Marker, item: Item, title_limit: int) -> bool:
    before, now = marker.documents_title, issue_title(item, title_limit)
    if before == now:
        return False
    path = split_identity(marker.identity).path
    return unlike(without_document(before, path), without_document(now, item.path))


def _targets(matches: Sequence[Match], actions: Iterable[Action]) -> Targets:
    numbers: dict[str, int] = {}
    created: set[str] = set()
    for one, action in zip(matches, actions, strict=True):
        op = EFFECTS[action].op
        if op is Op.CREATE:
            created.add(one.identity)
        elif op is Op.ADOPT and one.found is not None:
            numbers[one.identity] = one.found.number
        elif one.ours is not None:
            numbers[one.identity] = one.ours.issue.number
    known = {one.identity for one in matches}
    former = {
        then: one.identity
        for one in matches
        if one.ours is not None
        for then in (*one.ours.marker.aliases, one.ours.marker.identity)
        if then not in known
    }
    return Targets(numbers, created, former)


def _drafts(
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


def _drift(matches: Iterable[Match], drafts: Iterable[Draft | None], policy: SyncPolicy) -> tuple[Drift, ...]:
    """What moved, of the items that the run is about."""
    found = [drift for one, draft in zip(matches, drafts, strict=True) if (drift := drift_of(one, draft)) is not None]
    wanted = {key.casefold() for key in policy.only}
    if wanted:
        found = [drift for drift in found if _names(drift.key) & wanted]
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


def _spare_drafts(with_: Drafting, spares: Iterable[Spare], accounts: frozenset[str]) -> Iterator[Draft]:
    for spare in spares:
        draft = draft_spare(with_, spare, written_by_us=is_our_account(spare.ours.issue.author, accounts))
        if draft is not None:
            yield draft


def _narrowed(drafts: list[Draft], policy: SyncPolicy, write_backs: WriteBacks) -> list[Draft]:
    """What `--only` and `--limit` leave, in the order of the plan. What is written already stays in any case."""
    wanted = {key.casefold() for key in policy.only}
    chosen = [draft for draft in drafts if not wanted or _names(draft.change.key) & wanted]
    chosen.sort(key=lambda draft: draft.change.order)
    if policy.limit is None:
        return chosen
    written = [draft for draft in chosen if draft.change.identity in write_backs.written]
    others = [draft for draft in chosen if draft.change.identity not in write_backs.written]
    return written + others[: max(0, policy.limit - len(written))]


def _unknown_keys(only: Iterable[str], register: Register, drafts: Iterable[Draft]) -> list[str]:
    keys = [item.key for item in register.items] + [draft.change.key for draft in drafts]
    known = {name for key in keys for name in _names(key)} if only else set()
    return [f"--only {key}: there is no such item" for key in only if key.casefold() not in known]


def _names(key: str) -> set[str]:
    """What people call an item: its key, or its ID alone; in small letters."""
    return {key.casefold(), key.rpartition("#")[2].casefold()}


def _with_possible_links(changes: list[Change], targets: Targets) -> list[Change]:
    """Without links to issues that are not created in this run after all: a later run makes them."""
    created = {change.identity for change in changes if change.op is Op.CREATE and change.held is None}
    possible = created | targets.numbers.keys()
    return [
        replace(change, links=frozenset(link for link in change.links if link[1] in possible))
        if any(link[1] not in possible for link in change.links)
        else change
        for change in changes
    ]
