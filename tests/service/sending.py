"""Sends deliveries at a steady rate, in a process of its own: what it measures is not what its caller does meanwhile.

Reads a plan as JSON from standard input, and writes what became of each delivery to standard output when it ends.
A service that is away costs the delivery: forges do not send one again by themselves.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import json
import sys
import threading
import time
import uuid
from typing import Any

PATIENCE = 10.0  # seconds: as long as forges wait


class _Sender:
    """One connection after the other, to one place."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._connection: http.client.HTTPConnection | None = None

    def send(self, signed: dict[str, Any], number: int) -> dict[str, Any]:
        id_ = str(uuid.uuid4())
        headers = {**signed["headers"], signed["id_header"]: id_}
        sent, began = time.time(), time.monotonic()
        status = 0  # nobody answered
        try:
            connection = self._connection or self._connect()
            connection.request("POST", signed["path"], base64.b64decode(signed["body"]), headers)
            response = connection.getresponse()
            response.read()
            status = response.status
            if response.will_close:
                self.close()
        except (OSError, http.client.HTTPException):
            self.close()
        return {"of": number, "id": id_, "sent": sent, "seconds": time.monotonic() - began, "status": status}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        self._connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
        return self._connection


def main() -> None:
    """Send for so many seconds: each sender what is next, at its time; with a rate of 0 as fast as it is answered."""
    plan = json.load(sys.stdin)
    told: list[dict[str, Any]] = []
    ticks = itertools.count()
    taking, start = threading.Lock(), time.monotonic()

    def work() -> None:
        with contextlib.closing(_Sender(plan["host"], plan["port"])) as sender:
            while True:
                with taking:
                    tick = next(ticks)
                at = start + tick / plan["rate"] if plan["rate"] else time.monotonic()
                if at >= start + plan["seconds"]:
                    return
                time.sleep(max(0.0, at - time.monotonic()))
                number = tick % len(plan["signed"])
                told.append(sender.send(plan["signed"][number], number))

    threads = [threading.Thread(target=work) for _ in range(plan["senders"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
