"""What `--only` and `--limit` leave of a run, and the links that are possible then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gapkeeper.model.plan import Op

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gapkeeper.model.plan import Change
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.model.register import Register
    from gapkeeper.planning.drafting import Draft
    from gapkeeper.planning.links import Targets
    from gapkeeper.planning.write_backs import WriteBacks


def narrowed(drafts: list[Draft], policy: SyncPolicy, write_backs: WriteBacks) -> list[Draft]:
    """What `--only` and `--limit` leave, in the order of the plan. What is written already stays in any case."""
    wanted = {key.casefold() for key in policy.only}
    chosen = [draft for draft in drafts if not wanted or names_of(draft.change.key) & wanted]
    chosen.sort(key=lambda draft: draft.change.order)
    if policy.limit is None:
        return chosen
    written = [draft for draft in chosen if draft.change.identity in write_backs.written]
    others = [draft for draft in chosen if draft.change.identity not in write_backs.written]
    return written + others[: max(0, policy.limit - len(written))]


def unknown_keys(only: Iterable[str], register: Register, drafts: Iterable[Draft]) -> list[str]:
    """A note for every key that `--only` names and nothing has."""
    keys = [item.key for item in register.items] + [draft.change.key for draft in drafts]
    known = {name for key in keys for name in names_of(key)} if only else set()
    return [f"--only {key}: there is no such item" for key in only if key.casefold() not in known]


def names_of(key: str) -> set[str]:
    """What people call an item: its key, or its ID alone; in small letters."""
    return {key.casefold(), key.rpartition("#")[2].casefold()}


def with_possible_links(changes: list[Change], targets: Targets) -> list[Change]:
    """Without links to issues that are not created in this run after all: a later run makes them."""
    created = {change.identity for change in changes if change.op is Op.CREATE and change.held is None}
    possible = created | targets.numbers.keys()
    return [
        replace(change, links=frozenset(link for link in change.links if link[1] in possible))
        if any(link[1] not in possible for link in change.links)
        else change
        for change in changes
    ]
