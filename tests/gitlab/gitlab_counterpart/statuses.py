"""Statuses of commits: jobs of pipelines that ran elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.messages import Answer
from gitlab_counterpart import protection, shapes
from gitlab_counterpart.call import route
from gitlab_counterpart.errors import forbidden, not_found, told
from gitlab_counterpart.pages import page
from gitlab_counterpart.world import Pipeline, Role, Status

if TYPE_CHECKING:
    from gitlab_counterpart.call import Call
    from gitlab_counterpart.gitlab import GitLab
    from gitlab_counterpart.world import MergeRequest

LONGEST = 255  # characters of a description, an address, a name
_STATES = ("pending", "running", "success", "failed", "canceled", "skipped")
_UNFINISHED = frozenset({"pending", "running"})
#: What a state machine calls the way to a state.
_WAYS = {"pending": "enqueue", "running": "run"}


def add_pipeline(gitlab: GitLab, sha: str, ref: str, source: str = "push") -> Pipeline:
    """One that the project's own CI runs."""
    made = Pipeline(gitlab.new_id(), sha, ref, gitlab.clock.seconds, source)
    gitlab.project.pipelines.append(made)
    return made


@route("GET ~/repository/commits/{sha}/statuses")
def listed(call: Call) -> Answer:
    """Of each pipeline and name the newest, the oldest first."""
    call.require_reading(Role.REPORTER)
    sha, ref, name = call.values["sha"], call.text("ref"), call.text("name")
    if sha not in call.project.repository.commits:
        raise not_found("Commit")
    wanted = call.whole("pipeline_id")
    found: list[tuple[Pipeline, Status]] = []
    for pipeline in call.project.pipelines:
        if pipeline.sha != sha or ref not in {"", pipeline.ref} or wanted not in {None, pipeline.id}:
            continue
        newest = {one.name: one for one in pipeline.statuses}
        there = pipeline.statuses if call.flag("all") else newest.values()
        found += [(pipeline, one) for one in there if name in {"", one.name}]
    found.sort(key=lambda pair: pair[1].id)
    return page(call, found, lambda pair: _shown(call, *pair))


@route("POST ~/statuses/{sha}")
def create(call: Call) -> Answer:
    """In the pipeline of the commit, or in a new one, where there is a branch that it is for."""
    call.require(Role.DEVELOPER)
    call.needs("state")
    state = call.one_of("state", *_STATES)
    sha = call.values["sha"]
    if sha not in call.project.repository.commits:
        raise told(404, "404 Commit Not Found")
    pipeline = _pipeline(call, sha)
    if not protection.may_push(call, pipeline.ref):
        raise forbidden()
    name = call.text("name") or call.text("context") or "default"
    for field in ("description", "target_url"):
        if len(call.text(field)) > LONGEST:
            raise told(400, {field: [f"is too long (maximum is {LONGEST} characters)"]})
    one = next((one for one in pipeline.statuses if one.name == name and one.status in _UNFINISHED), None)
    if one is not None and one.status == state:
        way = _WAYS[state]
        reason = f'Status cannot transition via "{way}"'
        raise told(400, f"Cannot transition status via :{way} from :{state} (Reason(s): {reason})")
    if pipeline not in call.project.pipelines:
        call.project.pipelines.append(pipeline)
    if one is None:
        one = Status(call.gitlab.new_id(), name, state, call.login, call.at)
        pipeline.statuses.append(one)
    one.status = state
    one.description = call.text("description") or one.description
    one.target_url = call.text("target_url") or one.target_url
    return Answer(201, _shown(call, pipeline, one))


def head_pipeline(call: Call, one: MergeRequest) -> dict[str, Any] | None:
    """The newest pipeline of a merge request: one of its own, or one of its branch, which a fork has elsewhere."""
    branch = {one.source} if one.fork is None else set()
    refs = {f"refs/merge-requests/{one.iid}/{kind}" for kind in ("head", "merge")} | branch
    commits = {one.sha, one.merged_results}
    found = [there for there in call.project.pipelines if there.ref in refs and there.sha in commits]
    if not found:
        return None
    newest = found[-1]
    address = f"{call.gitlab.url}/{call.project.path}/-/pipelines/{newest.id}"
    times = dict.fromkeys(("created_at", "updated_at"), shapes.moment(newest.at))
    known = {"id": newest.id, "project_id": call.project.id, "sha": newest.sha, "ref": newest.ref}
    return known | {"status": "running", "source": newest.source, "web_url": address, **times}


def _pipeline(call: Call, sha: str) -> Pipeline:
    """The newest that fits; a new one only where none was asked for."""
    ref, wanted = call.text("ref"), call.whole("pipeline_id")
    for one in reversed(call.project.pipelines):
        if one.sha == sha and ref in {"", one.ref} and wanted in {None, one.id}:
            return one
    if wanted is not None:
        raise told(404, "404 Pipeline for pipeline_id, sha and ref Not Found")
    ref = ref or _branch_with(call, sha)
    if not ref:
        raise told(404, "404 References for commit Not Found")
    return Pipeline(call.gitlab.new_id(), sha, ref, call.at, "external")


def _branch_with(call: Call, sha: str) -> str:
    repository = call.project.repository
    for name, tip in repository.branches.items():
        if any(commit.id == sha for commit in repository.history(repository.commits[tip])):
            return name
    return ""


def _shown(call: Call, pipeline: Pipeline, one: Status) -> dict[str, Any]:
    at = shapes.moment(one.at)
    return {
        "id": one.id,
        "sha": pipeline.sha,
        "ref": pipeline.ref,
        "status": one.status,
        "name": one.name,
        "target_url": one.target_url,
        "description": one.description,
        "created_at": at,
        "started_at": None,
        "finished_at": None if one.status in _UNFINISHED else at,
        "allow_failure": False,
        "coverage": None,
        "pipeline_id": pipeline.id,
        "author": shapes.user(call.gitlab, one.login),
    }
