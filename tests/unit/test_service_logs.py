"""The logs: one line an event, whoever logs it, and no secret in any of its forms."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.entry.service import logs
from gapkeeper.entry.service.redaction import Redaction
from gapkeeper.model.jobs import Outcome
from service_samples import FAILED, HOSTILE, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "gh/p_s3cret+token=="  # noqa: S105 - what is looked for
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAxyzXYZxyz\nabcABCabcABCabcABC\n-----END RSA PRIVATE KEY-----\n"

log = structlog.get_logger("tests")


def fail(error: Exception) -> NoReturn:
    raise error


class Logged:
    """What was logged, and the secrets in force."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.secrets = [SECRET, KEY]

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def configure() -> Iterator[Callable[[logs.Form], Logged]]:
    """Set up the logs of the process as the service does, and afterwards as they were."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers, root.level
    for name in ("uvicorn.error", "uvicorn.access"):  # a server that ran before in this process has set them
        logger = logging.getLogger(name)
        logger.propagate, logger.handlers = True, []
        logger.setLevel(logging.NOTSET)

    def call(form: logs.Form) -> Logged:
        logged = Logged()
        logs.configure(form, lambda: logged.secrets, logged.stream)
        return logged

    yield call
    root.handlers, threading.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name in ("apscheduler", "httpcore", "httpx", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.fixture
def logged(configure: Callable[[logs.Form], Logged]) -> Logged:
    return configure("json")


@pytest.fixture
def console(configure: Callable[[logs.Form], Logged]) -> Logged:
    return configure("console")


def test_an_event_has_time_level_run_and_repository(logged: Logged) -> None:
    with structlog.contextvars.bound_contextvars(run_id="r-1", repository="harbour"):
        log.warning("fetched", seconds=0.5)
    (line,) = logged.lines
    assert line["timestamp"].endswith("Z")
    assert {name: line[name] for name in line if name != "timestamp"} == {
        "level": "warning",
        "event": "fetched",
        "seconds": 0.5,
        "run_id": "r-1",
        "repository": "harbour",
        "logger": "tests",
    }


def test_libraries_and_warnings_take_the_same_way(logged: Logged) -> None:
    with structlog.contextvars.bound_contextvars(run_id="r-1"):
        logging.getLogger("uvicorn.error").info("listens on %s with %s", "a port", SECRET)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"old {SECRET}", DeprecationWarning, stacklevel=1)
    first, second = logged.lines
    assert first["event"] == "listens on a port with ***"
    assert first["run_id"] == "r-1"
    assert second["logger"] == "py.warnings"
    assert SECRET not in logged.text


def test_libraries_that_tell_every_request_are_quiet(logged: Logged) -> None:
    for name in ("httpx", "apscheduler.scheduler", "uvicorn.access"):
        logging.getLogger(name).info("a request")
        logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in logged.lines] == ["trouble"] * 3


def test_the_line_of_a_run_has_counts_and_times(logged: Logged) -> None:
    logs.run_line(run())
    (line,) = logged.lines
    assert line["level"] == "info"
    assert line["event"] == "run ended"
    assert line["seconds"] == 4.5
    assert line["counts"]["create"] == 2
    assert line["outcome"] == "changed"
    assert "error" not in line


@pytest.mark.parametrize(
    ("outcome", "level"),
    [("changed", "info"), ("unfinished", "info"), ("refused", "warning"), ("failed", "warning"), ("broken", "error")],
)
def test_a_run_is_as_loud_as_it_is_bad(logged: Logged, outcome: str, level: str) -> None:
    logs.run_line(run(outcome=Outcome(outcome)))
    assert logged.lines[0]["level"] == level


def test_a_run_that_failed_says_what_to_do(logged: Logged) -> None:
    logs.run_line(FAILED)
    assert logged.lines[0]["error"] == FAILED.error
    assert logged.lines[0]["hint"] == FAILED.hint


# --- Secrets ---


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_in_no_value_however_deep(configure: Callable[[logs.Form], Logged], form: logs.Form) -> None:
    logged = configure(form)
    log.info(
        SECRET,
        url=f"https://bot:{quote(SECRET, safe='')}@host/x",
        header="Basic " + base64.b64encode(f"x-access-token:{SECRET}".encode()).decode(),
        deep={"a": [(SECRET,)], SECRET: "as a name"},
        raw=SECRET.encode(),
        error=ValueError(SECRET),
    )
    assert "s3cret" not in logged.text
    assert "Basic eC1hY2Nlc3MtdG9rZW46***" in logged.text  # x-access-token:


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_in_no_exception_nor_in_its_causes(
    configure: Callable[[logs.Form], Logged], form: logs.Form
) -> None:
    logged = configure(form)
    token = SECRET
    try:
        try:
            fail(ValueError(token))
        except ValueError as error:
            raise RuntimeError("the token was refused") from error
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("library").exception("failed, too")
    assert "the token was refused" in logged.text
    assert "ValueError" in logged.text
    assert "s3cret" not in logged.text


def test_an_exception_is_one_structured_field(logged: Logged) -> None:
    try:
        fail(ValueError("two\nlines"))
    except ValueError:
        log.exception("failed")
    (line,) = logged.lines
    (stack,) = line["exception"]
    assert stack["exc_type"] == "ValueError"
    assert stack["exc_value"] == "two\nlines"
    assert [frame["name"] for frame in stack["frames"]] == ["test_an_exception_is_one_structured_field", "fail"]
    assert "locals" not in stack["frames"][-1]


def test_a_private_key_is_in_no_line(logged: Logged) -> None:
    log.info(KEY, second=KEY.splitlines()[1], shown=repr(KEY), lines=KEY.splitlines())
    assert "MIIE" not in logged.text
    assert "abcABC" not in logged.text


@pytest.mark.parametrize(
    "token",
    [
        "ghs_" + "x" * 36,
        "github_pat_" + "x" * 60,
        "glpat-" + "x-_." * 6,
        "glptt-" + "0" * 40,
        "eyJ" + "x" * 20 + ".eyJ" + "y" * 20 + "." + "z" * 30,
    ],
)
def test_what_looks_like_a_token_is_masked_though_nobody_told_of_it(logged: Logged, token: str) -> None:
    log.info("bought", answer={"token": token}, header=f"Bearer {token}")
    assert logged.lines[0]["answer"] == {"token": "***"}
    assert logged.lines[0]["header"] == "Bearer ***"


def test_a_password_in_a_url_is_masked_and_its_host_is_not(logged: Logged) -> None:
    log.info("fetched", url="https://bot:pass:word@forge.example/owner/name.git", ssh="ssh://git@forge.example:22/x")
    assert logged.lines[0]["url"] == "https://***@forge.example/owner/name.git"
    assert logged.lines[0]["ssh"] == "ssh://git@forge.example:22/x"


@pytest.mark.parametrize("text", ["global-configuration-of-the-harbour", "a: b@c", "https://a.example:80/x@y", "ghs_x"])
def test_what_only_resembles_a_token_is_shown(logged: Logged, text: str) -> None:
    log.info(text)
    assert logged.lines[0]["event"] == text


@pytest.mark.parametrize("part", ["eyJ-", "ghs_", "://", "://:", "eyJaaaaaaaa.", "glpat-"])
def test_hostile_text_does_not_hold_the_log_up(logged: Logged, part: str) -> None:
    started = time.process_time()
    log.info(part * 50_000)
    assert time.process_time() - started < 2
    assert len(logged.lines) == 1


def test_a_secret_that_changes_is_known_at_once(logged: Logged) -> None:
    logged.secrets.append("n3w-secret")
    log.info("n3w-secret")
    assert logged.lines[0]["event"] == "***"


def test_secrets_that_cannot_be_read_any_more_are_still_known() -> None:
    left = [[SECRET]]
    redaction = Redaction(left.pop)
    assert redaction(None, "info", {"event": SECRET}) == {"event": "***"}


def test_without_secrets_nothing_is_masked(logged: Logged) -> None:
    logged.secrets[:] = ["", "  "]
    log.info("a b")
    assert logged.lines[0]["event"] == "a b"


def test_a_line_that_cannot_be_written_shows_nothing_of_it(logged: Logged) -> None:
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if isinstance(handler, logs._Handler)]  # not pytest's
    logging.getLogger("library").info("%d", SECRET)
    assert logged.text == f"a line of the log is lost: TypeError in {__name__}\n"


def test_a_thread_that_dies_says_so_without_secrets(logged: Logged) -> None:
    thread = threading.Thread(target=fail, args=(ValueError(SECRET),), name="worker 1")
    thread.start()
    thread.join()
    (line,) = logged.lines
    assert line["thread"] == "worker 1"
    assert line["exception"][0]["exc_value"] == "***"


@given(
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40),
    before=st.binary(max_size=5),
    after=st.binary(max_size=5),
)
def test_no_base64_of_a_secret_is_left_wherever_it_begins(secret: str, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    event = Redaction(lambda: [secret])(None, "info", {"header": encoded, "url": quote(secret, safe="")})
    assert "***" in event["header"]
    assert len(event["header"].replace("***", "")) <= len(encoded) - (len(secret) * 8 // 6 - 1)
    assert secret not in event["url"]


# --- Hostile names ---


def test_hostile_text_ends_no_line(logged: Logged) -> None:
    with structlog.contextvars.bound_contextvars(repository=HOSTILE):
        log.info(HOSTILE)
    assert len(logged.text.splitlines()) == 1
    assert logged.text.rstrip("\n").isprintable()
    assert logged.text.isascii()
    assert logged.lines[0]["repository"] == HOSTILE


def test_hostile_text_does_nothing_on_a_console(console: Logged) -> None:
    with structlog.contextvars.bound_contextvars(repository=HOSTILE):
        log.info(HOSTILE, **{HOSTILE: [HOSTILE]})
    assert len(console.text.splitlines()) == 1
    assert console.text.rstrip("\n").isprintable()


def test_the_console_shows_where_an_exception_arose(console: Logged) -> None:
    try:
        fail(ValueError(HOSTILE))
    except ValueError:
        log.exception("failed", repository="two words")
    first, outer, _, error = console.text.splitlines()
    assert first[19:] == 'Z error    failed  repository="two words" logger=tests'
    assert outer.endswith("in test_the_console_shows_where_an_exception_arose")
    assert error.startswith("    ValueError: a b<script>")
