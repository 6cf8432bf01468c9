"""Labels are the same in any case, and have limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_counterpart.messages import invalid, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable

    from github_counterpart.call import Call

NAME_LIMIT = 50
DESCRIPTION_LIMIT = 100


def known(call: Call) -> dict[str, str]:
    """Every label of the repository, by its name in lower case."""
    return {label["name"].casefold(): label["name"] for label in call.every("/labels")}


def canonical(call: Call, names: Iterable[str]) -> list[str]:
    """Names as the labels are spelled that are there already; each once."""
    spelled = known(call)
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), spelled.get(name.casefold(), name))
    return list(found.values())


def check_new(name: str, description: str | None = None, colour: str | None = None) -> None:
    """Refuse what no label can be."""
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > NAME_LIMIT:
        raise too_long("Label", "name", NAME_LIMIT)
    if len(description or "") > DESCRIPTION_LIMIT:
        raise too_long("Label", "description", DESCRIPTION_LIMIT)
    if colour is not None and not re.fullmatch(r"[0-9a-fA-F]{6}", colour):
        raise invalid("Label", "color", value=colour)
