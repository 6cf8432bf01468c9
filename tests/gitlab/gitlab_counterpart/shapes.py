"""How GitLab shows what it keeps."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from gitlab_counterpart.access import may_use, role_of
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from gitlab_counterpart.access import Caller
    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.world import Issue, Label, Milestone, Note, Person, Project

_TASK = re.compile(r"^\s*(?:[-+*]|\d+[.)])\s+\[([ xX])\]", re.MULTILINE)
#: What an account says of itself, if it does.
_UNTOLD = ("bio", "location", "linkedin", "twitter", "website_url", "organization", "job_title")
#: Parts of a project that can be turned off; those that a test turns off are these and no others.
FEATURES = ("issues", "merge_requests", "repository")
_OF_PREMIUM = ("issues_template", "merge_requests_template", "marked_for_deletion_at", "marked_for_deletion_on")
_TIME_STATS = {
    "time_estimate": 0,
    "total_time_spent": 0,
    "human_time_estimate": None,
    "human_total_time_spent": None,
}
_IMPORTED = {"imported": False, "imported_from": "none"}


def moment(at: float | None) -> str | None:
    """A time (seconds since 1970) as GitLab writes it."""
    if at is None:
        return None
    return f"{dt.datetime.fromtimestamp(at, dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def user(gitlab: GitLab, login: str) -> dict[str, Any]:
    """An account, as everything names it."""
    person = gitlab.people[login.lower()]
    return {
        "id": person.id,
        "username": person.login,
        "name": person.name,
        "state": person.state,
        "locked": False,
        "avatar_url": f"{gitlab.url}/uploads/-/system/user/avatar/{person.id}/avatar.png",
        "web_url": f"{gitlab.url}/{person.login}",
    }


def whole_user(gitlab: GitLab, person: Person, *, own: bool) -> dict[str, Any]:
    """An account by itself; with ``own`` what only its owner sees."""
    shown = user(gitlab, person.login) | {
        "created_at": moment(gitlab.founded),
        **dict.fromkeys(_UNTOLD, ""),
        "public_email": None,
        "bot": person.bot,
        "work_information": None,
        "followers": 0,
        "following": 0,
        "local_time": None,
    }
    return shown | _private(gitlab, person) if own else shown


def _private(gitlab: GitLab, person: Person) -> dict[str, Any]:
    address = f"{person.login.lower()}@example.com"
    times = ("confirmed_at", "current_sign_in_at", "last_sign_in_at")
    shown: dict[str, Any] = dict.fromkeys(times, moment(gitlab.founded))
    return shown | {
        "last_activity_on": (moment(gitlab.founded) or "")[:10],
        "email": address,
        "commit_email": address,
        "theme_id": 1,
        "color_scheme_id": 1,
        "projects_limit": 100_000,
        "identities": [],
        "can_create_group": True,
        "can_create_project": True,
        "two_factor_enabled": False,
        "external": False,
        "private_profile": False,
        "shared_runners_minutes_limit": None,
        "extra_shared_runners_minutes_limit": None,
    }


def member(gitlab: GitLab, login: str, role: Role) -> dict[str, Any]:
    return user(gitlab, login) | {
        "access_level": int(role),
        "created_at": moment(gitlab.founded),
        "created_by": None,
        "expires_at": None,
        "membership_state": "active",
    }


def label(project: Project, one: Label, *, counts: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "description_html": one.description or "",
        "text_color": "#FFFFFF",
        "color": one.color,
        "archived": False,
        "subscribed": False,
        "priority": None,
        "is_project_label": True,
    }
    if counts:
        states = [issue.state for issue in project.issues.values() if one.name in issue.labels]
        requests = [one.name in request.labels for request in project.requests.values() if request.state == "opened"]
        shown |= {
            "open_issues_count": states.count("opened"),
            "closed_issues_count": states.count("closed"),
            "open_merge_requests_count": requests.count(True),
        }
    return shown


def milestone(gitlab: GitLab, project: Project, one: Milestone) -> dict[str, Any]:
    return {
        "id": one.id,
        "iid": one.iid,
        "project_id": project.id,
        "title": one.title,
        "description": one.description,
        "state": one.state,
        "created_at": moment(one.at),
        "updated_at": moment(one.changed),
        "due_date": one.due_date,
        "start_date": one.start_date,
        "expired": False,
        "web_url": f"{gitlab.url}/{project.path}/-/milestones/{one.iid}",
    }


def labels(project: Project, names: list[str], *, details: bool) -> list[Any]:
    """Names in their order; with ``details`` what they are like as well."""
    there = sorted(names, key=str.lower)
    if not details:
        return there
    keys = ("id", "name", "color", "description", "description_html", "text_color")
    whole = (label(project, project.labels[name], counts=False) for name in there)
    return [{key: one[key] for key in keys} for one in whole]


def common(gitlab: GitLab, project: Project, one: Any, *, details: bool = False) -> dict[str, Any]:  # noqa: ANN401 - issue or merge request
    """What an issue and a merge request have alike."""
    people = [user(gitlab, login) for login in one.assignees]
    done = [mark for mark in _TASK.findall(one.description or "") if mark != " "]
    there = project.milestones.get(one.milestone or 0)
    return {
        "id": one.id,
        "iid": one.iid,
        "project_id": project.id,
        "title": one.title,
        "description": one.description,
        "state": one.state,
        "created_at": moment(one.at),
        "updated_at": moment(one.changed),
        "closed_at": moment(one.closed_at),
        "closed_by": user(gitlab, one.closed_by) if one.closed_by else None,
        "labels": labels(project, one.labels, details=details),
        "milestone": milestone(gitlab, project, there) if there else None,
        "assignees": people,
        "author": user(gitlab, one.login),
        "assignee": people[0] if people else None,
        "user_notes_count": sum(not note.system for note in one.notes),
        "upvotes": 0,
        "downvotes": 0,
        "discussion_locked": one.locked,
        "task_completion_status": {"count": len(_TASK.findall(one.description or "")), "completed_count": len(done)},
        "time_stats": dict(_TIME_STATS),
        **_IMPORTED,
    }


def issue(
    gitlab: GitLab, project: Project, one: Issue, caller: Caller | None = None, *, details: bool = False
) -> dict[str, Any]:
    """One in a list; by itself where a ``caller`` looks at it."""
    shown = common(gitlab, project, one, details=details)
    address = f"{gitlab.api}/projects/{project.id}"
    shown |= {
        "type": "ISSUE",
        "issue_type": "issue",
        "merge_requests_count": 0,
        "due_date": one.due_date,
        "confidential": one.confidential,
        "web_url": f"{gitlab.url}/{project.path}/-/issues/{one.iid}",
        "blocking_issues_count": sum(
            link.type == "blocks" and link.source is one for other in gitlab.projects.values() for link in other.links
        ),
        "has_tasks": bool(shown["task_completion_status"]["count"]),
        "task_status": "{completed_count} of {count} checklist items completed".format(
            **shown["task_completion_status"]
        ),
        "_links": {
            "self": f"{address}/issues/{one.iid}",
            "notes": f"{address}/issues/{one.iid}/notes",
            "award_emoji": f"{address}/issues/{one.iid}/award_emoji",
            "project": address,
            "closed_as_duplicate_of": None,
        },
        "references": {"short": f"#{one.iid}", "relative": f"#{one.iid}", "full": f"{project.path}#{one.iid}"},
        "severity": "UNKNOWN",
        "moved_to_id": one.moved_to,
        "service_desk_reply_to": None,
    }
    if gitlab.premium:
        shown |= {"weight": one.weight, "health_status": None, "epic_iid": None, "epic": None, "iteration": None}
    if caller is not None:
        shown["subscribed"] = caller.login in {one.login, *one.assignees}
    return shown


def note(gitlab: GitLab, project: Project, kind: str, about: Any, one: Note) -> dict[str, Any]:  # noqa: ANN401 - issue or merge request
    """``kind`` is Issue or MergeRequest."""
    return {
        "id": one.id,
        "type": None,
        "body": one.body,
        "author": user(gitlab, one.login),
        "created_at": moment(one.at),
        "updated_at": moment(one.changed),
        "system": one.system,
        "noteable_id": about.id,
        "noteable_type": kind,
        "project_id": project.id,
        "resolvable": False,
        "confidential": one.internal,
        "internal": one.internal,
        **_IMPORTED,
        "noteable_iid": about.iid,
        "attachment": None,
        "commands_changes": {},
    }


def project(gitlab: GitLab, one: Project, caller: Caller) -> dict[str, Any]:
    """A project as whoever asks sees it."""
    address, page = f"{gitlab.api}/projects/{one.id}", f"{gitlab.url}/{one.path}"
    group = one.group.rpartition("/")[2]
    branch = {"default_branch": one.repository.default if one.repository.branches else None}
    shown: dict[str, Any] = {
        "id": one.id,
        "description": one.description,
        "description_html": f"<p>{one.description}</p>",
        "name": one.name,
        "name_with_namespace": one.path.replace("/", " / "),
        "path": one.name,
        "path_with_namespace": one.path,
        "created_at": moment(one.at),
        "updated_at": moment(one.at),
        "last_activity_at": moment(one.at),
        **(branch if may_use(one, "repository", caller) else {}),  # told to whoever may read the documents
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@127.0.0.1:{one.path}.git",
        "http_url_to_repo": f"{page}.git",
        "web_url": page,
        "readme_url": f"{page}/-/blob/{one.repository.default}/README.md",
        "avatar_url": None,
        "forks_count": 0,
        "star_count": 0,
        "visibility": one.visibility,
        "empty_repo": not one.repository.branches,
        "archived": one.archived,
        "creator_id": gitlab.people[gitlab.owner.lower()].id,
        "namespace": {
            "id": gitlab.group_id(one.group),
            "name": group,
            "path": group,
            "kind": "group",
            "full_path": one.group,
            "parent_id": gitlab.group_id(one.group.rpartition("/")[0]) if "/" in one.group else None,
            "avatar_url": None,
            "web_url": f"{gitlab.url}/groups/{one.group}",
        },
        "_links": {
            "self": address,
            "issues": f"{address}/issues",
            "merge_requests": f"{address}/merge_requests",
            "repo_branches": f"{address}/repository/branches",
            "labels": f"{address}/labels",
            "events": f"{address}/events",
            "members": f"{address}/members",
            "cluster_agents": f"{address}/cluster_agents",
        },
        "issues_enabled": one.feature("issues") != "disabled",
        "merge_requests_enabled": one.feature("merge_requests") != "disabled",
        "can_create_merge_request_in": role_of(one, caller.login) >= Role.DEVELOPER,
        **{f"{name}_access_level": one.feature(name) for name in FEATURES},
        "open_issues_count": sum(issue.state == "opened" for issue in one.issues.values()),
        "merge_method": "merge",
        "squash_option": "default_off",
        "only_allow_merge_if_pipeline_succeeds": False,
        "only_allow_merge_if_all_discussions_are_resolved": False,
        "remove_source_branch_after_merge": True,
        "autoclose_referenced_issues": True,
        "request_access_enabled": True,
        "shared_with_groups": [],
    }
    if gitlab.premium:
        shown |= {"approvals_before_merge": one.approvals, "mirror": False} | dict.fromkeys(_OF_PREMIUM)
    if caller.person is not None:
        shown["permissions"] = {
            "project_access": _access(one.roles.get(caller.login)),
            "group_access": _access(one.inherited.get(caller.login)),
        }
    return shown


def _access(role: Role | None) -> dict[str, int] | None:
    return None if role is None else {"access_level": int(role), "notification_level": 3}
