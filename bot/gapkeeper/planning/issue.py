"""What an issue should look like: one item rendered as title, labels, milestone, assignees, links, and body.

    renderer = IssueRenderer(register, policy, capabilities, namespace)
    desired = renderer.desired(item)        # cheap: asked of every item in every run
    body = renderer.body(item)              # asked only of issues that are written

`body` is put between what people wrote by `body.compose_body`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper import escaping
from gapkeeper.model.snapshot import Reason
from gapkeeper.model.status import Status
from gapkeeper.planning.digests import content_digest
from gapkeeper.planning.identity import identity_of
from gapkeeper.planning.labels import LabelMaker
from gapkeeper.planning.places import Places
from gapkeeper.planning.render import render_body
from gapkeeper.planning.title import issue_title
from gapkeeper.planning.wording import Telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gapkeeper.model.items import Item
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.model.status import State
    from gapkeeper.planning.body import ManagedBody

#: GitHub ties at most 50 issues to one by each type of dependency; what is more stays text.
LINK_LIMIT = 50
BLOCKED_BY = "blocked_by"
RELATES_TO = "relates_to"  # where the tracker has no other kind: which waits for which is told by the text


class DesiredIssue(NamedTuple):
    """What the documents ask for; everything but the body, which costs more.

    A named tuple, since one is made of every item in every run: a frozen dataclass takes five times as long.
    """

    identity: str
    key: str
    title: str
    status: Status
    labels: frozenset[str]  # names, the managed label among them
    milestone: str | None
    assignees: frozenset[str]
    links: frozenset[tuple[str, str]]  # (type, identity of the other item)
    content: str  # `content_digest`: the body is due when the marker's differs

    @property
    def state(self) -> State:
        """Open or closed."""
        return self.status.state

    @property
    def reason(self) -> Reason | None:
        """Why the issue is closed, if it is: cancelled items were not planned."""
        if self.status is Status.CANCELLED:
            return Reason.NOT_PLANNED
        return Reason.COMPLETED if self.status is Status.RESOLVED else None


class IssueRenderer:
    """Renders the items of one register for one tracker."""

    def __init__(
        self,
        register: Register,
        policy: SyncPolicy,
        capabilities: Capabilities,
        namespace: str,
        numbers: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """``numbers`` are those of issues, by item key, as far as they are known."""
        self._policy = policy
        self._capabilities = capabilities
        # Where the tracker ties the issues itself, a number in the text would only add a trace to their history.
        named = MappingProxyType({}) if BLOCKED_BY in capabilities.links else numbers
        self.telling = Telling(Places(policy.document_url, register.revision), policy, named)  # for `comments`
        self._labels = LabelMaker(policy.labels, capabilities, register.gates)
        self._identities = {item.key: identity_of(item, namespace) for item in register.items}
        self._blockers = _blockers(register.items)
        self._milestones = _milestones(register.gates, capabilities.title_limit) if policy.milestones else {}

    def desired(self, item: Item) -> DesiredIssue:
        """Everything but the body."""
        assignee = None if item.owner is None else self._policy.owners.get(item.owner)
        return DesiredIssue(
            identity=self._identities[item.key],
            key=item.key,
            title=issue_title(item, self._capabilities.title_limit),
            status=item.status,
            labels=self._labels.names(item),
            milestone=self._milestones.get(item.key),
            assignees=frozenset() if assignee is None else frozenset({assignee}),
            links=self._links(item),
            content=content_digest(item),
        )

    def body(self, item: Item, *, continues: int | None = None, recreated: bool = False) -> ManagedBody:
        """The managed body.

        ``continues`` is the closed issue whose ID this item took over; ``recreated`` says that an
        earlier issue of this item was deleted or transferred away.
        """
        return render_body(item, self.telling, continues=continues, recreated=recreated)

    @property
    def labels(self) -> LabelMaker:
        """The maker of labels: `labels.labels[name]` has colour and description of every one that was named."""
        return self._labels

    def _links(self, item: Item) -> frozenset[tuple[str, str]]:
        known_kinds = self._capabilities.links
        kind = next((kind for kind in (BLOCKED_BY, RELATES_TO) if kind in known_kinds), None)
        if kind is None:
            return frozenset()
        keys = self._blockers.get(item.key)
        if not keys:
            return frozenset()
        known = [self._identities[key] for key in sorted(keys)[:LINK_LIMIT] if key in self._identities]
        return frozenset((kind, identity) for identity in known)


def _blockers(items: Iterable[Item]) -> dict[str, set[str]]:
    """For each item the keys of those that it waits for, whichever of the two says so."""
    blockers: dict[str, set[str]] = {}
    for item in items:
        if item.depends_on:
            blockers.setdefault(item.key, set()).update(item.depends_on)
        for blocked in item.blocks:
            blockers.setdefault(blocked, set()).add(item.key)
    for key, keys in blockers.items():
        keys.discard(key)
    return blockers


def _milestones(gates: Iterable[Gate], limit: int) -> dict[str, str]:
    """For each item the first gate that waits for it."""
    milestones: dict[str, str] = {}
    for gate in gates:
        for key in gate.blockers:
            milestones.setdefault(key, escaping.shorten(escaping.title(gate.name), limit))
    return milestones
