"""`gapkeeper serve` in a process of its own: started, killed, stopped, asked, and sent deliveries."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service_hooks import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from service_hooks import Hook
    from service_world import World

PATIENCE = 60.0  # seconds; nothing that is waited for takes so long
_TICK = os.sysconf("SC_CLK_TCK")
_SAMPLE = re.compile(r"(\w+(?:\{[^}]*\})?) (\S+)")


@dataclass(frozen=True)
class Sent:
    """What became of a delivery that was sent along with many."""

    of: int  # which of the hooks
    id: str
    sent: float  # seconds since 1970
    seconds: float  # until it was answered
    status: int  # 0: it was not

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Run:
    """A run as the state has it. Moments in seconds since 1970."""

    repository: str
    kind: str
    pull: int
    started: float
    ended: float
    outcome: str
    counts: Mapping[str, int]
    error: str | None
    hint: str | None


@dataclass
class Service:
    """The service, whether it runs or not."""

    world: World
    folder: Path
    service: dict[str, object] = field(default_factory=dict)  # further keys of [service]
    repository: dict[str, object] = field(default_factory=dict)  # further keys of every [[repositories]]
    environment: dict[str, str] = field(default_factory=dict)  # further variables
    secrets: Secrets = field(default_factory=Secrets)
    starts: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.public, self.listen = _free_port(), _free_port()
        self.state = self.folder / "state" / "gapkeeper.db"
        self.state.parent.mkdir(exist_ok=True)
        self.write_secrets(*self.secrets.of.items())
        self._process: subprocess.Popen[bytes] | None = None
        self._spent = (0.0, 0.0)
        self.write()

    # --- What it is told ------------------------------------------------------------------------------

    @property
    def configuration(self) -> Path:
        return self.folder / "gapkeeper-service.toml"

    def write(self) -> None:
        """Write the operator's file."""
        service = {"public": f"127.0.0.1:{self.public}", "listen": f"127.0.0.1:{self.listen}", **self.service}
        lines = ["[service]", *_keys(service), "[state]", *_keys({"url": f"sqlite:{self.state}"})]
        for place in self.world.places:
            known = {"tracker": place.tracker, "git": str(place.remote), "minutes": 60}
            keys = {**known, **self.repository}
            lines += ["[[repositories]]", *_keys({key: value for key, value in keys.items() if value is not None})]
        self.configuration.write_text("\n".join((*lines, "")), "utf-8")

    def write_secrets(self, *secrets: tuple[str, str]) -> None:
        """Give a forge's file its secrets, one a line, all at once."""
        lines: dict[str, list[str]] = {}
        for forge, secret in secrets:
            lines.setdefault(forge, []).append(secret)
        for forge, several in lines.items():
            new = self.folder / f"{forge}.new"
            new.write_text("\n".join((*several, "")), "utf-8")
            new.replace(self._secrets_of(forge))

    def _secrets_of(self, forge: str) -> Path:
        return self.folder / f"{forge}.secret"

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        files = {f"GAPKEEPER_{one.upper()}_WEBHOOK_SECRET_FILE": str(self._secrets_of(one)) for one in self.secrets.of}
        return {
            **kept,
            "NO_COLOR": "1",
            "GAPKEEPER_SERVICE_CONFIG": str(self.configuration),
            **files,
            **self.world.environment,
            **self.environment,
        }

    # --- The process ----------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, ready: bool = True) -> float:
        """Start it; the seconds until it was ready."""
        assert not self.running
        began = time.monotonic()
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gapkeeper", "serve"],
                env=self._environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if ready:
            self.wait(self.ready, "the service is not ready")
        return time.monotonic() - began

    def kill(self) -> None:
        """As a power cut does it."""
        self._spent = self.spent()
        self._end(signal.SIGKILL)

    def stop(self) -> tuple[int, float]:
        """As systemd does it; the exit code, and the seconds that it took."""
        self._spent = self.spent()
        began = time.monotonic()
        return self._end(signal.SIGTERM), time.monotonic() - began

    def finish(self) -> int:
        """Wait until it ends by itself; the exit code."""
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        if self.running:
            self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(PATIENCE)

    def spent(self) -> tuple[float, float]:
        """Seconds of a core, of all starts: the service's own, and those of the git that it ran and that has ended."""
        if not self.running:
            return self._spent
        own, git = self._stat()
        return self._spent[0] + own, self._spent[1] + git

    def _stat(self) -> tuple[float, float]:
        ticks = [
            int(part) for part in Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:15]
        ]
        return sum(ticks[:2]) / _TICK, sum(ticks[2:]) / _TICK

    # --- What it says ---------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """The lines of its log, of all starts; a last one that a kill cut off is left out."""
        found = []
        for line in self.log.read_text("utf-8").splitlines():
            with contextlib.suppress(ValueError):
                read = json.loads(line)
                if isinstance(read, dict) and event in {"", read.get("event")}:
                    found.append(read)
        return found

    def ready(self) -> bool:
        return self.get(self.public, "/readyz")[0] == 200

    def get(self, port: int, path: str) -> tuple[int, str]:
        """A page; status 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except OSError:
                return 0, ""

    def command(self, *arguments: str) -> str:
        """What a command of the operator says, beside the service; it has to succeed."""
        command = [sys.executable, "-m", "gapkeeper", *arguments]
        done = subprocess.run(
            command, env=self._environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def metrics(self) -> dict[str, float]:
        """By name and labels, as they are written."""
        status, text = self.get(self.listen, "/metrics")
        assert status == 200, text
        found = (_SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#"))
        return {match[1]: float(match[2]) for match in found if match}

    def tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8").splitlines()[-20:]) if self.log.exists() else ""

    # --- What it is sent ------------------------------------------------------------------------------

    def deliver(self, hook: Hook, id_: str = "", secrets: Secrets | None = None) -> int:
        """Send a delivery; the status of the answer."""
        signed = (secrets or self.secrets).sign(hook)
        connection = http.client.HTTPConnection("127.0.0.1", self.public, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", signed.path, signed.body, signed.once(id_))
            return connection.getresponse().status

    @contextlib.contextmanager
    def sending(
        self, deliveries: Sequence[Hook], *, rate: float, seconds: float, senders: int = 4
    ) -> Iterator[list[Sent]]:
        """Send these again and again, so many a second (0: as many as are answered); afterwards what became of them."""
        signed = [self.secrets.sign(hook) for hook in deliveries]
        plan = {
            "host": "127.0.0.1",
            "port": self.public,
            "rate": rate,
            "seconds": seconds,
            "senders": senders,
            "signed": [
                {
                    "path": one.path,
                    "headers": one.headers,
                    "body": base64.b64encode(one.body).decode(),
                    "id_header": one.id_header,
                }
                for one in signed
            ],
        }
        command = [sys.executable, str(Path(__file__).with_name("sending.py"))]
        told: list[Sent] = []
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            process.stdin.write(json.dumps(plan))
            process.stdin.close()
            process.stdin = None  # so that `communicate` leaves it alone
            try:
                yield told
                out, _ = process.communicate(timeout=seconds + PATIENCE)
            except BaseException:
                process.kill()
                raise
            told += [Sent(**one) for one in json.loads(out)]

    # --- What it remembers ----------------------------------------------------------------------------

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the state's file beside the service."""
        with contextlib.closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def runs(self) -> list[Run]:
        """All, in the order in which they ended."""
        query = (
            "SELECT repository, kind, pull, started_at, ended_at, outcome, counts, error, hint "
            "FROM runs ORDER BY number"
        )
        return [
            Run(name, kind, pull, begun / 1e6, ended / 1e6, outcome, json.loads(counts), error, hint)
            for name, kind, pull, begun, ended, outcome, counts, error, hint in self.ask(query)
        ]

    def at_work(self) -> bool:
        """Whether a job runs."""
        return bool(self.ask("SELECT 1 FROM jobs WHERE state = 'running'"))

    def waiting(self) -> int:
        """Jobs that wait or run."""
        return int(self.ask("SELECT count(*) FROM jobs WHERE state <> 'dead'")[0][0])

    def accepted(self) -> dict[str, float]:
        """When each delivery was accepted, in seconds since 1970, by its ID."""
        return {id_: at / 1e6 for id_, at in self.ask("SELECT id, accepted_at FROM deliveries")}

    # --- Waiting --------------------------------------------------------------------------------------

    def wait(self, until: Callable[[], object], otherwise: str, seconds: float = PATIENCE) -> float:
        """Wait until something is so, which the service has to live to see; how many seconds that took."""
        began = time.monotonic()
        while not until():
            if not self.running:
                raise AssertionError(f"{otherwise}, and the service ended with {self.finish()}\n{self.tail()}")
            if time.monotonic() - began > seconds:
                raise AssertionError(f"{otherwise} after {seconds:.0f} s\n{self.tail()}")
            time.sleep(0.03)
        return time.monotonic() - began

    def settle(self, seconds: float = PATIENCE) -> float:
        """Wait until there is nothing to do."""
        return self.wait(lambda: self.waiting() == 0, "the queue is not empty", seconds)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _keys(values: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]


def _free_port() -> int:
    """One that is free now: deliveries have to find the service at the same place when it is started again."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
