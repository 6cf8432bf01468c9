"""An issue as GitHub tells it, cut down to what is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.raw import NO_ISSUE, Raw, is_issue, moment
from gapkeeper.errors import UnavailableError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Json

_KEPT = (
    "assignees",
    "closed_at",
    "closed_by",
    "comments",
    "html_url",
    "id",
    "issue_dependencies_summary",
    "locked",
    "number",
    "repository_url",
    "state",
    "state_reason",
    "title",
    "updated_at",
)
_PROPOSAL = "<!-- gapkeeper: proposal "


def trimmed(data: Json) -> Raw:
    """What is kept of an issue.

    Raises `UnavailableError` where it is none.
    """
    try:
        raw: Raw = {name: data[name] for name in _KEPT if name in data}
        raw["body"] = data.get("body") or ""
        raw["user"] = _person(data.get("user"))
        raw["closed_by"] = _person(data.get("closed_by"))
        raw["assignees"] = [str(one["login"]) for one in data.get("assignees") or ()]
        raw["labels"] = [_label(one) for one in data.get("labels") or ()]
        milestone = data.get("milestone")
        raw["milestone"] = None if milestone is None else {"number": milestone["number"], "title": milestone["title"]}
        if data.get("pull_request") is not None:
            raw[NO_ISSUE] = True
        raw["number"], raw["title"] = int(data["number"]), str(data["title"])
        moment(raw["updated_at"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(f"GitHub's answer is no issue ({error})", hint="Run again later.") from error
    return raw


def _person(data: Json) -> Raw | None:
    return None if data is None else {"login": data["login"], "type": data.get("type")}


def _label(data: Json) -> Raw:
    if isinstance(data, str):
        return {"name": data}
    return {"name": data["name"], "color": data.get("color"), "description": data.get("description")}


def is_proposal(raw: Raw) -> bool:
    """Whether it is a pull request with the hidden line of a proposal, whichever account opened it."""
    return not is_issue(raw) and _PROPOSAL in raw["body"]


def blocked_by_count(raw: Raw) -> int | None:
    """How many issues it waits for, open or closed; None: the server knows no dependencies."""
    summary = raw.get("issue_dependencies_summary")
    if not isinstance(summary, dict):
        return None
    count = summary.get("total_blocked_by", summary.get("blocked_by"))
    return count if isinstance(count, int) else None
