"""Check runs of commits, which only Apps make. emulate forgets their annotations, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_counterpart.call import route
from github_counterpart.messages import Answer, Problem
from github_counterpart.seed import OWNER
from github_counterpart.statuses import commit_of

if TYPE_CHECKING:
    from github_counterpart.call import Call

ANNOTATIONS_LIMIT = 50
TEXT_LIMIT = 65_535  # characters of a summary
_RUN = "~/check-runs/{check_run_id}"
_STATES = ("queued", "in_progress", "completed")
#: What an annotation need not have.
_UNSAID = ("start_column", "end_column", "raw_details", "title")
_CHANGEABLE = ("name", "details_url", "external_id", "started_at")


@route("POST ~/check-runs")
def create(call: Call) -> Answer:
    _require_app(call)
    sent = call.body
    sha = str(sent.get("head_sha", ""))
    if not sent.get("name") or not sha:
        raise Problem(422, 'Invalid request.\n\n"name", "head_sha" weren\'t supplied.')
    if call.look(f"/git/commits/{sha}") is None:
        raise Problem(422, f"No commit found for SHA: {sha}")
    number = len(call.repository.checks) + 1
    made: dict[str, Any] = {
        "id": 4_000_000_000 + number,
        "name": sent["name"],
        "node_id": f"CR_{number}",
        "head_sha": sha,
        "external_id": "",
        "details_url": None,
        "status": "queued",
        "conclusion": None,
        "started_at": call.now,
        "completed_at": None,
        "title": None,
        "summary": None,
        "annotations": [],
        "slug": _slug(call),
    }
    _change(call, made, sent)
    call.repository.checks.append(made)
    return Answer(201, _shown(call, made), {"location": _url(call, made)})


@route(f"PATCH {_RUN}")
def update(call: Call) -> Answer:
    _require_app(call)
    one = _named(call)
    if one["slug"] != _slug(call):
        raise Problem(403, "Invalid app_id `7` - check run can only be modified by the GitHub App that created it.")
    _change(call, one, call.body)
    return Answer(200, _shown(call, one))


@route(f"GET {_RUN}")
def one_run(call: Call) -> Answer:
    return Answer(200, _shown(call, _named(call)))


@route(f"GET {_RUN}/annotations")
def annotations(call: Call) -> Answer:
    one = _named(call)
    page = f"{call.github.address}/{call.repository.full_name}/blob/{one['head_sha']}"
    return call.page(
        one["annotations"], lambda note: dict.fromkeys(_UNSAID) | note | {"blob_href": f"{page}/{note['path']}"}
    )


@route("GET ~/commits/{ref}/check-runs")
def of_commit(call: Call) -> Answer:
    """The newest first; of each App and name the latest one, unless all are asked for."""
    sha = commit_of(call)
    name = call.request.asks("check_name")
    found = [one for one in reversed(call.repository.checks) if one["head_sha"] == sha and name in {"", one["name"]}]
    if call.request.asks("filter") != "all":
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for one in found:
            latest.setdefault((one["slug"], one["name"]), one)
        found = list(latest.values())
    page = call.page(found, lambda one: _shown(call, one))
    return Answer(200, {"total_count": len(found), "check_runs": page.body}, page.headers)


def _change(call: Call, one: dict[str, Any], sent: dict[str, Any]) -> None:
    """Annotations are added to those that are there."""
    output = sent.get("output") or {}
    added = output.get("annotations") or []
    if len(added) > ANNOTATIONS_LIMIT:
        text = f"No more than {ANNOTATIONS_LIMIT} items are allowed; {len(added)} were supplied."
        raise Problem(422, f"Invalid request.\n\n{text}")
    if output and "summary" not in output:
        raise Problem(422, 'Invalid request.\n\n"summary" wasn\'t supplied.')
    if len(output.get("summary") or "") > TEXT_LIMIT:
        raise Problem(422, f"Invalid request.\n\nOnly {TEXT_LIMIT} characters are allowed; more were supplied.")
    status = sent.get("status", "completed" if "conclusion" in sent else one["status"])
    conclusion = sent.get("conclusion", one["conclusion"])
    if status not in _STATES or (status == "completed" and conclusion is None):
        raise Problem(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    one |= {name: sent[name] for name in _CHANGEABLE if name in sent}
    completed = status == "completed"
    one |= {"status": status, "conclusion": conclusion if completed else None}
    one["completed_at"] = sent.get("completed_at", call.now) if completed else None
    one |= {name: output[name] for name in ("title", "summary") if name in output}
    one["annotations"] = [*one["annotations"], *added]


def _shown(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    url = _url(call, one)
    keys = ("id", "name", "node_id", "head_sha", "external_id", "details_url", "status", "conclusion")
    return {
        **{key: one[key] for key in (*keys, "started_at", "completed_at")},
        "url": url,
        "html_url": f"{call.github.address}/{call.repository.full_name}/runs/{one['id']}",
        "output": {
            "title": one["title"],
            "summary": one["summary"],
            "text": None,
            "annotations_count": len(one["annotations"]),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": 1},
        "app": _app(call, one),
        "pull_requests": [],
    }


def _app(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    shown = call.github.seed.integration(call.github.url)
    return shown | {"slug": one["slug"], "owner": call.github.person(OWNER)}


def _url(call: Call, one: dict[str, Any]) -> str:
    return f"{call.github.url}/repos/{call.repository.full_name}/check-runs/{one['id']}"


def _named(call: Call) -> dict[str, Any]:
    number = call.values["check_run_id"]
    found = next((one for one in call.repository.checks if str(one["id"]) == number), None)
    return call.found() if found is None else found


def _require_app(call: Call) -> None:
    if not call.caller.integration:
        raise Problem(403, "You must authenticate via a GitHub App.")


def _slug(call: Call) -> str:
    return call.caller.login.removesuffix("[bot]")
