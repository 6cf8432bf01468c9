"""GitLab for one test, and what people do there."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from github_counterpart.clock import Clock
from github_counterpart.faults import no_trouble
from github_counterpart.messages import Request
from github_counterpart.seen import Log
from github_counterpart.server import Server
from gitlab_counterpart.front import Front
from gitlab_counterpart.limits import Limits
from gitlab_counterpart.repository import FILE, Repository
from gitlab_counterpart.seed import ELSEWHERE, OWNER, US, Seed, token_of
from gitlab_counterpart.world import Kind, Person, Project, Protection, Role, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from github_counterpart.faults import Trouble
    from github_counterpart.messages import Answer
    from github_counterpart.seen import Seen

#: When everything was made, in seconds since 1970: first commits are the same every time.
FOUNDED = int(dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC).timestamp())
#: IDs are far from the numbers that issues have within a project.
FIRST_ID = 5_000_000_000
FIRST_PROJECT = 14_233_409


class GitLab:
    """One GitLab. ``url`` is its address; what tests set before and read afterwards are its attributes."""

    def __init__(
        self, seed: Seed | None = None, *, premium: bool = True, root: str = "", version: str = "18.6.1-ee"
    ) -> None:
        self.seed = seed or Seed()
        self.premium = premium  # the tier: Free has one assignee, no blocking links, no push rules, no scoped labels
        self.root = root  # where it is installed: "/gitlab"
        self.version = version
        self.owner = OWNER
        self.founded = float(FOUNDED)
        self.clock = Clock()
        self.limits = Limits()
        self.trouble: Trouble = no_trouble  # what goes wrong with which request
        self.after: Callable[[Seen], None] = lambda _: None  # told of each request that was answered
        self.latency = 0.0  # seconds that each request takes, by GitLab's clock
        self.maintenance = False  # whether it answers everything with 503, as while it is being upgraded
        self.read_only = False  # GitLab's own "maintenance mode": it can be read, and is not written to
        self.log = Log()  # every request
        self.problems: list[str] = []  # requests with what GitLab's OpenAPI does not know
        self.broken: list[str] = []  # where the fake itself is wrong
        self.people: dict[str, Person] = {}  # by login in lower case
        self.tokens: dict[str, Token] = {}  # by value
        self.projects: dict[int, Project] = {}
        self.moved: dict[str, Project] = {}  # former path in lower case -> where it is
        self._groups: dict[str, int] = {}
        self._last = FIRST_ID
        for login in self.seed.people:
            self.add_person(login)
        self._front = Front(self)
        self._server = Server(self._front.respond)
        self.project = self.add_project(self.seed.path, visibility=self.seed.visibility)  # most tests are about it
        self.project.roles.update(self.seed.roles)
        self.elsewhere = self.add_project(ELSEWHERE)
        self.elsewhere.roles.update(self.seed.roles)
        self.commit(self.seed.files, "Begin")

    @property
    def url(self) -> str:
        """Where it is, for people."""
        return self._server.url + self.root

    @property
    def api(self) -> str:
        return f"{self.url}/api/v4"

    def of(self, project: Project) -> GitLab:
        """The same GitLab for a test that is about several projects: this one is its `project`."""
        other = copy.copy(self)
        other.project = project
        return other

    def close(self) -> None:
        self._server.close()

    def new_id(self) -> int:
        """Larger than all before it; IDs are of one sequence, and no two things share one."""
        self._last += 7
        return self._last

    def find_project(self, named: str) -> Project | None:
        """By ID, by path, or by a former path."""
        if named.isdigit():
            return self.projects.get(int(named))
        path = named.lower()
        there = (one for one in self.projects.values() if one.path.lower() == path)
        return next(there, None) or self.moved.get(path)

    def group_id(self, path: str) -> int:
        return self._groups.setdefault(path, 6_032_704 + len(self._groups))

    # --- What administrators do ---------------------------------------------------------------------

    def add_person(self, login: str, *, bot: bool = False) -> Person:
        person = Person(900 + len(self.people), login, login.replace("-", " ").title(), bot=bot)
        self.people[login.lower()] = person
        if not bot:
            value = token_of(login)
            self.tokens[value] = Token(800 + len(self.tokens), value, login)
        return person

    def add_project(self, path: str, *, visibility: str = "public") -> Project:
        number = max(self.projects, default=FIRST_PROJECT - 1) + 1
        made = Project(number, path, self.founded, Repository(self.seed.branch), visibility)
        made.inherited[self.owner] = Role.OWNER
        self.projects[made.id] = made
        return made

    def token(self, login: str = US, *, kind: Kind = Kind.PERSONAL, role: Role = Role.DEVELOPER, **more: Any) -> str:  # noqa: ANN401 - what a token has
        """A further token: `gitlab.token(scopes=("read_api",), expires=gitlab.clock.seconds + 60)`.

        One of a project or group belongs to a bot of its own, which has ``role`` there; with `Role.NONE` it is one of
        another project or group.
        """
        prefix = "glcbt-64" if kind is Kind.JOB else "glpat"
        value = f"{prefix}-{kind.value}-{len(self.tokens)}"
        if kind in {Kind.PROJECT, Kind.GROUP}:
            whose = self.project.id if kind is Kind.PROJECT else self.group_id(self.project.group)
            login = f"{kind.value}_{whose}_bot_{len(self.tokens):08x}"
            self.add_person(login, bot=True)
            members = self.project.roles if kind is Kind.PROJECT else self.project.inherited
            if role is not Role.NONE:
                members[login] = role
        self.tokens[value] = Token(800 + len(self.tokens), value, login, kind, **more)
        return value

    def grant(self, login: str, role: Role) -> None:
        """Give somebody a role in the project; with `Role.NONE` none."""
        self.project.roles.pop(login, None)
        if role is not Role.NONE:
            self.project.roles[login] = role

    def rename(self, path: str) -> None:
        """Move the project. Its former address leads to the new one."""
        self.moved[self.project.path.lower()] = self.project
        self.project.path = path

    def make_anew(self) -> None:
        """Delete the project, and make another one with its path, its members and the documents of the beginning."""
        former = self.project
        self.project = self.add_project(former.path, visibility=former.visibility)
        self.project.roles.update(former.roles)
        del self.projects[former.id]
        self.commit(self.seed.files, "Begin")

    def protect(self, branch: str, *, push: Role = Role.MAINTAINER, merge: Role = Role.MAINTAINER) -> None:
        self.project.protected[branch] = Protection(self.new_id(), branch, int(push), int(merge))

    def commit(self, files: Mapping[str, bytes | None], message: str, *, branch: str = "") -> str:
        """Commit to a branch of the project, past all protection; None takes a file away. The commit's name."""
        repository = self.project.repository
        branch = branch or repository.default
        parent = repository.find(branch)
        there = dict(parent.files) if parent else {}
        for path, content in files.items():
            there.pop(path, None)
            if content is not None:
                there[path] = FILE, repository.store("blob", content)
        at = FOUNDED if parent is None else int(self.clock.seconds)
        who = (self.owner, f"{self.owner}@example.com")
        made = repository.commit(there, (parent.id,) if parent else (), message, who, at)
        repository.branches[branch] = made.id
        return made.id

    def read(self, path: str, *, branch: str = "") -> bytes:
        """A file of the project as a branch has it."""
        commit = self.project.repository.find(branch or self.project.repository.default)
        assert commit is not None, branch
        return self.project.repository.blob(commit.files[path][1])

    # --- What people do -----------------------------------------------------------------------------

    def act(self, login: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever is answered
        """Do something as somebody, below the project: it is neither counted nor disturbed, and has to succeed."""
        answer = self.attempt(token_of(login), method, f"/projects/{self.project.id}{path}", body)
        assert answer.status < 400, (method, path, answer.status, answer.body)
        return answer.body

    def attempt(self, token: str, method: str, path: str, body: object = None) -> Answer:
        """Ask something below the API with a token, whatever becomes of it; neither counted nor disturbed."""
        headers = {"content-type": "application/json", **({"private-token": token} if token else {})}
        data = b"" if body is None else json.dumps(body).encode()
        return self._front.serve(Request.parse(method, f"{self.root}/api/v4{path}", headers, data))

    @property
    def project_url(self) -> str:
        """The project's address in the API, by its path."""
        return f"{self.api}/projects/{quote(self.project.path, safe='')}"

    @contextlib.contextmanager
    def watched(self) -> Iterator[Log]:
        """What is sent inside."""
        start, seen = len(self.log), Log()
        yield seen
        seen.extend(self.log[start:])
