"""What happens to every request before and after it is answered."""

from __future__ import annotations

import email.utils
import hashlib
import json
import threading
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from github_counterpart.messages import Answer
from github_counterpart.seen import Seen
from gitlab_counterpart import (  # each brings its routes
    branches,
    commits,
    events,
    files,
    hooks,
    issues,
    labels,
    links,
    merge_requests,
    milestones,
    notes,
    people,
    projects,
    protection,
    statuses,
)
from gitlab_counterpart.access import Caller, authenticate
from gitlab_counterpart.call import Call, find
from gitlab_counterpart.errors import Refusal
from gitlab_counterpart.faults import MAINTENANCE
from gitlab_counterpart.openapi import described

if TYPE_CHECKING:
    from github_counterpart.messages import Request
    from gitlab_counterpart.gitlab import GitLab

PARTS = (
    branches,
    commits,
    events,
    files,
    hooks,
    issues,
    labels,
    links,
    merge_requests,
    milestones,
    notes,
    people,
    projects,
    protection,
    statuses,
)


class Front:
    """Looks at each request, lets something go wrong with it if the test says so, and dresses the answer."""

    def __init__(self, gitlab: GitLab) -> None:
        self._gitlab = gitlab
        self._lock = threading.RLock()

    def respond(self, request: Request) -> Answer:
        """What the network brings in answer to a request."""
        gitlab = self._gitlab
        with self._lock:
            try:
                gitlab.clock.advance(gitlab.latency)
                seen = self._note(request)
                fault = gitlab.trouble(seen)
                if fault is not None and not fault.done:
                    return fault.spoil(None)
                answer = self.serve(request, seen)
                seen.status = answer.status
                gitlab.after(seen)
                return answer if fault is None else fault.spoil(answer)
            except Exception:  # noqa: BLE001 - a mistake of the fake must be seen, and end no test with a time-out
                gitlab.broken.append(f"{request.method} {request.path}\n{traceback.format_exc()}")
                return Answer(500, {"message": "the fake is broken"})

    def serve(self, request: Request, seen: Seen | None = None) -> Answer:
        """What GitLab answers, if nothing goes wrong on the way. What was not seen is not counted."""
        with self._lock:
            if self._gitlab.maintenance and seen is not None:
                return replace(MAINTENANCE, headers=dict(MAINTENANCE.headers))
            at = self._gitlab.clock.seconds
            caller = Caller()
            try:
                path = self._below(request.path)
                route, values = find(request.method, path)
                caller = authenticate(self._gitlab, request, route.template if route else path, at)
                if seen is not None:
                    seen.account = caller.login
                    self._gitlab.limits.admit(caller.login, seen.name, at)
                if self._gitlab.read_only and seen is not None and seen.writes:
                    answer = Answer(403, {"message": "You cannot perform write operations on a read-only instance"})
                elif route is None:
                    answer = Answer(404, {"error": "404 Not Found"})
                else:
                    call = Call(self._gitlab, request, caller, route.name, path, values, at)
                    answer = self._moved(call) or route.endpoint(call)
            except Refusal as refusal:
                answer = refusal.answer
            return self._dressed(request, answer, caller, at, counted=seen is not None)

    def _note(self, request: Request) -> Seen:
        path = self._below(request.path)
        route, _ = find(request.method, path)
        seen = Seen(
            len(self._gitlab.log) + 1,
            request.method,
            route.template if route else path,
            request.path,
            "",
            self._gitlab.clock.seconds,
            conditional="if-none-match" in request.headers,
            writes=request.method not in {"GET", "HEAD"},
        )
        self._gitlab.log.append(seen)
        openapi = described()
        if openapi is not None:
            self._gitlab.problems += openapi.check(seen.name, request)
        return seen

    def _below(self, path: str) -> str:
        """A path below the API; what is elsewhere stays as it is, and no route knows it."""
        return path.removeprefix(f"{self._gitlab.root}/api/v4") if self._is_api(path) else f"elsewhere:{path}"

    def _is_api(self, path: str) -> bool:
        return path.startswith(f"{self._gitlab.root}/api/v4/")

    def _moved(self, call: Call) -> Answer | None:
        """A former path leads to the project's number; but only those who read."""
        named = call.values.get("id", "")
        if named.isdigit() or named.lower() not in self._gitlab.moved or call.project.path.lower() == named.lower():
            return None
        if call.request.method not in {"GET", "HEAD"}:
            raise Refusal(405, {"message": "Non GET methods are not allowed for moved projects"})
        rest = call.request.path.partition("/projects/")[2].partition("/")
        query = call.request.target.partition("?")
        to = f"{self._gitlab.api}/projects/{call.project.id}{rest[1]}{rest[2]}{query[1]}{query[2]}"
        return Answer(301, {"message": f"This resource has been moved permanently to {to}"}, {"location": to})

    def _dressed(self, request: Request, answer: Answer, caller: Caller, at: float, *, counted: bool) -> Answer:
        number = f"01{hashlib.sha256(f'{len(self._gitlab.log)} {at}'.encode()).hexdigest()[:24].upper()}"
        headers = {
            "server": "nginx",
            "date": email.utils.formatdate(at, usegmt=True),
            "content-type": "application/json",
            "cache-control": "max-age=0, private, must-revalidate" if answer.status < 400 else "no-cache",
            "vary": "Origin",
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN",
            "x-gitlab-meta": json.dumps({"correlation_id": number, "version": "1"}),
            "x-request-id": number,
            "x-runtime": "0.032891",
        }
        limits = self._gitlab.limits
        if counted and (limits.headers_always or answer.status == 429):
            headers |= limits.headers(caller.login, at)
        headers |= answer.headers
        if answer.status in {200, 201} and answer.body is not None:
            etag = f'W/"{hashlib.md5(answer.data, usedforsecurity=False).hexdigest()}"'
            headers["etag"] = etag
            if request.method == "GET" and request.headers.get("if-none-match") == etag:
                answer = Answer(304)
        return replace(answer, headers=headers)
