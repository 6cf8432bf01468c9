"""The way out: markers and our labels come off, and issues, their text and what people did to them stay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Change, IssueUpdate, Op, Plan
from gapkeeper.planning.body import remove_managed, without_remains
from gapkeeper.planning.drafting import shown
from gapkeeper.planning.identity import identity_of
from gapkeeper.planning.observe import carries, is_our_account, observe, our_accounts
from gapkeeper.planning.project import requests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities, Issue, Snapshot
    from gapkeeper.planning.marker import Marker
    from gapkeeper.planning.observe import Observation


def plan_detach(
    register: Register, snapshot: Snapshot, policy: SyncPolicy, *, tracker: str, capabilities: Capabilities
) -> Plan:
    """Everything that has to be taken off, from open and closed issues, orphans and those on hold.

    Args:
        register: What the documents say: whoever wrote an issue that they name, its marker is ours.
        snapshot: All issues of the project.
        policy: The labels and accounts.
        tracker: The tracker as the operator named it.
        capabilities: What the tracker can do and hold.

    Raises:
        NewerMarkerError: An issue of ours carries a marker of a newer version.
    """
    snapshot = replace(snapshot, namespace=policy.namespace or snapshot.namespace)
    items = {identity_of(item, snapshot.namespace): item for item in register.items}
    seen = observe(snapshot, policy.labels.managed, policy.accounts, items)
    marked = [ours for group in seen.managed.values() for ours in group] + list(seen.released.values())
    changes = [_change(ours.issue, policy, ours.marker) for ours in marked]
    changes += [_change(issue, policy, None) for issue in _unreadable(seen, snapshot, policy)]
    return Plan(
        tracker=tracker,
        revision=register.revision,
        changes=tuple(sorted(changes, key=lambda change: change.order)),
        notes=tuple(seen.strangers()),
        requests=requests(changes, snapshot, capabilities) if capabilities.forge else 0,
        taken_at=snapshot.taken_at,
    )


def _unreadable(seen: Observation, snapshot: Snapshot, policy: SyncPolicy) -> Iterable[Issue]:
    """Issues of ours whose marker was damaged or removed, as far as they carry the managed label."""
    ours = our_accounts(snapshot, policy.accounts)
    lost = [one.issue for one in seen.lost.values()] + [issue for issue, _ in seen.damaged]
    lost += [issue for issue in seen.unmarked if is_our_account(issue.author, ours)]
    labelled = {issue.number: issue for issue in lost if carries(issue, policy.labels.managed)}
    return labelled.values()


def _change(issue: Issue, policy: SyncPolicy, marker: Marker | None) -> Change:
    """Ours comes off one issue. ``marker`` None: nobody can read it, and only the managed label is known as ours."""
    ours = {policy.labels.managed.casefold()}
    if marker is not None:
        ours |= {name.casefold() for name in marker.added_labels}
    labels = frozenset(name for name in issue.labels if name.casefold() in ours)
    body = remove_managed(without_remains(issue.body))
    fields: dict[str, tuple[object, object]] = {}
    if labels:
        fields["labels"] = (tuple(sorted(issue.labels)), tuple(sorted(issue.labels - labels)))
    if body != issue.body:
        fields["marker"] = ("there", "taken out")
    return Change(
        Op.UPDATE,
        f"#{issue.number}" if marker is None else marker.key,
        "detached: the issue and its text stay",
        identity="" if marker is None else marker.identity,
        issue=issue.number,
        fields=shown(fields),
        update=IssueUpdate(body=body if body != issue.body else None, remove_labels=labels),
        expects=issue.ground,
    )
