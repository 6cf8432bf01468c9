"""Requests to one forge."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlencode, urlsplit

import httpx

from gapkeeper.adapters.http.answer import Answer
from gapkeeper.adapters.http.cache import Cache
from gapkeeper.adapters.http.connections import connected
from gapkeeper.adapters.http.failures import failure, remaining
from gapkeeper.adapters.http.silence import LATER, silence
from gapkeeper.errors import RateLimitedError, RefusedError, TrackerError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.adapters.http.connections import Connections
    from gapkeeper.adapters.http.host import Host
    from gapkeeper.adapters.http.pacing import Limits, Pacing
    from gapkeeper.adapters.http.store import Store

#: What a forge tells of a project and of our account is believed for so long: a name, a number, a branch.
BELIEVED = dt.timedelta(days=1)

_REDIRECTS = 3  # a project that was renamed and transferred; more is a loop
_PAGES = 2_000  # 200,000 issues; more is a loop
_SIZE_LIMIT = 64 * 2**20  # bytes of one answer; a page of 100 issues has 6.5 MB at most
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_AS_IT_IS = frozenset({307, 308})  # the request is sent again as it was: it was not carried out


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a read is tried again after a failure that may pass, and how long the first wait is."""

    times: int = 3
    seconds: float = 0.5  # doubled each time, and up to twice as long at random


@dataclass(slots=True)
class Count:
    """What was sent."""

    reads: int = 0
    writes: int = 0
    unchanged: int = 0  # of the reads: answered 304

    @property
    def requests(self) -> int:
        """All of them."""
        return self.reads + self.writes


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that was sent, for those who count."""

    kind: Literal["read", "unchanged", "write"]  # unchanged: a read that was answered 304
    status: int | None  # None: there was no answer
    remaining: int | None  # how many more the forge allows for now; None: it does not say


def _count_nothing(_: Sent) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What all requests of a run share. ``explain`` knows what the forge means by a failure, where it is more."""

    host: Host
    store: Store
    pacing: Pacing
    retries: Retries = Retries()
    headers: Mapping[str, str] = field(default_factory=dict)
    explain: Callable[[Answer, TrackerError], TrackerError] = lambda _answer, error: error
    transport: httpx.BaseTransport | None = None  # None: the network
    connections: Connections | None = None  # that other runs use as well; None: its own
    sent: Callable[[Sent], None] = _count_nothing  # told of every request, also where it is sent again


class Client:
    """Requests with one authorisation. Opened to be read, it sends no write whatever it is asked.

    Reads are conditional, and tried again where a failure may pass. A write is sent once: where it is not known
    whether it was carried out, the caller has to look.
    """

    def __init__(
        self, wire: Wire, authorisation: Callable[[], str | None], *, account: str, read_only: str | None
    ) -> None:
        """One authorisation.

        Args:
            wire: Shared by all requests of a run.
            authorisation: The value of the header.
            account: Names what is kept and what is counted; it must not tell a secret, and has to be another one for
                every token that may see something else.
            read_only: What was opened to be read; None: it may be written to.

        Raises `ConfigurationError` where a proxy or certificates that the environment names cannot be used.
        """
        self._wire = wire
        self._authorisation = authorisation
        self._account = account
        self._read_only = read_only
        wire.pacing.is_for(account)
        self._cache = Cache(wire.store)
        self._http = connected(wire) if wire.connections is None else wire.connections.of(wire)
        self.count = Count()
        self.server_date: dt.datetime | None = None  # by the last answer
        self.headers_seen: dict[str, str] = {}  # of all answers, each as it was last

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def now(self) -> dt.datetime:
        """The time."""
        return self._wire.pacing.now

    @property
    def limits(self) -> Limits:
        """What is kept to."""
        return self._wire.pacing.limits

    def close(self) -> None:
        """Close connections, unless they are shared."""
        if self._wire.connections is None:
            self._http.close()

    # --- Reading ------------------------------------------------------------------------------------

    def get(
        self, path: str, parameters: Mapping[str, object] | None = None, *, within: dt.timedelta | None = None
    ) -> Answer:
        """Read something. With ``within``, an answer that is not older is believed without asking.

        Raises `TrackerError`: what is not answered is never "there is none".
        """
        url = _with(self._wire.host.address(path), parameters)
        if within is not None:
            fresh = self._cache.fresh(self._account, url, now=self.now, within=within)
            if fresh is not None:
                return fresh
        attempt = 0
        while True:
            try:
                return self._read(url)
            except RateLimitedError as error:
                if attempt >= self._wire.retries.times or not self._wire.pacing.wait_for(error):
                    raise
            except UnavailableError:
                if attempt >= self._wire.retries.times:
                    raise
                self._wire.pacing.rest(self._wire.retries.seconds * 2**attempt * random.uniform(1, 2))  # noqa: S311 - to spread load
            attempt += 1

    def pages(
        self, path: str, parameters: Mapping[str, object] | None = None, *, within: dt.timedelta | None = None
    ) -> Iterator[Answer]:
        """All pages of a list, each as it is asked for; ``within`` as for `get`.

        Raises `UnavailableError` where they do not end.
        """
        answer = self.get(path, parameters, within=within)
        seen = {answer.url}
        while True:
            if not isinstance(answer.data, list):
                raise UnavailableError(f"{_what('GET', answer.url)}: the answer is no list", hint="Run again later.")
            yield answer
            following = answer.next
            if following is None:
                return
            answer = self.get(following, within=within)
            if answer.url in seen or len(seen) >= _PAGES:
                raise UnavailableError(f"{_what('GET', answer.url)}: the pages do not end", hint="Run again later.")
            seen.add(answer.url)

    def query(self, address: str, query: str, *, within: dt.timedelta) -> Answer:
        """Ask GraphQL, which reads with POST; an answer that is not older than ``within`` is believed.

        Raises `TrackerError`, also where what is asked is not a query.
        """
        if not query.startswith("query "):
            raise RefusedError("only what reads may be asked this way")
        url = self._wire.host.address(address)
        key = f"{url}#{query}"
        fresh = self._cache.fresh(self._account, key, now=self.now, within=within)
        if fresh is not None:
            return fresh
        answer = self._send("POST", url, body={"query": query}, reads=True)
        self._require_success("POST", answer)
        self._cache.keep(self._account, replace(answer, url=key), self.now)
        return answer

    def _read(self, url: str) -> Answer:
        etag = self._cache.etag(self._account, url)
        answer = self._send("GET", url, headers={} if etag is None else {"If-None-Match": etag})
        if answer.status == 304:
            self.count.unchanged += 1
            confirmed = self._cache.confirmed(self._account, replace(answer, url=url), self.now)
            if confirmed is not None:
                return confirmed
            answer = self._send("GET", url)
        self._require_success("GET", answer)
        # Under the address that was asked: where a project was renamed, the new one says the same.
        kept = replace(answer, url=url)
        self._cache.keep(self._account, kept, self.now)
        return kept

    # --- Writing ------------------------------------------------------------------------------------

    def write(self, method: str, path: str, body: Json = None, *, creates: str | None = None) -> Answer:
        """Send a write, once. ``creates`` names what it makes, if people are told of that: `issue`, `comment`.

        Raises:
            RefusedError: What it goes to was opened to be read; nothing was sent.
            UnavailableError: It is not known whether it was carried out.
            TrackerError: It was not.
        """
        self.require_writer()
        url = self._wire.host.address(path)
        answer = self._send(method, url, body=body, creates=creates)
        self._require_success(method, answer)
        return answer

    def require_writer(self) -> None:
        """Raise `RefusedError` where what this goes to was opened to be read."""
        if self._read_only is not None:
            raise RefusedError(f"{self._read_only} was opened to be read, and cannot be written to")

    # --- Sending ------------------------------------------------------------------------------------

    def _send(  # noqa: PLR0913 - a request
        self,
        method: str,
        url: str,
        *,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        creates: str | None = None,
        reads: bool = False,
    ) -> Answer:
        writes = method != "GET" and not reads
        headers = dict(headers or {})
        authorisation = self._authorisation()
        if authorisation is not None:
            headers["Authorization"] = authorisation
        pacing = self._wire.pacing
        answer = None
        for _ in range(_REDIRECTS):
            slot = pacing.before(writes=writes, creates=creates)
            answer = None
            try:
                answer = self._once(method, url, headers, body, writes=writes)
            finally:
                pacing.after(slot, answer)
                self._wire.sent(_sent(answer, writes=writes))
            self.server_date = answer.date or self.server_date
            self.headers_seen.update(answer.headers)
            location = answer.headers.get("location")
            if answer.status not in _MOVED or location is None:
                return answer
            if writes and answer.status not in _MOVED_AS_IT_IS:
                return answer
            url = self._wire.host.moved(url, location)
        raise UnavailableError(f"{_what(method, url)}: it is sent from one address to the next without end")

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: Json, *, writes: bool) -> Answer:
        if writes:
            self.count.writes += 1
        else:
            self.count.reads += 1
        what = _what(method, url)
        try:
            with self._http.stream(method, url, headers=headers, json=body) as response:
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _SIZE_LIMIT:
                        raise UnavailableError(f"{what}: the answer does not end")
        except httpx.TimeoutException:
            raise UnavailableError(f"{what}: no answer in time", hint=LATER) from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            # Its text can hold what a proxy or a server sent.
            why = silence(error)
            raise UnavailableError(f"{what}: {why.why}", hint=why.hint) from None
        return _answer(response, bytes(content), url)

    def _require_success(self, method: str, answer: Answer) -> None:
        what = _what(method, answer.url)
        if not 200 <= answer.status < 300:
            error = failure(answer, what, self.now)
            raise self._wire.explain(answer, error)
        if answer.text:
            raise UnavailableError(f"{what}: {answer.status}, and an answer that is no JSON", hint=LATER)


def _answer(response: httpx.Response, content: bytes, url: str) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if not content.strip():
        return Answer(response.status_code, headers, None, url)
    try:
        return Answer(response.status_code, headers, json.loads(content), url)
    except (ValueError, RecursionError):
        return Answer(response.status_code, headers, None, url, text=content[:200].decode("utf-8", "replace"))


def _sent(answer: Answer | None, *, writes: bool) -> Sent:
    if answer is None:
        return Sent("write" if writes else "read", None, None)
    if writes:
        return Sent("write", answer.status, remaining(answer))
    return Sent("unchanged" if answer.status == 304 else "read", answer.status, remaining(answer))


def _with(url: str, parameters: Mapping[str, object] | None) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url


def _what(method: str, url: str) -> str:
    """A request as messages name it: without its query, which can hold anything."""
    parts = urlsplit(url)
    return f"{parts.hostname}: {method} {parts.path}"
