"""What the fake answers, held against recorded answers of the real GitLab.

A fake that nobody checks proves that a client agrees with the fake. The recordings are those of ogr, and a choice of
them with some of others beside the corpus.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from asking_gitlab import Asking
from github_counterpart.installed import GITLAB_RECORDINGS
from github_counterpart.recordings import Recorded, recorded, shape
from gitlab_counterpart.call import find
from gitlab_counterpart.gitlab import GitLab
from gitlab_counterpart.seed import OWNER, token_of
from gitlab_counterpart.world import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    Answers = dict[tuple[str, int], list[Recorded]]  # by operation and status

CORPUS = os.environ.get("GAPKEEPER_CORPUS")
#: Headers of transport, of gitlab.com's front, of single days or of one kind of installation.
TRANSPORT = re.compile(
    r"alt-svc|cf-.*|content-encoding|content-length|content-security-policy|gitlab-(lb|sv)|keep-alive|nel|pragma|"
    r"expect-ct|expires|link|permissions-policy|ratelimit-.*|referrer-policy|report-to|set-cookie|"
    r"strict-transport-security|transfer-encoding|connection|"
    r"x-(download-options|gitlab-feature-category|permitted.*|ua-compatible|xss.*)"
)
#: What a project has that has nothing to do with issues or documents, and is not kept here.
NOT_OF_PROJECTS = re.compile(
    r"\.(auto_|build|ci_|container_|emails_|jobs_|keep_|lfs_|packages_|pages_|public_jobs|runners_|service_desk|"
    r"shared_runners|snippets|wiki|import_|group_runners|allow_merge|analytics|compliance|environments|external_|"
    r"feature_flags|forking|infrastructure|issue_branch|model_|monitor|operations|printing|releases|requirements|resolve_|"
    r"restrict_|security_|suggestion|merge_commit_t|squash_commit_t|public_builds|enforce_auth|runner_token|warn_about)"
)
#: What a merge request has that comes from another project, as all have that were recorded while they were merged.
OF_FORKS = {".allow_collaboration", ".allow_maintainer_to_push"}


@pytest.fixture(scope="module", params=["ogr", "a choice"])
def real(request: pytest.FixtureRequest) -> Answers:
    found: Answers = defaultdict(list)
    for answer in recorded(GITLAB_RECORDINGS) if request.param == "ogr" else _choice():
        if not answer.path.startswith("/api/v4/"):
            continue
        route, _ = find(answer.method, answer.path.removeprefix("/api/v4"))
        if route is not None:
            found[f"{answer.method} {route.template}", answer.status].append(answer)
    return found


def _choice() -> Iterator[Recorded]:
    if CORPUS is None:
        pytest.skip("GAPKEEPER_CORPUS names no corpus")
    for path in sorted((Path(CORPUS).parent / "contracts/gitlab").glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        if "request" in kept:
            yield Recorded(
                kept["request"]["method"],
                urlsplit(kept["request"]["url"]).path,
                kept["status"],
                kept["headers"],
                kept["body"],
            )


@pytest.fixture(scope="module")
def ours() -> Answers:
    """A walk through everything that the fake has and recordings know."""
    gitlab = GitLab(premium=True)
    found: Answers = defaultdict(list)

    def keep(response: httpx.Response) -> None:
        response.read()
        path = response.request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v4")
        route, _ = find(response.request.method, path)
        assert route is not None, path
        body = response.json() if response.content else ""
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Recorded(response.request.method, path, response.status_code, headers, body)
        found[f"{answer.method} {route.template}", answer.status].append(answer)

    with Asking(gitlab) as ask, Asking(gitlab, "glpat-no") as nobody, Asking(gitlab, token_of(OWNER)) as owner:
        for client in (ask, nobody, owner):
            client.event_hooks = {"response": [keep]}
        _walk_project(gitlab, ask, nobody, owner)
        _walk_issues(gitlab, ask)
        _walk_requests(gitlab, ask)
    gitlab.close()
    assert gitlab.broken == []
    return found


def _walk_project(gitlab: GitLab, ask: Asking, nobody: Asking, owner: Asking) -> None:
    for client in (ask, nobody):
        client.get("/user")
        client.head("/user")
    ask.get("~")
    ask.get("/projects/harbour%2Fnever-was")
    ask.get("/projects?search=pier")
    for name in ("made", "made"):
        ask.post("/projects", json={"name": name})
    ask.get("/users?username=Rosa")
    owner.put("~", json={"description": "Another"})
    for _ in range(2):
        owner.post("~/members", json={"user_id": gitlab.people["ann"].id, "access_level": 30})
    for path in ("members/all", "members", "repository/commits", "repository/tree", "repository/branches"):
        owner.get(f"~/{path}")
    sha = gitlab.project.repository.branches["main"]
    for path in ("main", "non-existing"):
        ask.get(f"~/repository/branches/{path}")
    for path in (sha, "0" * 40):
        ask.get(f"~/repository/commits/{path}")
    for path in ("README.md", ".blablabla_nonexisting_file"):
        ask.get(f"~/repository/files/{path}?ref=main")


def _walk_issues(gitlab: GitLab, ask: Asking) -> None:
    milestone = ask.post("~/milestones", json={"title": "Phase 1"}).json()
    me = ask.get("/user").json()["id"]
    issue = ask.issue(description="Text", labels="bug,new", assignee_ids=[me], milestone_id=milestone["id"])
    ask.issue()
    ask.put(f"~/issues/{issue['iid']}", json={"state_event": "close"})
    note = ask.post(f"~/issues/{issue['iid']}/notes", json={"body": "Text"}).json()
    ask.put(f"~/issues/{issue['iid']}/notes/{note['id']}", json={"body": "Another"})
    for path in ("", "/notes", f"/notes/{note['id']}"):
        ask.get(f"~/issues/{issue['iid']}{path}")
    ask.get("~/issues?state=all&per_page=1")
    ask.get("~/issues/100000000000000000000")
    ask.get("~/labels")
    gitlab.project.features["issues"] = "disabled"
    ask.post("~/issues", json={"title": "Too late"})
    gitlab.project.features.clear()


def _walk_requests(gitlab: GitLab, ask: Asking) -> None:
    gitlab.project.repository.branches["topic"] = gitlab.project.repository.branches["main"]
    gitlab.commit({"docs/LATER.md": b"# Sooner\n"}, "Hurry", branch="topic")
    sent = {"title": "A title", "source_branch": "topic", "target_branch": "main", "description": "Text"}
    for _ in range(2):
        ask.post("~/merge_requests", json=sent)
    for path in ("", "/commits", "/notes", "/changes", "/approvals"):
        ask.get(f"~/merge_requests/1{path}")
    note = ask.post("~/merge_requests/1/notes", json={"body": "Text"}).json()
    ask.get(f"~/merge_requests/1/notes/{note['id']}")
    ask.put(f"~/merge_requests/1/notes/{note['id']}", json={"body": "Another"})
    ask.get("~/merge_requests/1/merge_ref")
    ask.get("~/merge_requests?state=all&per_page=1")
    ask.get("~/merge_requests/100000000000000000000")
    ask.put("~/merge_requests/1", json={"title": "Another"})
    gitlab.grant("keeper", Role.MAINTAINER)
    ask.put("~/merge_requests/1/merge", json={})
    ask.get("~/merge_requests/1/merge_ref")


def common(ours: Answers, real: Answers) -> list[tuple[str, int]]:
    return sorted(ours.keys() & real.keys())


def bodies(answers: list[Recorded]) -> list[Any]:
    found: list[Any] = []
    for answer in answers:
        found += answer.body if isinstance(answer.body, list) else [answer.body]
    return found


def test_there_is_enough_to_compare(ours: Answers, real: Answers) -> None:
    both = common(ours, real)
    assert len(both) >= 30
    assert {status for _, status in both} == {200, 201, 400, 401, 403, 404, 409}


def test_no_key_is_missing_that_the_real_one_always_has(ours: Answers, real: Answers) -> None:
    missing = []
    for name in common(ours, real):
        recordings = [set(shape(body)) for body in bodies(real[name])]
        always = set.intersection(*recordings) if recordings else set()
        for there in map(shape, bodies(ours[name])):
            missing += [f"{name[0]} {name[1]}: {key}" for key in sorted(always - set(there)) if _could_be(key, there)]
    assert not missing, "\n".join(sorted(set(missing)))


def _could_be(path: str, there: dict[str, set[str]]) -> bool:
    """Whether there is a place for it: nothing is in what is null, or in an empty list."""
    above = re.sub(r"(\[\]|\.[^.\[]+)$", "", path)
    return "dict" in there.get(above, ()) and not NOT_OF_PROJECTS.match(path) and path not in OF_FORKS


def test_every_value_has_a_type_that_the_real_one_has(ours: Answers, real: Answers) -> None:
    different = []
    for name in common(ours, real):
        known: dict[str, set[str]] = defaultdict(set)
        for body in bodies(real[name]):
            for path, types in shape(body).items():
                known[path] |= types
        for body in bodies(ours[name]):
            for path, types in shape(body).items():
                there = known[path] - {"null"}
                if there and not types - {"null"} <= there:
                    different.append(f"{name[0]} {name[1]}: {path} is {types}, and there {there}")
    assert not different, "\n".join(different)


def test_no_header_is_missing_that_the_real_one_always_has(ours: Answers, real: Answers) -> None:
    missing = set()
    for name in common(ours, real):
        always = set.intersection(*(set(answer.headers) for answer in real[name]))
        for answer in ours[name]:
            missing |= {
                f"{name[0]} {name[1]}: {header}"
                for header in always - set(answer.headers)
                if not TRANSPORT.fullmatch(header)
            }
    assert not missing, "\n".join(sorted(missing))


def test_headers_have_the_form_of_the_real_ones(ours: Answers, real: Answers) -> None:
    limited = paged = 0
    for answers in (ours, real):
        for headers in (one.headers for found in answers.values() for one in found):
            assert headers.get("etag", 'W/"').startswith('W/"')
            assert headers["content-type"].startswith("application/json") or headers["content-type"] == "text/plain"
            for name in ("limit", "observed", "remaining", "reset"):
                assert headers.get(f"ratelimit-{name}", "0").isdigit()
            limited += "ratelimit-limit" in headers
            paged += "x-next-page" in headers
            assert headers.get("ratelimit-resettime", "GMT").endswith("GMT")
            for name in ("x-next-page", "x-prev-page", "x-page", "x-per-page", "x-total", "x-total-pages"):
                assert re.fullmatch(r"\d*", headers.get(name, ""))
    assert min(limited, paged) >= 10


def test_links_lead_where_the_real_ones_lead(ours: Answers, real: Answers) -> None:
    """The project's number is among the parameters, and pages are named from the previous to the last."""
    forms = []
    for answers in (ours, real):
        links = [
            answer.headers["link"]
            for answer in answers["GET /projects/{id}/issues", 200]
            if "prev" in answer.headers.get("link", "") or answers is ours
        ]
        assert links
        for link in links:
            assert re.search(r"/api/v4/projects/(\d+)/issues\?(.*&)?id=\1&", link), link
        order = [re.findall(r'rel="(\w+)"', link) for link in links]
        forms.append({name for names in order for name in names})
        assert all(names == [one for one in ("prev", "next", "first", "last") if one in names] for names in order)
    assert forms[0] <= forms[1] | {"next"}


def test_refusals_say_what_the_real_one_says(ours: Answers, real: Answers) -> None:
    compared = []
    for name in common(ours, real):
        if name[1] >= 300 and name[0] != "HEAD /user":
            said = {_without_numbers(answer.body) for answer in real[name]}
            assert {_without_numbers(answer.body) for answer in ours[name]} <= said, name
            compared.append(name)
    assert len(compared) >= 7


def _without_numbers(body: object) -> str:
    return re.sub(r"!\d+", "!1", json.dumps(body, sort_keys=True))
