"""Register and snapshot to a plan: everything one sync would write, decided before the first write."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.plan import Plan
from gapkeeper.planning.acting import action_of, targets_of
from gapkeeper.planning.drafting import Drafting
from gapkeeper.planning.drafts import drafts_of, drift, spare_drafts
from gapkeeper.planning.former import former_identities
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.hold import Hold
from gapkeeper.planning.identity import identity_of
from gapkeeper.planning.issue import IssueRenderer
from gapkeeper.planning.matching import match
from gapkeeper.planning.narrowing import narrowed, unknown_keys, with_possible_links
from gapkeeper.planning.observe import observe, our_accounts
from gapkeeper.planning.project import link_numbers, project_changes, requests, seconds
from gapkeeper.planning.safety import Evidence, refusal
from gapkeeper.planning.situation import Choices
from gapkeeper.planning.standing import standing
from gapkeeper.planning.write_backs import NO_WRITE_BACKS

if TYPE_CHECKING:
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities, Snapshot
    from gapkeeper.planning.history import History
    from gapkeeper.planning.matching import Match
    from gapkeeper.planning.observe import Observation
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
    pairs = _paired(register, snapshot, policy, history)
    matches, notes = pairs.matches, pairs.notes
    choices = Choices.of(policy)
    actions = [action_of(one, choices, capabilities.title_limit, write_backs) for one in matches]
    numbers = {one.item.key: one.ours.issue.number for one in matches if one.item and one.ours}
    renderer = IssueRenderer(register, policy, capabilities, snapshot.namespace, MappingProxyType(numbers))
    targets = targets_of(matches, actions)
    with_ = Drafting(register, policy, capabilities, renderer, targets, history.written_by, write_backs)
    drafted = drafts_of(with_, matches, actions, notes)
    drafts = [draft for draft in drafted if draft is not None]
    drafts += spare_drafts(with_, pairs.spares, our_accounts(snapshot, policy.accounts))
    chosen = narrowed(drafts, policy, write_backs)
    notes += [*pairs.hold.notes(), *unknown_keys(policy.only, register, drafts)]
    written = [draft for draft in chosen if draft.change.held is None]
    changes = with_possible_links([draft.change for draft in chosen], targets)
    changes += project_changes([draft.change for draft in written], renderer.labels, snapshot)
    there = frozenset(one.ours.marker.document for one in matches if one.item and one.ours)
    evidence = Evidence(register, policy, capabilities, pairs.seen, written, there, history, snapshot.synced)
    return Plan(
        tracker=tracker,
        revision=register.revision,
        changes=tuple(sorted(changes, key=lambda change: change.order)),
        refused=refusal(evidence),
        notes=tuple(notes),
        requests=requests(changes, snapshot, capabilities) if capabilities.forge else 0,
        seconds=seconds(changes, capabilities),
        skipped=len(drafts) - len(chosen),
        numbers=link_numbers(changes, targets.numbers),
        taken_at=snapshot.taken_at,
        drift=drift(matches, drafted, policy),
    )


class _Pairs(NamedTuple):
    """Which issue stands for which item, without those that are on hold."""

    seen: Observation
    matches: list[Match]
    spares: list[Spare]
    hold: Hold
    notes: list[str]


def _paired(register: Register, snapshot: Snapshot, policy: SyncPolicy, history: History) -> _Pairs:
    items = {identity_of(item, snapshot.namespace): item for item in register.items}
    seen = observe(snapshot, policy.labels.managed, policy.accounts, items)
    kept, spares = standing(seen)
    former = former_identities(items, kept, seen, history, register.revision)
    if policy.accept_renumbering:
        former = {identity: one._replace(proposed=False) for identity, one in former.items()}
    hold = Hold(policy.labels.hold)
    found = match(items, seen, snapshot, kept, former)
    matches = hold.without(found, lambda one: one.ours.issue if one.ours else one.found)
    return _Pairs(seen, matches, hold.without(spares, lambda spare: spare.ours.issue), hold, seen.notes())
