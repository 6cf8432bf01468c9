"""What the operator of the service sets, in a file of the service's own. Secrets are never in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Listener(NamedTuple):
    """Where connections are accepted."""

    host: str
    port: int  # 0: any that is free


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Service(_Table):
    """The process."""

    public: str = Field(
        default="127.0.0.1:8080",
        description="Where webhooks and health checks are answered, as host:port; strangers call it.",
    )
    listen: str = Field(
        default="127.0.0.1:9090",
        description="Where the status page and the metrics are, as host:port. Whoever reaches it sees what "
        "repositories hold: leave it on the loopback address, or put a proxy with a login before it.",
    )
    workers: int = Field(
        default=4, ge=1, le=64, description="Jobs that run at the same time; of one repository, one does."
    )
    grace_seconds: float = Field(
        default=25.0, ge=0, le=300, description="How long running jobs may go on when the service is told to stop."
    )
    body_limit: int = Field(
        default=5_000_000, ge=10_000, le=25_000_000, description="Bytes of a webhook delivery; a longer one is refused."
    )
    debounce_seconds: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="How long a webhook's job waits, so that a burst of events becomes one job.",
    )
    least_minutes: int = Field(
        default=5, ge=1, description="No repository is looked at more often, whatever its own [schedule] wishes."
    )
    log_format: Literal["json", "console"] = Field(default="json", description="Logs for programs or for people.")


class State(_Table):
    """What the service remembers."""

    url: str = Field(
        default="sqlite:gapkeeper-state.db",
        description="Queue, runs and deliveries: sqlite:PATH, from the folder of this file.",
    )
    mirrors: str = Field(default="mirrors", description="The folder of the git mirrors, from the folder of this file.")
    mirror_limit_mb: int = Field(
        default=2_000, ge=1, description="Megabytes of one mirror; a larger repository is refused."
    )
    keep_days: int = Field(default=30, ge=1, description="How long runs and deliveries are remembered.")


class Repository(_Table):
    """One repository that is kept in step."""

    tracker: str = Field(description="Where its issues are: github:owner/name or gitlab:group/name.")
    name: str = Field(default="", description="What logs and pages call it. Not set: its name on the forge.")
    git: str = Field(default="", description="Where git fetches its documents. Not set: from the forge.")
    minutes: int | None = Field(
        default=None, ge=1, description="Between two looks. Not set: as the repository wishes, or 15."
    )
    cron: str = Field(default="", description="When it is looked at instead, in UTC: five fields, as in 0 6 * * 1-5.")
    pull_requests: bool = Field(default=True, description="Whether pull requests get the readiness comment and status.")
    max_creates: int | None = Field(
        default=None,
        ge=0,
        description="More new issues than this in one run are refused, whatever the repository says: watchers get a "
        "mail for each. Not set: as the repository says, or 20.",
    )


class ServiceSettings(_Table):
    """The service's whole file."""

    service: Service = Service()
    state: State = State()
    repositories: tuple[Repository, ...] = ()
    folder: Annotated[Path, AfterValidator(Path.absolute)] = Field(
        default=Path(), exclude=True
    )  # that relative paths start at
