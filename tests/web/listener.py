"""A public listener on a real state, in a process that can be killed: says its port, and serves until then."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from gapkeeper.adapters.sqlite_state import open_state
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.entry.web.events.repositories import Repositories
from gapkeeper.entry.web.inbox import Inbox
from gapkeeper.entry.web.public import public_app
from gapkeeper.entry.web.server import serve
from gapkeeper.settings.service import Listener
from posting import GITHUB_SIGNS, HARBOUR, SECOND, fixed


def main(path: Path) -> None:
    with open_state(path) as state:
        inbox = Inbox(state.deliveries, clock=utc_now, debounce=SECOND)
        app = public_app(
            secrets={"github": fixed(GITHUB_SIGNS)},
            repositories=lambda: Repositories([HARBOUR]),
            inbox=inbox,
            ready=lambda: None,
            observe=lambda *_: None,
            body_limit=1_000_000,
        )
        with inbox.open(), serve(app, Listener("127.0.0.1", 0), setting="[service] public", grace=1) as port:
            print(port, flush=True)  # noqa: T201 - for the test
            threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
