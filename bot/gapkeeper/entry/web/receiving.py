"""One delivery from its first byte to its answer: signed, understood, stored."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse

from gapkeeper.entry.web.events.payload import MalformedError, read_payload
from gapkeeper.entry.web.events.repositories import NotKeptError
from gapkeeper.entry.web.inbox import CrowdedError
from gapkeeper.entry.web.intake import NoRoomError, TooLargeError, TooSlowError
from gapkeeper.entry.web.refusals import Refusals
from gapkeeper.errors import GapkeeperError
from gapkeeper.model.jobs import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from gapkeeper.entry.web.events.payload import Payload
    from gapkeeper.entry.web.events.repositories import Repositories
    from gapkeeper.entry.web.inbox import Inbox
    from gapkeeper.entry.web.intake import Intake
    from gapkeeper.entry.web.senders import Sender
    from gapkeeper.settings.webhook_secrets import WebhookSecrets

#: Bodies above are looked at in a thread: they would keep all others waiting for tens of milliseconds.
_LARGE = 200_000
_LARGE_AT_ONCE = 2

UNKNOWN_EVENT = "other"  # of deliveries whose sender is not verified


class Received(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"  # stored, with its jobs
    REPLAYED = "replayed"  # it was accepted before
    IGNORED = "ignored"  # it asks for nothing
    UNSIGNED = "unsigned"  # nobody who knows the secret has sent it
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    OVERLOADED = "overloaded"
    SLOW = "slow"
    ERROR = "error"  # it could not be stored


class Observe(Protocol):
    """Is told of every delivery, on the event loop: it has to be quick."""

    def __call__(self, forge: str, event: str, outcome: str, seconds: float, /) -> None:
        """``event`` is the forge's word where the sender is verified, else "other"; ``outcome`` a `Received`."""


class _Answer(NamedTuple):
    status: int
    text: str
    wait: int | None = None  # seconds after which it is worth another try


_ANSWERS = {
    Received.ACCEPTED: _Answer(202, "accepted"),
    Received.REPLAYED: _Answer(202, "accepted before"),
    Received.IGNORED: _Answer(202, "nothing to do"),
    Received.UNSIGNED: _Answer(401, "no valid signature"),
    Received.TOO_LARGE: _Answer(413, "too large"),
    Received.MALFORMED: _Answer(400, "malformed"),
    Received.OVERLOADED: _Answer(503, "too much at once", 10),
    Received.SLOW: _Answer(408, "too slow"),
    Received.ERROR: _Answer(503, "not available", 60),
}


@dataclass(frozen=True, slots=True)
class _Read:
    """What a body is found to be."""

    received: Received
    event: str = UNKNOWN_EVENT
    detail: str = ""  # for a sender that is verified
    delivery: Delivery | None = None  # to be stored


class Receiver:
    """Answers the deliveries of one forge."""

    def __init__(
        self,
        sender: Sender,
        secrets: WebhookSecrets,
        repositories: Callable[[], Repositories],
        inbox: Inbox,
        observe: Observe,
        intake: Intake,
    ) -> None:
        """``repositories`` is called for every delivery that is signed, in any thread."""
        self._sender = sender
        self._secrets = secrets
        self._repositories = repositories
        self._inbox = inbox
        self._observe = observe
        self._intake = intake
        self._refusals = Refusals(sender.forge)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """The endpoint."""
        began = time.perf_counter()
        read = await self._receive(request)
        self._observe(self._sender.forge, read.event, read.received, time.perf_counter() - began)
        if read.received is Received.UNSIGNED:
            self._refusals.add()
        answer = _ANSWERS[read.received]
        headers = {} if answer.wait is None else {"retry-after": str(answer.wait)}
        if read.received in {Received.TOO_LARGE, Received.SLOW}:
            headers["connection"] = "close"  # more of the body may still come
        text = f"{answer.text}: {read.detail}" if read.detail else answer.text
        return PlainTextResponse(text + "\n", answer.status, headers)

    async def _receive(self, request: Request) -> _Read:
        try:
            async with self._intake.body(request) as body:
                read = await self._read(request.headers, body)
        except TooLargeError:
            return _Read(Received.TOO_LARGE)
        except TooSlowError:
            return _Read(Received.SLOW)
        except NoRoomError:
            return _Read(Received.OVERLOADED)
        return read if read.delivery is None else _Read(await self._store(read.delivery), read.event)

    async def _read(self, headers: Mapping[str, str], body: bytes) -> _Read:
        if len(body) <= _LARGE:
            return self.read(headers, body)
        async with self._large:
            return await asyncio.to_thread(self.read, headers, body)

    def read(self, headers: Mapping[str, str], body: bytes) -> _Read:
        """Verify a delivery, and only then look at what it says."""
        sender = self._sender
        if not self._is_signed(headers, body):
            return _Read(Received.UNSIGNED)
        event = sender.event(headers)
        try:
            jobs = sender.jobs(event, _payload(headers, body), self._repositories())
        except MalformedError as error:
            return _Read(Received.MALFORMED, event, str(error))
        except NotKeptError:
            return _Read(Received.IGNORED, event, "the service keeps no such repository")
        if not jobs:
            return _Read(Received.IGNORED, event)
        return _Read(
            Received.ACCEPTED, event, delivery=Delivery(sender.forge, sender.identity(headers, body), event, jobs)
        )

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """By a secret in force; where none fits, one that was just put into the file may."""
        signed = self._sender.is_signed
        return signed(self._secrets.current(), headers, body) or (
            self._secrets.look() and signed(self._secrets.current(), headers, body)
        )

    async def _store(self, delivery: Delivery) -> Received:
        try:
            return Received.ACCEPTED if await self._inbox.put(delivery) else Received.REPLAYED
        except CrowdedError:
            return Received.OVERLOADED
        except GapkeeperError:  # the inbox has said why
            return Received.ERROR


def _payload(headers: Mapping[str, str], body: bytes) -> Payload:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8")
        if kind == "application/json":
            return read_payload(text)
        if kind == "application/x-www-form-urlencoded":
            return read_payload(_form_field(text))
    except UnicodeDecodeError:
        raise MalformedError("it is not UTF-8") from None
    raise MalformedError("the content type is neither application/json nor application/x-www-form-urlencoded")


def _form_field(text: str) -> str:
    try:
        fields = parse_qs(text, errors="strict", max_num_fields=10)
    except ValueError:
        raise MalformedError("it is no form") from None
    match fields:
        case {"payload": [payload]}:
            return payload
    raise MalformedError("the form has no field called payload, or several")
