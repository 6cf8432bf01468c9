"""emulate's JSON in the manner of the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

#: What people wrote, or what is data: never looked into.
_TEXT = frozenset({"body", "title", "message", "content", "description", "name"})
#: The number of an issue in a repository is not its ID; in emulate the two are often equal, and hide a mistake.
ISSUE_IDS = 3_000_000_000


def polished(value: Any, bots: Collection[str]) -> Any:  # noqa: ANN401 - whatever emulate sends
    """Times to the second, and bots that are bots."""
    if isinstance(value, list):
        return [polished(one, bots) for one in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, one in value.items():
        if key in _TEXT:
            made[key] = one
        elif isinstance(one, str):
            made[key] = second(one) if one.endswith("Z") else one
        else:
            made[key] = polished(one, bots) if isinstance(one, dict | list) else one
    if "type" in made and made.get("login") in bots:
        made["type"] = "Bot"
    return made


def second(moment: str) -> str:
    """GitHub's times have no fractions: `2026-11-24T09:00:00Z`."""
    if len(moment) == 24 and moment[10] == "T" and moment[19] == ".":
        return f"{moment[:19]}Z"
    return moment
