"""What GitLab's webhooks hold, after its documentation of webhook events; the parts that clients read."""

from __future__ import annotations

from typing import Any

_PROJECT = {
    "id": 77,
    "name": "Ferry",
    "web_url": "https://gitlab.example.org/harbour/ferry",
    "git_http_url": "https://gitlab.example.org/harbour/ferry.git",
    "namespace": "Harbour",
    "visibility_level": 0,
    "path_with_namespace": "harbour/ferry",
    "default_branch": "main",
}
_PERSON = {"id": 5, "name": "Rosa", "username": "rosa", "avatar_url": None, "email": "[REDACTED]"}
HEAD = "7b5c3cc8be40ee161ae89a06bba6229da1032a0c"
GONE = "0" * 40


def push(branch: str = "main", *, after: str = HEAD, who: str = "rosa") -> dict[str, Any]:
    return {
        "object_kind": "push",
        "event_name": "push",
        "before": "95790bf891e76fee5e1747ab589903a6a1f80f22",
        "after": after,
        "ref": f"refs/heads/{branch}",
        "ref_protected": branch == "main",
        "checkout_sha": None if after == GONE else after,
        "user_id": 5,
        "user_name": "Somebody",
        "user_username": who,
        "user_email": None,
        "project_id": 77,
        "project": dict(_PROJECT),
        "commits": [
            {
                "id": after,
                "message": "Move the gates\n",
                "title": "Move the gates",
                "timestamp": "2026-11-24T09:00:00+00:00",
                "author": {"name": "Rosa", "email": "rosa@example.org"},
                "added": [],
                "modified": ["PLAN.md"],
                "removed": [],
            }
        ],
        "total_commits_count": 1,
    }


def tag_push() -> dict[str, Any]:
    return push() | {"object_kind": "tag_push", "event_name": "tag_push", "ref": "refs/tags/v1"}


def issue(action: str = "open", *, who: str = "rosa") -> dict[str, Any]:
    return {
        "object_kind": "issue",
        "event_type": "issue",
        "user": _PERSON | {"username": who},
        "project": dict(_PROJECT),
        "object_attributes": {
            "id": 301,
            "iid": 23,
            "title": "LATER-001: Paint the pier",
            "description": "",
            "state": "closed" if action == "close" else "opened",
            "action": action,
            "author_id": 5,
            "project_id": 77,
            "confidential": False,
            "labels": [{"id": 206, "title": "later", "color": "#ffffff"}],
        },
        "labels": [{"id": 206, "title": "later", "color": "#ffffff"}],
        "changes": {"updated_at": {"previous": None, "current": "2026-11-24 09:00:00 UTC"}},
        "assignees": [dict(_PERSON)],
    }


def merge_request(action: str, *, changes: object = None, who: str = "rosa", **attributes: object) -> dict[str, Any]:
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": _PERSON | {"username": who},
        "project": dict(_PROJECT),
        "repository": {"name": "Ferry", "url": "https://gitlab.example.org/harbour/ferry.git"},
        "object_attributes": {
            "id": 99,
            "iid": 7,
            "target_branch": "main",
            "source_branch": "gates",
            "source_project_id": 14,
            "target_project_id": 77,
            "state": {"merge": "merged", "close": "closed"}.get(action, "opened"),
            "draft": False,
            "last_commit": {"id": HEAD, "message": "Move the gates"},
            "action": action,
        }
        | attributes,
        "labels": [],
        "changes": changes or {},
        "assignees": [dict(_PERSON)],
        "reviewers": [],
    }


def pushed_to() -> dict[str, Any]:
    """Commits came to the branch of a merge request."""
    return merge_request("update", oldrev="95790bf891e76fee5e1747ab589903a6a1f80f22")


def changed(key: str, previous: object, current: object) -> dict[str, Any]:
    return merge_request("update", changes={key: {"previous": previous, "current": current}})


def note() -> dict[str, Any]:
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": dict(_PERSON),
        "project_id": 77,
        "project": dict(_PROJECT),
        "object_attributes": {"id": 1241, "note": "/close", "noteable_type": "Issue", "action": "create"},
        "issue": {"id": 301, "iid": 23, "state": "closed"},
    }


def pipeline() -> dict[str, Any]:
    return {
        "object_kind": "pipeline",
        "object_attributes": {"id": 31, "ref": "main", "status": "success"},
        "user": dict(_PERSON),
        "project": dict(_PROJECT),
        "builds": [],
    }


#: Every kind that a project's webhook can send and that we have a rule for, and some that we have none for.
ALL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Push Hook", push()),
    ("Push Hook", push("gapkeeper/docs")),
    ("Push Hook", push(after=GONE)),
    ("Tag Push Hook", tag_push()),
    *(("Issue Hook", issue(action)) for action in ("open", "update", "close", "reopen")),
    ("Confidential Issue Hook", issue()),
    *(("Merge Request Hook", merge_request(action)) for action in ("open", "reopen", "close", "merge", "approved")),
    ("Merge Request Hook", pushed_to()),
    ("Merge Request Hook", changed("target_branch", "main", "next")),
    ("Merge Request Hook", changed("draft", previous=True, current=False)),
    ("Merge Request Hook", changed("title", "Gates", "The gates")),
    ("Note Hook", note()),
    ("Pipeline Hook", pipeline()),
    ("System Hook", push()),
)
