"""Which items somebody asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Register


def matching(
    register: Register,
    *,
    kinds: Sequence[str] = (),
    statuses: Sequence[str] = (),
    owners: Sequence[str] = (),
    gates: Sequence[str] = (),
) -> tuple[Item, ...]:
    """The items that match every filter given, in any of its values; case does not matter.

    A status is one of the seven, `open`, or `closed`; an owner matches by a part of the name, a gate as
    `names_gate` says, and a gate's items are those that block it.
    """
    wanted_kinds = {kind.casefold() for kind in kinds}
    wanted_statuses = {status.casefold().replace(" ", "_").replace("-", "_") for status in statuses}
    blockers = {
        key for gate in register.gates if any(names_gate(name, gate) for name in gates) for key in gate.blockers
    }
    return tuple(
        item
        for item in register.items
        if (not wanted_kinds or item.kind.casefold() in wanted_kinds)
        and (not wanted_statuses or {item.status.value, item.state.value} & wanted_statuses)
        and (not owners or any(owner.casefold() in (item.owner or "").casefold() for owner in owners))
        and (not gates or item.key in blockers)
    )


def names_gate(name: str, gate: Gate) -> bool:
    """Whether somebody who says ``name`` means this gate: `Phase 26`, `26`, or `Cutover`; case does not matter."""
    wanted = name.casefold()
    full = gate.name.casefold()
    return wanted in {full, full.rpartition(" ")[2], gate.title.casefold()}
