"""What the operator of the service sets, in a file of the service's own. Secrets are never in it.

Named tuples as those of the repository (`repository.py`): the one definition of a key serves the reading of the file,
the JSON schema, and the example. `service_file.load_service` reads and checks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from gapkeeper.settings.repository import MOST_MINUTES, Key

SQLITE = "sqlite:"


class Listener(NamedTuple):
    """Where connections are accepted."""

    host: str  # a name or an address, without brackets
    port: int  # 0: any that is free

    def __str__(self) -> str:
        """As it is written: `[::1]:8080`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_listener(text: str) -> Listener:
    """`host:port` or `[::1]:port`; raises `ValueError` where it is neither."""
    parts = urlsplit(f"//{text}")
    # `port` raises `ValueError` itself where it is no number, or one above 65,535.
    if not parts.hostname or parts.port is None or "@" in text or parts.netloc != text:
        raise ValueError(text)
    return Listener(parts.hostname, parts.port)


class Service(NamedTuple):
    """The process."""

    public: Annotated[
        str,
        Key("Where webhooks and health checks are answered, as host:port; strangers call it. Port 0: any free one."),
    ] = "127.0.0.1:8080"
    listen: Annotated[
        str,
        Key(
            "Where the status page and the metrics are, as host:port. Whoever reaches it sees what repositories hold: "
            "leave it on the loopback address, or put a proxy with a login before it."
        ),
    ] = "127.0.0.1:9090"
    workers: Annotated[int, Key("Jobs that run at the same time; of one repository, one does.", least=1, most=64)] = 4
    grace_seconds: Annotated[
        float, Key("How long running jobs may go on when the service is told to stop.", least=0, most=300)
    ] = 25.0
    body_limit: Annotated[
        int, Key("Bytes of a webhook delivery; a longer one is refused.", least=10_000, most=25_000_000)
    ] = 5_000_000
    debounce_seconds: Annotated[
        float,
        Key("How long a webhook's job waits, so that a burst of events becomes one job.", least=0, most=60),
    ] = 1.0
    least_minutes: Annotated[
        int,
        Key("No repository is looked at more often, whatever its own [schedule] wishes.", least=1, most=MOST_MINUTES),
    ] = 5
    log_format: Annotated[Literal["json", "console"], Key("Logs for programs or for people.")] = "json"


class State(NamedTuple):
    """What the service remembers."""

    url: Annotated[str, Key("Queue, runs and deliveries: sqlite:PATH, from the folder of this file.")] = (
        "sqlite:gapkeeper-state.db"
    )
    mirrors: Annotated[str, Key("The folder of the git mirrors, from the folder of this file.")] = "mirrors"
    mirror_limit_mb: Annotated[
        int, Key("Megabytes of one mirror; a larger repository is refused.", least=1, most=1_000_000)
    ] = 2_000
    keep_days: Annotated[int, Key("How long runs and deliveries are remembered.", least=1, most=3_650)] = 30


class Repository(NamedTuple):
    """One repository that is kept in step."""

    tracker: Annotated[
        str,
        Key(
            "Where its issues are: github:owner/name, gitlab:group/name, or its address on the forge that "
            "GAPKEEPER_GITHUB_URL or GAPKEEPER_GITLAB_URL names. It has to be set.",
            '"github:octocat/harbour"',
        ),
    ]
    name: Annotated[str, Key("What logs, pages and commands call it. Not set: its path on the forge.")] = ""
    git: Annotated[
        str, Key("Where git fetches its documents: a URL, or an absolute path. Not set: from the forge.")
    ] = ""
    minutes: Annotated[
        int | None,
        Key("Between two looks. Not set: as the repository wishes, or 15.", "30", least=1, most=MOST_MINUTES),
    ] = None
    cron: Annotated[
        str,
        Key(
            "When it is looked at instead, in UTC: minute, hour, day, month and day of the week, as in "
            '"0 6 * * 1-5": at six on workdays.'
        ),
    ] = ""
    pull_requests: Annotated[bool, Key("Whether pull requests get the readiness comment and status.")] = True
    max_creates: Annotated[
        int | None,
        Key(
            "More new issues than this in one run are refused, whatever the repository says: watchers get a mail for "
            "each. Not set: as the repository says, or 20.",
            "20",
            least=0,
        ),
    ] = None


class ServiceFile(NamedTuple):
    """The service's file as it is written."""

    service: Annotated[Service, Key("The process.")] = Service()
    state: Annotated[State, Key("What the service remembers. All of it can be lost: it is learned again.")] = State()
    repositories: Annotated[
        tuple[Repository, ...], Key("One [[repositories]] for each repository that is kept in step.")
    ] = ()


class ServiceSettings(NamedTuple):
    """The service's settings: the file, the variables that override it, and where it is."""

    service: Service = Service()
    state: State = State()
    repositories: tuple[Repository, ...] = ()  # from the file each has a name
    folder: Path = Path()  # that relative paths start at

    @property
    def public(self) -> Listener:
        """Where strangers call."""
        return read_listener(self.service.public)

    @property
    def listen(self) -> Listener:
        """Where the status page and the metrics are."""
        return read_listener(self.service.listen)

    @property
    def state_file(self) -> Path:
        """The database of queue, runs and deliveries; absolute."""
        return self.folder.absolute() / self.state.url.removeprefix(SQLITE)

    @property
    def mirrors(self) -> Path:
        """The folder of the git mirrors; absolute."""
        return self.folder.absolute() / self.state.mirrors

    def repository(self, name: str) -> Repository | None:
        """The repository of this name; None where none has it."""
        return next((repository for repository in self.repositories if repository.name == name), None)
