"""An issue as GitLab tells it, in the shape that all forges' issues are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.forge.raw import NO_ISSUE, Raw, moment
from gapkeeper.errors import UnavailableError
from gapkeeper.model.snapshot import Reason

if TYPE_CHECKING:
    from gapkeeper.adapters.http.answer import Json

#: The label that says of a closed issue that it was not planned: GitLab has no reasons for closing. It stands for the
#: reason and shows as that, not as a label.
NOT_PLANNED = "not planned"


def trimmed(data: Json) -> Raw:
    """What is kept of an issue.

    Raises `UnavailableError` where it is none.
    """
    try:
        labels = [_label(one) for one in data.get("labels") or ()]
        milestone = data.get("milestone")
        raw: Raw = {
            "number": int(data["iid"]),
            "id": int(data["id"]),
            "project": int(data["project_id"]),
            "title": str(data["title"]),
            "body": data.get("description") or "",
            "state": "closed" if data["state"] == "closed" else "open",
            "user": _person(data.get("author")),
            "closed_by": _person(data.get("closed_by")),
            "closed_at": data.get("closed_at"),
            "created_at": data["created_at"],
            "updated_at": data["updated_at"],
            "labels": [one for one in labels if not is_not_planned(one["name"])],
            "not_planned": [one["name"] for one in labels if is_not_planned(one["name"])],
            "milestone": None if milestone is None else {"number": milestone["id"], "title": milestone["title"]},
            "assignees": [str(one["username"]) for one in data.get("assignees") or ()],
            "comments": data.get("user_notes_count"),
            "html_url": data["web_url"],
            "locked": bool(data.get("discussion_locked")),
        }
        if data.get("moved_to_id") is not None:
            raw[NO_ISSUE] = True
        moment(raw["updated_at"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnavailableError(f"GitLab's answer is no issue ({error})", hint="Run again later.") from error
    if raw["state"] == "closed":
        raw["state_reason"] = _reason(raw, data)
    return raw


def is_not_planned(name: str) -> bool:
    """Whether a label is the one that stands for the reason."""
    return name.casefold() == NOT_PLANNED


def _reason(raw: Raw, data: Json) -> str:
    if (data.get("_links") or {}).get("closed_as_duplicate_of") is not None:
        return Reason.DUPLICATE.value
    return (Reason.NOT_PLANNED if raw["not_planned"] else Reason.COMPLETED).value


def _person(data: Json) -> Raw | None:
    return None if data is None else {"login": data["username"], "id": data["id"]}


def _label(data: Json) -> Raw:
    if isinstance(data, str):
        return {"name": data}
    return {"name": data["name"], "color": data.get("color"), "description": data.get("description")}
