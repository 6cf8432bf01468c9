"""What types cannot say of the service's file: listeners that can listen, trackers on a forge, names, times."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gapkeeper.settings.conform import Fault
from gapkeeper.settings.cron import plain_cron
from gapkeeper.settings.service import SQLITE, Listener, Repository, ServiceSettings, read_listener
from gapkeeper.settings.toml_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_GITHUB = re.compile(r"github:[^/]+/[^/]+")
_NAME_LIMIT = 200  # characters; a file's name has at most 255
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to know it, and not to listen there
_TRACKER = (
    "Write github:owner/name, gitlab:group/name, or its address on the forge of GAPKEEPER_GITHUB_URL or _GITLAB_URL."
)
_CREDENTIALS = re.compile(r"(?:https?://[^/]*@|[a-z+]+://[^/@]*:[^/@]*@)", re.IGNORECASE)
_SSH = re.compile(r"[\w.-]+@[\w.-]+:[^:]+")


def faults_of(settings: ServiceSettings) -> Iterator[Fault]:
    """Everything that is wrong with settings whose types are right; a repository's faults have its number."""
    yield from _listeners(settings)
    yield from _state(settings)
    if not settings.repositories:
        yield Fault(
            ("repositories",), "there is no repository to keep in step", 'Add [[repositories]] with tracker = "...".'
        )
    for number, repository in enumerate(settings.repositories):
        for fault in (*_tracker(repository), *_git(repository), *_times(repository), *_name(repository)):
            yield fault._replace(path=("repositories", str(number), *fault.path))
    yield from _twice(settings)


def path_on_forge(tracker: str) -> str | None:
    """The path of the project that a tracker names: `owner/name`; None where it names none."""
    scheme, _, rest = tracker.partition(":")
    if scheme in {"github", "gitlab"}:
        path: str | None = rest
    else:
        path = _below_a_forge(tracker)
    return path if path and _is_path(path) else None


def _is_path(path: str) -> bool:
    return _PATH.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))


def _below_a_forge(url: str) -> str | None:
    """The path of an address below that of one of the operator's forges."""
    from gapkeeper.settings.operator import load_operator  # noqa: PLC0415  slow to import, and few write addresses

    operator = load_operator()
    for forge in (operator.github_url, operator.gitlab_url):
        here, there = urlsplit(url), urlsplit(forge)
        same_host = (here.scheme, here.netloc.casefold()) == (there.scheme, there.netloc.casefold())
        if same_host and here.path.startswith(f"{there.path}/"):
            return here.path.removeprefix(there.path).partition("/-/")[0].strip("/").removesuffix(".git")
    return None


def _listeners(settings: ServiceSettings) -> Iterator[Fault]:
    read: list[Listener] = []
    for key in ("public", "listen"):
        text: str = getattr(settings.service, key)
        try:
            read.append(read_listener(text))
        except ValueError:
            hint = 'Write host:port: "127.0.0.1:8080", "0.0.0.0:8080" or "[::1]:8080".'
            yield Fault(("service", key), f"service.{key} is {quoted(text)}", hint)
    if len(read) == 2 and read[0].port == read[1].port != 0:
        hosts = {listener.host for listener in read}
        if len(hosts) == 1 or hosts & _EVERYWHERE:
            hint = "Give them two ports: strangers call the one, and must not see what the other shows."
            yield Fault(("service", "listen"), "service.public and service.listen are the same place", hint)


def _state(settings: ServiceSettings) -> Iterator[Fault]:
    url = settings.state.url
    if not url.startswith(SQLITE) or not url.removeprefix(SQLITE).strip() or "\0" in url:
        # Not repeated: an address of a database has a password in it.
        yield Fault(("state", "url"), "state.url is no SQLite file", f"Write {SQLITE}PATH.")
    if not settings.state.mirrors.strip():
        yield Fault(("state", "mirrors"), "state.mirrors is empty", "Name a folder that the service may write to.")


def _tracker(repository: Repository) -> Iterator[Fault]:
    tracker, path = repository.tracker, ("tracker",)
    if tracker.startswith(SQLITE):
        hint = f"Webhooks, pull requests and people are on a forge; `gapkeeper sync` works on a file. {_TRACKER}"
        yield Fault(path, "repositories.tracker is the embedded tracker, and the service needs a forge", hint)
    elif "@" in tracker:
        # Not repeated: what stands before the @ is a password.
        yield Fault(path, "repositories.tracker holds a name or password", "Tokens come from the environment.")
    elif path_on_forge(tracker) is None or (tracker.startswith("github:") and not _GITHUB.fullmatch(tracker)):
        yield Fault(path, f"repositories.tracker is {quoted(tracker)}", _TRACKER)


def _git(repository: Repository) -> Iterator[Fault]:
    git, path = repository.git, ("git",)
    if _CREDENTIALS.match(git):
        # Not repeated, as above.
        yield Fault(path, "repositories.git holds a name or password", "Tokens come from the environment.")
    elif git and not ("://" in git or _SSH.fullmatch(git) or PurePath(git).is_absolute()):
        yield Fault(path, f"repositories.git is {quoted(git)}", "Write a URL, or an absolute path.")


def _times(repository: Repository) -> Iterator[Fault]:
    path = ("cron",)
    if not repository.cron:
        return
    if repository.minutes is not None:
        yield Fault(path, "repositories.minutes and repositories.cron are both set", "Keep one of them.")
    try:
        plain_cron(repository.cron)
    except ValueError as error:
        hint = f'{str(error)[:1].upper()}{str(error)[1:]}. Write five fields, as in "0 6 * * 1-5".'
        yield Fault(path, f"repositories.cron is {quoted(repository.cron)}", hint)


def _name(repository: Repository) -> Iterator[Fault]:
    name = repository.name
    if name and (not _is_path(name) or len(name) > _NAME_LIMIT or name.startswith("-")):
        hint = f"Letters of ASCII, digits and - _ . / make a name, {_NAME_LIMIT} at most."
        yield Fault(("name",), f"repositories.name is {quoted(name[:_NAME_LIMIT])}", hint)


def _twice(settings: ServiceSettings) -> Iterator[Fault]:
    """Names and projects that are there twice. Letters' case does not tell them apart: nor does it in every folder."""
    names: set[str] = set()
    projects: set[str] = set()
    for number, repository in enumerate(settings.repositories):
        project = repository.tracker.casefold().rstrip("/")
        name = (repository.name or path_on_forge(repository.tracker) or "").casefold()
        if project in projects:
            hint = "The issues of a project follow one repository: take one of both out."
            yield Fault(("repositories", str(number), "tracker"), f"{quoted(project)} is there twice", hint)
        elif name and name in names:
            hint = "Give each a name of its own."
            yield Fault(("repositories", str(number), "name"), f"another repository is called {quoted(name)}", hint)
        projects.add(project)
        names.add(name)
