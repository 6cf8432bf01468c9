"""What a merge request brings, whether it can be merged, and merging it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitlab_counterpart import changes, commit_shape, protection, shapes, statuses

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.repository import Commit, Entry
    from gitlab_counterpart.world import MergeRequest

_DRAFT = ("draft:", "[draft]", "(draft)")


def follow(call: Call, one: MergeRequest) -> None:
    """An open one has whatever its branch has."""
    repository = call.project.repository
    if one.state != "opened":
        return
    head, target = repository.branches.get(one.source), repository.branches.get(one.target)
    one.start = target or one.start
    if head is None:
        return
    if head != one.sha and one.sha is not None:
        one.changed, one.approved_by = call.at, []
    one.sha = head
    if target is not None:
        base = repository.base(repository.commits[target], repository.commits[head])
        one.base = base.id if base else None


def commits(call: Call, one: MergeRequest) -> list[Commit]:
    """The newest first."""
    repository = call.project.repository
    return repository.between(_commit(call, one.base), repository.commits[one.sha]) if one.sha else []


def diffs(call: Call, one: MergeRequest) -> list[dict[str, Any]]:
    base, head = _commit(call, one.base), _commit(call, one.sha)
    return commit_shape.diffs(call, base.files if base else {}, head.files) if head else []


def approvals_required(call: Call) -> int:
    """Only Premium asks for any."""
    return call.project.approvals if call.gitlab.premium else 0


def status(call: Call, one: MergeRequest) -> str:
    """`detailed_merge_status`."""
    if one.state != "opened":
        return "not_open"
    if one.title.lower().startswith(_DRAFT):
        return "draft_status"
    if not {one.source, one.target} <= call.project.repository.branches.keys():
        return "broken_status"
    if len(one.approved_by) < approvals_required(call):
        return "not_approved"
    return "conflict" if _merged(call, one) is None else "mergeable"


def merge(call: Call, one: MergeRequest) -> None:
    """Into the target branch as a merge commit; squashed commits are one before."""
    repository = call.project.repository
    files = _merged(call, one)
    assert files is not None
    assert one.sha is not None
    who, at = (call.person.name, f"{call.login.lower()}@example.com"), int(call.at)
    ours, theirs = repository.branches[one.target], one.sha
    if one.squash:
        text = call.text("squash_commit_message", one.title)
        parents = (one.base,) if one.base else ()
        squashed = repository.commit(repository.commits[theirs].files, parents, text, who, at)
        theirs = one.squash_commit = squashed.id
    text = call.text(
        "merge_commit_message",
        f"Merge branch '{one.source}' into '{one.target}'\n\n{one.title}\n\n"
        f"See merge request {call.project.path}!{one.iid}",
    )
    made = repository.commit(files, (ours, theirs), text, who, at)
    repository.branches[one.target] = one.merge_commit = made.id
    one.state, one.merged_at, one.merged_by, one.changed = "merged", call.at, call.login, call.at
    changes.happened(call, one, "state", "merged")


def shape(call: Call, one: MergeRequest) -> dict[str, Any]:
    """One in a list."""
    gitlab, project = call.gitlab, call.project
    detailed = status(call, one)
    merger = shapes.user(gitlab, one.merged_by) if one.merged_by else None
    shown = shapes.common(gitlab, project, one)
    draft = one.title.lower().startswith(_DRAFT)
    return shown | {
        "merged_by": merger,
        "merge_user": merger,
        "merged_at": shapes.moment(one.merged_at),
        "target_branch": one.target,
        "source_branch": one.source,
        "source_project_id": project.id if one.fork is None else one.fork or None,
        "target_project_id": project.id,
        "reviewers": [shapes.user(gitlab, login) for login in one.reviewers],
        "draft": draft,
        "work_in_progress": draft,
        "merge_when_pipeline_succeeds": False,
        "merge_status": "cannot_be_merged" if detailed in {"conflict", "broken_status"} else "can_be_merged",
        "detailed_merge_status": detailed,
        "merge_after": None,
        "sha": one.sha,
        "merge_commit_sha": one.merge_commit,
        "squash_commit_sha": one.squash_commit,
        "should_remove_source_branch": None,
        "force_remove_source_branch": one.remove_source,
        "prepared_at": shapes.moment(one.at),
        "reference": f"!{one.iid}",
        "references": {"short": f"!{one.iid}", "relative": f"!{one.iid}", "full": f"{project.path}!{one.iid}"},
        "web_url": f"{gitlab.url}/{project.path}/-/merge_requests/{one.iid}",
        "squash": one.squash,
        "squash_on_merge": one.squash,
        "has_conflicts": detailed in {"conflict", "broken_status"},
        "blocking_discussions_resolved": True,
        "approvals_before_merge": None,
    }


def whole(call: Call, one: MergeRequest) -> dict[str, Any]:
    """One by itself."""
    return shape(call, one) | {
        "subscribed": call.caller.login == one.login,
        "changes_count": str(len(diffs(call, one))),
        "latest_build_started_at": None,
        "latest_build_finished_at": None,
        "first_deployed_to_production_at": None,
        "pipeline": None,
        "head_pipeline": statuses.head_pipeline(call, one),
        "diff_refs": {"base_sha": one.base, "head_sha": one.sha, "start_sha": one.start},
        "merge_error": None,
        "first_contribution": False,
        "user": {"can_merge": call.caller.person is not None and protection.may_merge(call, one.target)},
    }


def _merged(call: Call, one: MergeRequest) -> dict[str, Entry] | None:
    """Both sides' files; None where both changed one of them."""
    base, theirs = _commit(call, one.base), _commit(call, one.sha)
    ours = call.project.repository.find(one.target)
    assert ours is not None, one.target
    assert theirs is not None, one.source
    before = base.files if base else {}
    files: dict[str, Entry] = {}
    for path in {*before, *ours.files, *theirs.files}:
        was, here, there = (side.get(path) for side in (before, ours.files, theirs.files))
        if here not in (was, there) and there != was:
            return None
        entry = there if here == was else here
        if entry is not None:
            files[path] = entry
    return files


def _commit(call: Call, name: str | None) -> Commit | None:
    return call.project.repository.commits.get(name) if name else None
