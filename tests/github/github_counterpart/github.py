"""GitHub for one test: emulate, the proxy before it, and what people do there."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from github_counterpart.accounts import Kind, Role, Token
from github_counterpart.clock import Clock
from github_counterpart.faults import no_trouble
from github_counterpart.front import ENTERPRISE, Front
from github_counterpart.hooks import config_of
from github_counterpart.limits import Limits
from github_counterpart.messages import Request
from github_counterpart.polish import Polish
from github_counterpart.repository import Repository
from github_counterpart.seed import ACTIONS, ELSEWHERE, FULL_NAME, OWNER, Seed, token_of
from github_counterpart.seen import Log
from github_counterpart.server import Server
from github_counterpart.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from github_counterpart.accounts import App, Caller
    from github_counterpart.emulator import Farm
    from github_counterpart.faults import Trouble
    from github_counterpart.messages import Answer
    from github_counterpart.openapi import OpenApi
    from github_counterpart.seen import Seen

#: When the repositories were made, in milliseconds since 1970: their first commits are the same every time.
FOUNDED = int(dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC).timestamp() * 1000)


class GitHub:
    """One GitHub. ``url`` is its API's address; what tests set before and read afterwards are its attributes."""

    def __init__(self, farm: Farm, openapi: OpenApi, seed: Seed | None = None, *, enterprise: bool = False) -> None:
        self.seed = seed or Seed()
        self.openapi = openapi
        self.enterprise = enterprise
        self.clock = Clock()
        self.started = self.clock.seconds
        self.limits = Limits()
        self.trouble: Trouble = no_trouble  # what goes wrong with which request
        self.after: Callable[[Seen], None] = lambda _: None  # told of each request that was answered
        self.latency = 0.0  # seconds that each request takes, by GitHub's clock
        self.dependencies = not enterprise  # whether issues can block each other: older servers have no such thing
        self.closers_in_lists = True  # whether a list of issues says who closed them, or only each issue does
        self.roles_are_public = False  # whether others than writers may ask what somebody may do: GitHub says no
        self.suspended = False  # the App's installation
        self.app_hook = config_of("")  # where the App's webhook leads; without an address it has none
        self.log = Log()  # every request
        self.problems: list[str] = []  # requests that GitHub's OpenAPI or GraphQL schema does not know
        self.broken: list[str] = []  # where the proxy itself is wrong
        self.given: set[str] = set()  # addresses of pages that GitHub named itself
        self.moved: dict[str, Repository] = {}  # former name -> where it is
        self.app: App = self.seed.app()
        self.bots = {ACTIONS, self.app.login}
        self.tokens: dict[str, Token] = {token.value: token for token in self.seed.tokens()}
        self._people: dict[str, dict[str, Any]] = {}
        self._front = Front(self)
        self._server = Server(self._front.respond)
        emulator = farm.start(self.seed.for_emulate(), self.url, FOUNDED)
        self.upstream = Upstream(emulator, Polish(self.bots, self.url, self.address))
        self.upstream.repositories = [self._repository(name) for name in (FULL_NAME, ELSEWHERE, *self.seed.more)]
        self.repository = self.repositories[0]  # the one that most tests are about
        for login, role in self.seed.roles.items():
            self.grant(login, role)
        self.upstream.collaborate(self.repository, ACTIONS, Role.WRITE, at=self.clock.milliseconds)

    @property
    def address(self) -> str:
        """Where pages for people would be."""
        return self._server.url

    @property
    def url(self) -> str:
        """The API's base address."""
        return self.address + (ENTERPRISE if self.enterprise else "")

    @property
    def repositories(self) -> list[Repository]:
        return self.upstream.repositories

    def of(self, full_name: str) -> GitHub:
        """The same GitHub for a test that is about several repositories: this one is its `repository`."""
        other = copy.copy(self)
        other.repository = next(one for one in self.repositories if one.full_name == full_name)
        return other

    def close(self) -> None:
        self._server.close()
        self.upstream.close()

    # --- What is there ------------------------------------------------------------------------------

    def role(self, repository: Repository, caller: Caller) -> Role:
        """What somebody may do; of an App its permissions say that, and nothing else does."""
        if caller.integration or caller.app is not None:
            return Role.WRITE
        return self.role_of(repository, caller.login)

    def role_of(self, repository: Repository, login: str) -> Role:
        if login.lower() == repository.owner.lower():
            return Role.ADMIN
        return repository.roles.get(login.lower(), Role.NONE if repository.private else Role.READ)

    def association(self, repository: Repository, login: str) -> str:
        """What `author_association` says; of an App nothing, whatever it may do."""
        if login.lower() == repository.owner.lower():
            return "OWNER"
        return "COLLABORATOR" if login.lower() in repository.roles else "NONE"

    def known(self, login: str) -> bool:
        """Whether there is such an account."""
        return login in self.bots or login.lower() in {one.lower() for one in self.seed.people}

    def person(self, login: str) -> dict[str, Any]:
        """An account as answers name it."""
        if login not in self._people:
            found = self.upstream.look(f"/users/{login}", at=self.clock.milliseconds) or {"login": login}
            keys = list(found)
            end = keys.index("user_view_type") + 1 if "user_view_type" in found else len(keys)
            self._people[login] = {key: found[key] for key in keys[:end]}
        return self._people[login] | {"type": "Bot" if login in self.bots else "User"}

    def named(self, path: str) -> str:
        """A path as GitHub's own description has it."""
        return self._front.named(path)

    def moment(self, at: int) -> str:
        """A time (milliseconds since 1970) as GitHub writes it."""
        return f"{dt.datetime.fromtimestamp(at // 1000, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _repository(self, full_name: str) -> Repository:
        found = self.upstream.look(f"/repos/{full_name}", at=self.clock.milliseconds)
        owner, _, name = full_name.partition("/")
        return Repository(found["id"], owner, name, private=found["private"], roles={})

    # --- What people do -----------------------------------------------------------------------------

    def act(self, login: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever is answered
        """Do something as somebody, below the repository: it is neither counted nor disturbed, and has to succeed."""
        answer = self.attempt(token_of(login), method, f"/repos/{self.repository.full_name}{path}", body)
        assert answer.status < 400, (method, path, answer.status, answer.body)
        return answer.body

    def attempt(self, token: str, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask something with a token, whatever becomes of it; neither counted nor disturbed."""
        sent = {"user-agent": "a test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token:
            sent["authorization"] = f"Bearer {token}"
        data = b"" if body is None else json.dumps(body).encode()
        return self._front.serve(Request.parse(method, path, sent, data))

    def token(self, login: str, **more: Any) -> str:  # noqa: ANN401 - what a token has
        """A further token: `github.token(US, kind=Kind.FINE_GRAINED, permissions={"issues": "read"})`."""
        token = Token(f"github_pat_{len(self.tokens)}", login, **more)
        self.tokens[token.value] = token
        return token.value

    def revoke(self, repository: Repository) -> None:
        """The tokens of the App for a repository are good no more, as when it was installed anew."""
        name = repository.full_name.lower()
        for token in tuple(self.tokens.values()):
            if token.kind is Kind.INSTALLATION and name in (token.repositories or ()):
                del self.tokens[token.value]

    def grant(self, login: str, role: Role, *, repository: Repository | None = None) -> None:
        """Give somebody a role. Whoever has none may read what is public, and is no collaborator."""
        repository = repository or self.repository
        repository.roles.pop(login.lower(), None)
        if role is not Role.NONE:
            repository.roles[login.lower()] = role
            self.upstream.collaborate(repository, login, role, at=self.clock.milliseconds)

    def make_bot(self, login: str) -> None:
        """This account is somebody's program."""
        self.bots.add(login)
        self.forget()

    def rename(self, name: str) -> None:
        """Rename the repository. Its former address leads to the new one."""
        repository = self.repository
        self.moved[repository.full_name.lower()] = repository
        self._configured(name=name)
        repository.name = name

    def configure(self, **settings: bool) -> None:
        """Change settings of the repository: `archived=True`, `has_issues=False`, `private=True`."""
        self._configured(**settings)
        for name, value in settings.items():
            setattr(self.repository, name, value)

    def delete_issue(self, number: int) -> None:
        """What REST cannot do, and an administrator can."""
        self.repository.deleted.add(number)

    def transfer_issue(self, number: int) -> str:
        """Move an issue to the other repository; its new address."""
        issue = self.act(OWNER, "GET", f"/issues/{number}")
        text = {"title": issue["title"], "body": issue["body"]}
        made = self.upstream.change("POST", f"/repos/{ELSEWHERE}/issues", text, at=self.clock.milliseconds).json()
        self.repository.transferred[number] = made["url"]
        return str(made["url"])

    def forget(self) -> None:
        """Read again what was remembered of emulate's answers."""
        for repository in self.repositories:
            repository.issues = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[Log]:
        """What is sent inside."""
        start, seen = len(self.log), Log()
        yield seen
        seen.extend(self.log[start:])

    def _configured(self, **settings: object) -> None:
        path = f"/repos/{self.repository.full_name}"
        reply = self.upstream.change("PATCH", path, settings, at=self.clock.milliseconds)
        assert reply.status == 200, reply.body
