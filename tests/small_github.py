"""As much of GitHub as units need, in memory: what it is asked is what they judge. `tests/github` is more like it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import httpx

from gapkeeper.adapters.github.address import read_address
from gapkeeper.adapters.github.explain import explain
from gapkeeper.adapters.github.session import Session
from gapkeeper.adapters.github.token import TokenAuth
from gapkeeper.adapters.github.tracker import GitHubTracker
from gapkeeper.adapters.http.client import Client, Retries, Wire
from gapkeeper.adapters.http.host import Host
from gapkeeper.adapters.http.pacing import Limits, Pacing
from gapkeeper.adapters.http.store import Store
from http_wire import TOKEN, Time

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://api.github.com"
ME, URL = "gapkeeper-bot", "github:octo/plan"
Json = dict[str, Any]
PROJECT = {"id": 42, "default_branch": "main", "html_url": "https://github.com/octo/plan"}
NOT_FOUND = httpx.Response(404, json={"message": "Not Found"})


class SmallGitHub:
    """One project. ``asked`` has every request, ``trouble`` can answer instead."""

    def __init__(self) -> None:
        self.time = Time()
        self.name = "octo/plan"
        self.issues: dict[int, Json] = {}
        self.comments: list[Json] = []
        self.events: dict[int, list[Json]] = {}
        self.blockers: dict[int, list[int]] = {}
        self.labels: dict[str, Json] = {}
        self.milestones: list[str] = []
        self.writers = {"anna"}
        self.project: Json = {"permissions": {"push": True}}
        self.knows_dependencies = True
        self.page = 100
        self.asked: list[str] = []
        self.trouble: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None

    # --- What tests do ------------------------------------------------------------------------------

    def tracker(self, store: Store | None = None, *, read_only: bool = False, token: str = TOKEN) -> GitHubTracker:
        store = store or Store(None)
        address = read_address(URL, "https://github.com")
        wire = Wire(
            host=Host(address.api),
            store=store,
            pacing=Pacing(Limits(0), clock=self.time, sleep=self.time.sleep, store=store),
            retries=Retries(0),
            explain=explain,
            transport=httpx.MockTransport(self),
        )
        auth = TokenAuth(token, address.graphql)
        client = Client(wire, auth.header, account=auth.key, read_only=URL if read_only else None)
        return GitHubTracker(Session(address, client, auth, store))

    def add(self, title: str = "A title", *, by: str = ME, labels: tuple[str, ...] = (), **more: object) -> int:
        """An issue that somebody wrote."""
        number = max(self.issues, default=0) + 1
        self.issues[number] = {
            "number": number,
            "id": 1000 + number,
            "title": title,
            "body": "",
            "state": "open",
            "state_reason": None,
            "user": person(by),
            "labels": [self.label(name) for name in labels],
            "milestone": None,
            "assignees": [],
            "html_url": f"https://github.com/{self.name}/issues/{number}",
            "repository_url": f"{API}/repos/{self.name}",
            "comments": 0,
            "closed_at": None,
            "closed_by": None,
            "locked": False,
            **more,
        }
        self.touch(number)
        return number

    def touch(self, number: int) -> None:
        """Something about it changed."""
        self.time.now += dt.timedelta(seconds=1)
        self.issues[number]["updated_at"] = moment(self.time.now)

    def move(self, number: int, state: str, by: str, *, reason: str | None = None) -> None:
        """Somebody closes or reopens it."""
        issue = self.issues[number]
        issue["state"] = state
        issue["state_reason"] = (reason or "completed") if state == "closed" else "reopened"
        self.touch(number)
        issue["closed_at"] = issue["updated_at"] if state == "closed" else None
        kind = "closed" if state == "closed" else "reopened"
        event = {"event": kind, "actor": person(by), "created_at": issue["updated_at"]}
        self.events.setdefault(number, []).append(event)

    def label(self, name: str) -> Json:
        known = next((one for key, one in self.labels.items() if key.casefold() == name.casefold()), None)
        return known or self.labels.setdefault(name, {"name": name, "color": "ededed", "description": None})

    def forget(self) -> list[str]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, []
        return asked

    # --- Answering ----------------------------------------------------------------------------------

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix(f"/repos/{self.name}")
        self.asked.append(f"{request.method} {path}")
        answer = self.trouble(request)
        if answer is None:
            answer = self._answer(request, request.url.path.removeprefix(f"/repos/{self.name}"))
        headers = {"date": self.time.now.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        if request.method == "GET" and answer.status_code == 200:
            token = request.headers["authorization"].encode()
            headers["etag"] = f'"{hashlib.sha256(token + answer.content).hexdigest()}"'
            if request.headers.get("if-none-match") == headers["etag"]:
                answer = httpx.Response(304)
        answer.headers.update(headers)
        return answer

    def _answer(self, request: httpx.Request, path: str) -> httpx.Response:
        data = json.loads(request.content) if request.content else {}
        number = int(found[1]) if (found := re.match(r"/issues/(\d+)", path)) else 0
        if number and number not in self.issues:
            return NOT_FOUND
        if "/dependencies/" in path and self.knows_dependencies:
            return self._dependencies(request, number, data)
        last = path.rpartition("/")[2]
        routes: dict[str, Callable[[], object]] = {
            "GET ": lambda: {**PROJECT, "full_name": self.name, **self.project},
            "GET /user": lambda: {"login": ME},
            "GET /issues": lambda: self._listed(request),
            "POST /issues": lambda: self._shown(self._created(data)),
            "GET /issues/N": lambda: self._shown(number),
            "PATCH /issues/N": lambda: self._shown(self._changed(number, data)),
            "GET /issues/N/events": lambda: self.events.get(number, []),
            "GET /issues/N/comments": lambda: [one for one in self.comments if one["number"] == number],
            "GET /issues/comments": lambda: self.comments[::-1][:100],
            "POST /issues/N/comments": lambda: self.says(number, data["body"]),
            "GET /labels/X": lambda: self.label(last),
            "POST /labels": lambda: self._labelled(data),
            "POST /milestones": lambda: self._milestone(data["title"]),
            "GET /milestones": lambda: [self._milestone(title) for title in self.milestones],
            "GET /collaborators/X/permission": lambda: {
                "permission": "write" if path.split("/")[2] in self.writers else "read"
            },
        }
        place = re.sub(r"^/(labels|collaborators)/[^/]+", r"/\1/X", re.sub("/[0-9]+", "/N", path))
        result = routes.get(f"{request.method} {place}", lambda: NOT_FOUND)()
        return result if isinstance(result, httpx.Response) else httpx.Response(200, json=result)

    def _shown(self, number: int) -> Json:
        issue = self.issues[number]
        if self.knows_dependencies:
            issue["issue_dependencies_summary"] = {"total_blocked_by": len(self.blockers.get(number, []))}
        return issue

    def _listed(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        found = [self._shown(number) for number in self.issues]
        if "since" in asked:
            found = [issue for issue in found if issue["updated_at"] >= asked["since"]]
        if "labels" in asked:
            wanted = asked["labels"].casefold()
            found = [issue for issue in found if wanted in {one["name"].casefold() for one in issue["labels"]}]
        key = "updated_at" if asked["sort"] == "updated" else "number"
        found.sort(key=lambda issue: issue[key], reverse=asked["direction"] == "desc")
        page = int(asked.get("page", 1))
        following = request.url.copy_set_param("page", page + 1)
        headers = {"link": f'<{following}>; rel="next"'} if len(found) > page * self.page else {}
        return httpx.Response(200, json=found[(page - 1) * self.page : page * self.page], headers=headers)

    def _created(self, data: Json) -> int:
        number = self.add(data["title"], labels=tuple(data.get("labels", ())), body=data["body"])
        self._changed(number, {key: data[key] for key in ("milestone", "assignees") if key in data})
        return number

    def _changed(self, number: int, data: Json) -> int:
        issue = self.issues[number]
        for key in ("title", "body"):
            issue[key] = data.get(key, issue[key])
        if "labels" in data:
            issue["labels"] = [self.label(name) for name in data["labels"]]
        if "assignees" in data:
            issue["assignees"] = [person(name) for name in data["assignees"]]
        if "milestone" in data:
            issue["milestone"] = {"number": data["milestone"], "title": self.milestones[data["milestone"] - 1]}
        if data.get("state", issue["state"]) != issue["state"]:
            self.move(number, data["state"], ME, reason=data.get("state_reason"))
            issue["closed_by"] = person(ME) if data["state"] == "closed" else None
        self.touch(number)
        return number

    def says(self, number: int, body: str, *, by: str = ME) -> Json:
        """Somebody comments."""
        comment = {"number": number, "issue_url": f"{API}/x/issues/{number}", "body": body, "user": person(by)}
        self.comments.append(comment)
        self.issues[number]["comments"] += 1
        self.touch(number)
        return comment

    def _labelled(self, data: Json) -> object:
        if any(name.casefold() == data["name"].casefold() for name in self.labels):
            errors = [{"resource": "Label", "code": "already_exists", "field": "name"}]
            return httpx.Response(422, json={"message": "Validation Failed", "errors": errors})
        self.labels[data["name"]] = data
        return data

    def _milestone(self, title: str) -> object:
        if title not in self.milestones:
            self.milestones.append(title)
        return {"title": title, "number": self.milestones.index(title) + 1}

    def _dependencies(self, request: httpx.Request, number: int, data: Json) -> httpx.Response:
        blockers = self.blockers.setdefault(number, [])
        if request.method == "POST":
            blockers.append(data["issue_id"] - 1000)
        elif request.method == "DELETE":
            blockers.remove(int(request.url.path.rpartition("/")[2]) - 1000)
        if request.method != "GET":
            self.touch(number)
            return httpx.Response(200, json=self._shown(number))
        return httpx.Response(200, json=[self._shown(one) for one in blockers])


def person(login: str) -> Json:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def moment(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ["API", "ME", "URL", "SmallGitHub"]
