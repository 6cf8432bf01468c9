"""emulate's JSON in the manner of the real one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

#: What people wrote, or what is data: never looked into.
_TEXT = frozenset({"body", "title", "message", "content", "description", "name"})
#: Addresses of pages for people, which are not below the API's.
_PAGES = frozenset({"html_url", "diff_url", "patch_url", "clone_url", "svn_url", "avatar_url"})
#: The number of an issue in a repository is not its ID; in emulate the two are often equal, and hide a mistake.
ISSUE_IDS = 3_000_000_000


@dataclass(frozen=True)
class Polish:
    """Times to the second, bots that are bots, and pages where pages are."""

    bots: Collection[str]  # logins
    api: str  # address
    pages: str  # address

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever emulate sends
        if isinstance(value, list):
            return [self(one) for one in value]
        if not isinstance(value, dict):
            return value
        made = {}
        for key, one in value.items():
            if isinstance(one, dict | list):
                made[key] = one if key in _TEXT else self(one)
            elif isinstance(one, str) and key not in _TEXT:
                made[key] = one.replace(self.api, self.pages, 1) if key in _PAGES else second(one)
            else:
                made[key] = one
        if "type" in made and made.get("login") in self.bots:
            made["type"] = "Bot"
        return made


def second(moment: str) -> str:
    """GitHub's times have no fractions: `2026-11-24T09:00:00Z`."""
    if len(moment) == 24 and moment.endswith("Z") and moment[10] == "T" and moment[19] == ".":
        return f"{moment[:19]}Z"
    return moment
