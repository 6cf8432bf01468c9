"""The longest chain of open items by estimate, and the cycles that dependencies make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.model.readiness import CriticalPath

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.items import Item
    from gapkeeper.model.readiness import Gate
    from gapkeeper.model.register import Edge


def resolve_critical_path(
    items: Mapping[str, Item],
    edges: Sequence[Edge],
    gates: Sequence[Gate],
    estimates: Mapping[str, str],
) -> tuple[CriticalPath, tuple[Diagnostic, ...]]:
    """The critical path, and one diagnostic for each cycle of dependencies.

    ``edges`` are all edges of the register, those from drawings too; only `blocks` and `depends_on`
    between open items count. ``estimates`` are those of drawings, for items that no field gives one.
    """
    return CriticalPath(), ()
