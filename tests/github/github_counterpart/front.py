"""What happens to every request before and after it is answered."""

from __future__ import annotations

import email.utils
import hashlib
import re
import threading
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from github_counterpart import (  # each brings its routes
    apps,
    checks,
    dependencies,
    events,
    git,
    graphql,
    hooks,
    issue_parts,
    issues,
    people,
    pulls,
    statuses,
)
from github_counterpart.accounts import Caller, Kind, Token
from github_counterpart.call import ROUTES, Call
from github_counterpart.messages import Answer, Problem
from github_counterpart.permissions import require
from github_counterpart.seen import Seen

if TYPE_CHECKING:
    from github_counterpart.github import GitHub
    from github_counterpart.messages import Request
    from github_counterpart.repository import Repository

PARTS = (apps, checks, dependencies, events, git, graphql, hooks, issue_parts, issues, people, pulls, statuses)
#: What GitHub Enterprise Server puts before every path.
ENTERPRISE = "/api/v3"
VERSION = "2022-11-28"
#: What counts as creating content.
_CREATES = re.compile(r"POST .*/(issues|comments|pulls|reviews)")
_REPOSITORY = re.compile(r"/repos/([^/]+)/([^/]+)(/.*)?")
_BY_NUMBER = re.compile(r"/repositories/(\d+)(/.*)?")
_UNCOUNTED = "/rate_limit"
#: Lists that say when they were changed; those of issues do not.
_DATED = re.compile(r"/(labels|contents|commits)(/|$)")
#: Whose quota it is where no token is sent.
NOBODY = Token("", "", hourly=60)
_SAML = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to "
    "this organization."
)


class Front:
    """Looks at each request, lets something go wrong with it if the test says so, and dresses the answer."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._lock = threading.RLock()

    def respond(self, request: Request) -> Answer:
        """What the network brings in answer to a request."""
        github = self._github
        with self._lock:
            try:
                github.clock.advance(github.latency)
                seen = self._note(request)
                fault = github.trouble(seen)
                if fault is not None and not fault.done:
                    return fault.spoil(None)
                answer = self.serve(request, seen)
                seen.status = answer.status
                github.after(seen)
                return answer if fault is None else fault.spoil(answer)
            except Exception:  # noqa: BLE001 - a mistake of the proxy must be seen, and end no test with a time-out
                github.broken.append(f"{request.method} {request.path}\n{traceback.format_exc()}")
                return Answer(500, {"message": "the proxy is broken"})

    def serve(self, request: Request, seen: Seen | None = None) -> Answer:
        """What GitHub answers, if nothing goes wrong on the way. What was not seen is not counted."""
        with self._lock:
            at = self._github.clock.milliseconds
            caller = Caller()
            try:
                _require_manners(request)
                caller = self._caller(request, at)
                if seen is not None:
                    seen.account = caller.login
                    self._admit(seen, caller, at)
                answer = self._answered(request, caller, at)
            except Problem as problem:
                answer = problem.answer
            return self._dressed(request, answer, caller, at, counted=seen is not None)

    # --- Looking at it ------------------------------------------------------------------------------

    def _note(self, request: Request) -> Seen:
        github = self._github
        path = self.named(request.path)
        writes = request.method != "GET"
        if _is_graphql(request):
            template, wrong, writes = "/graphql", graphql.check(request), graphql.mutates(request)
        else:
            operation = github.openapi.find(request.method, path)
            template = operation.template if operation else path
            wrong = github.openapi.check(request, path, given=request.target in github.given)
        github.problems.extend(f"{request.method} {request.target}: {one}" for one in wrong)
        seen = Seen(
            len(github.log) + 1,
            request.method,
            template,
            request.path,
            "",
            github.clock.seconds,
            conditional="if-none-match" in request.headers,
            writes=writes,
        )
        github.log.append(seen)
        return seen

    def named(self, path: str) -> str:
        """A path as GitHub's OpenAPI has it."""
        if self._github.enterprise:
            path = path.removeprefix(ENTERPRISE)
        by_number = _BY_NUMBER.fullmatch(path)
        if by_number is None:
            return path
        known = next((one for one in self._github.repositories if one.id == int(by_number[1])), None)
        return path if known is None else f"/repos/{known.full_name}{by_number[2] or ''}"

    def _admit(self, seen: Seen, caller: Caller, at: int) -> None:
        if caller.token is not None and seen.template != _UNCOUNTED:
            creates = _CREATES.match(seen.name) is not None
            self._github.limits.admit(caller.token, at / 1000, writes=seen.writes, creates=creates)

    def _caller(self, request: Request, at: int) -> Caller:
        sent = request.headers.get("authorization")
        if sent is None:
            return Caller()
        value = re.sub(r"^(bearer|token)\s+", "", sent, flags=re.IGNORECASE).strip()
        if value.count(".") == 2:
            return apps.claimed(self._github, value, at)
        token = self._github.tokens.get(value)
        if token is None or (token.expires is not None and token.expires <= at / 1000):
            raise Problem(401, "Bad credentials")
        if token.kind is Kind.INSTALLATION and self._github.suspended:
            raise Problem(403, "This installation has been suspended")
        if not token.authorised and not request.path.endswith(_UNCOUNTED):
            sso = f"required; url={self._github.address}/orgs/harbour/sso?authorization_request=A1B2"
            raise Problem(403, _SAML, headers={"x-github-sso": sso})
        return Caller(token.login, token)

    # --- Answering ----------------------------------------------------------------------------------

    def _answered(self, request: Request, caller: Caller, at: int) -> Answer:
        if _is_graphql(request):
            return graphql.answer(self._github, request, caller, at)
        path = self.named(request.path)
        repository = None
        match = _REPOSITORY.fullmatch(path)
        if match is not None:
            repository = self._find(match, request)
            path = f"/repos/{repository.full_name}{match[3] or ''}"
        operation = self._github.openapi.find(request.method, path)
        if operation is None:
            raise Problem(404, "Not Found")
        name = f"{operation.method} {operation.template}"
        call = Call(self._github, request, caller, name, path, operation.values, at, repository)
        apps.require(call)
        if caller.app is None:
            require(call)
        return ROUTES.get(name, _by_emulate)(call)

    def _find(self, match: re.Match[str], request: Request) -> Repository:
        """A repository by its name, in any case; where it was renamed, GitHub says where it is now."""
        github, name = self._github, f"{match[1]}/{match[2]}".lower()
        for repository in github.repositories:
            if repository.full_name.lower() == name:
                return repository
        if name not in github.moved:
            raise Problem(404, "Not Found")
        query = request.target.partition("?")[2]
        target = f"/repositories/{github.moved[name].id}{match[3] or ''}{'?' if query else ''}{query}"
        github.given.add(target)
        code, message = (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
        problem = Problem(code, message, headers={"location": f"{github.url}{target}"})
        problem.answer.body["url"] = f"{github.url}{target}"
        raise problem

    # --- Dressing -----------------------------------------------------------------------------------

    def _dressed(self, request: Request, answer: Answer, caller: Caller, at: int, *, counted: bool) -> Answer:
        """The headers that every answer has; and 304 where the client has this very answer."""
        headers = {
            "date": email.utils.formatdate(at / 1000, usegmt=True),
            "cache-control": "private, max-age=60, s-maxage=60",
            "vary": "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With",
            "access-control-allow-origin": "*",
            "access-control-expose-headers": "ETag, Link, Location, Retry-After, X-RateLimit-Limit",
            "content-security-policy": "default-src 'none'",
            "referrer-policy": "origin-when-cross-origin, strict-origin-when-cross-origin",
            "strict-transport-security": "max-age=31536000; includeSubdomains; preload",
            "x-content-type-options": "nosniff",
            "x-frame-options": "deny",
            "x-xss-protection": "0",
            "x-github-media-type": "github.v3; format=json",
            "x-github-request-id": f"{at:X}:{len(self._github.log):X}",
            "x-github-api-version-selected": VERSION,
            **({"x-github-enterprise-version": "3.19.0"} if self._github.enterprise else {}),
            **answer.headers,
        }
        token = caller.token
        if answer.status in {200, 201}:
            # It depends on the token: another one, and be it the same App's an hour later, has another.
            tag = hashlib.sha256((token.value if token else "").encode() + answer.data).hexdigest()
            headers["etag"] = f'W/"{tag}"'
            if request.method == "GET" and f'"{tag}"' in request.headers.get("if-none-match", ""):
                headers.pop("link", None)
                answer = Answer(304)
            elif request.method == "GET" and (isinstance(answer.body, dict) or _DATED.search(request.path)):
                headers["last-modified"] = email.utils.formatdate(self._github.started, usegmt=True)
        if counted:
            free = answer.status == 304 or request.path.endswith(_UNCOUNTED)
            headers |= self._github.limits.headers(token or NOBODY, at / 1000, free=free)
        if token is not None:
            if token.kind is Kind.CLASSIC:
                headers.setdefault("x-oauth-scopes", ", ".join(token.scopes))
                headers.setdefault("x-accepted-oauth-scopes", "repo")
            if token.expires is not None and token.installation is None:
                headers["github-authentication-token-expiration"] = self._github.moment(int(token.expires * 1000))
        return replace(answer, headers=headers)


def _is_graphql(request: Request) -> bool:
    return request.method == "POST" and request.path in {"/graphql", "/api/graphql"}


def _require_manners(request: Request) -> None:
    if "user-agent" not in request.headers:
        raise Problem(
            403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
        )
    if request.headers.get("x-github-api-version", VERSION) != VERSION:
        raise Problem(400, f"{request.headers['x-github-api-version']} is not a supported version of the API")


def _by_emulate(call: Call) -> Answer:
    """Whatever needs nothing more. Lists are paged here, since GitHub's next page is an address of its own."""
    answer = call.ask()
    if call.request.method == "GET" and isinstance(answer.body, list) and call.given is not None:
        query = "&".join(f"{name}={value}" for name, value in call.request.query if name not in {"page", "per_page"})
        path = call.path.removeprefix(f"/repos/{call.repository.full_name}")
        return call.page(call.every(f"{path}?{query}" if query else path))
    if answer.status == 201 and isinstance(answer.body, dict) and "url" in answer.body:
        answer.headers["location"] = answer.body["url"]
    return answer
