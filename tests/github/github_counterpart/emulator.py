"""emulate (npm), which keeps issues, labels, comments, pull requests, commits and Apps as GitHub does."""

from __future__ import annotations

import http.client
import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from github_counterpart.installed import EMULATE, MODULES, find_node, require
from github_counterpart.seed import spare_token

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Node looks for modules from the script's real place upwards: `node_modules` is a sibling of the package.
SCRIPT = Path(__file__).with_name("emulate.mjs")


class Farm:
    """One process of Node that runs any number of emulators; a fresh one is ready in milliseconds."""

    def __init__(self) -> None:
        require(EMULATE)
        self._process = subprocess.Popen(
            [find_node() or "node", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=MODULES.parent,
        )

    def start(self, seed: Mapping[str, object], base: str, at: int) -> Emulator:
        """A fresh emulator, seeded at this time (milliseconds); ``base`` is what its answers call it."""
        return Emulator(self, self.ask(command="start", seed=seed, base=base, at=at)["port"])

    def ask(self, **command: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"emulate ended with {self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise RuntimeError(f"emulate: {told['error']}")
        return told

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=10)


@dataclass
class Reply:
    """What emulate answered."""

    status: int
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return json.loads(self.body) if self.body else None


class Emulator:
    """One emulator, over one connection."""

    def __init__(self, farm: Farm, port: int) -> None:
        self._farm = farm
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._used: Counter[str] = Counter()  # requests of each token

    def ask(  # noqa: PLR0913 - the parts of a request
        self, method: str, path: str, *, token: str, at: int, body: bytes | None = None, accept: str = ""
    ) -> Reply:
        """Ask it at this time (milliseconds)."""
        headers = {"authorization": f"Bearer {spare_token(token, self._used[token])}", "x-now": str(at)}
        self._used[token] += 1
        if not token:
            del headers["authorization"]
        if body is not None:
            headers["content-type"] = "application/json"
        if accept:
            headers["accept"] = accept
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        return Reply(response.status, response.read())

    def close(self) -> None:
        self._connection.close()
        self._farm.ask(command="stop", port=self.port)
