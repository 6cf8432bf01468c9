"""The service's logs: one line an event, as JSON or for people, on standard error.

Whatever is logged, by us or by a library, takes the same way: time in UTC, level, event, the run and the repository
that the thread is at work on (`structlog.contextvars.bound_contextvars(run_id=..., repository=...)`), and no secret.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, Literal

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer

from gapkeeper import escaping
from gapkeeper.entry.service.redaction import Redaction
from gapkeeper.model.jobs import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping
    from typing import TextIO

    from structlog.typing import Processor

    from gapkeeper.errors import TrackerError
    from gapkeeper.model.jobs import RunRecord

Form = Literal["json", "console"]

#: Libraries that tell every request or tick: their warnings are enough.
_QUIET = ("apscheduler", "httpcore", "httpx", "uvicorn.access")

_LEVELS = {Outcome.REFUSED: logging.WARNING, Outcome.FAILED: logging.WARNING, Outcome.BROKEN: logging.ERROR}
_FRAMES = 30  # of a traceback
_HEAD = ("timestamp", "level", "event", "exception")  # what the console shows in places of their own


def configure(form: Form, secrets: Callable[[], Iterable[str]], stream: TextIO | None = None) -> None:
    """Send all logs of this process, warnings and errors of threads included, to standard error or ``stream``.

    ``secrets`` gives the values that must not be shown, for each line anew; what it raises at first is raised. To be
    called once.
    """
    structlog.configure(
        processors=[*_beginning(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(sys.stderr if stream is None else stream)
    handler.setFormatter(_formatter(form, secrets))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_died


def run_fields(run: RunRecord) -> dict[str, object]:
    """What the line of a run says. Times are in seconds, counts have their own names."""
    fields: dict[str, object] = {
        "run_id": run.id,
        "repository": run.job.repository,
        "kind": run.job.kind.value,
        "pull": run.job.pull or None,
        "outcome": run.outcome.value,
        "reasons": list(run.reasons),
        "started_at": run.started_at.isoformat(),
        "seconds": round((run.ended_at - run.started_at).total_seconds(), 3),
        "commit": run.commit,
        "score": run.score,
        "open_items": run.open_items,
        "counts": dict(run.counts),
        "error": run.error,
        "hint": run.hint,
    }
    return {name: value for name, value in fields.items() if value is not None}


def run_line(run: RunRecord) -> None:
    """Log the one line of a run, as loud as its outcome asks for."""
    structlog.get_logger("gapkeeper").log(_LEVELS.get(run.outcome, logging.INFO), "run ended", **run_fields(run))


def state_unavailable(log: structlog.stdlib.BoundLogger, error: TrackerError) -> None:
    """Log that the state cannot be used now: the line says all, and a stack would say no more."""
    log.error("state.unavailable", error=error.line)


# --- How a line comes to be ---


def _beginning() -> list[Processor]:
    """What happens where the event is logged, as only there is known which thread and which run it is."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(form: Form, secrets: Callable[[], Iterable[str]]) -> logging.Formatter:
    exceptions = ExceptionDictTransformer(show_locals=False, max_frames=_FRAMES)  # a variable may hold a secret
    return ProcessorFormatter(
        foreign_pre_chain=_beginning(),
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(exceptions),
            Redaction(secrets),
            _as_json if form == "json" else _for_people,
        ],
    )


def _as_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """ASCII: no character of a name can hide, turn the line round, or end it."""
    first = {name: event[name] for name in _HEAD[:3] if name in event}
    return json.dumps(first | dict(event), ensure_ascii=True)


def _for_people(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """`2026-11-24T20:40:00Z warning run ended  outcome=failed ...`; under it, indented, where an exception arose."""
    time = f"{event.get('timestamp', '')}"[:19]
    head = f"{time}Z {event.get('level', ''):<8} {escaping.clean_line(str(event.get('event', '')))}"
    rest = "".join(f" {escaping.clean_line(name)}={_value(event[name])}" for name in event if name not in _HEAD)
    return "\n".join([f"{head} {rest}" if rest else head, *_trace(event.get("exception"))])


def _value(value: object) -> str:
    """In one word: what has blanks or quotes in it is quoted."""
    if isinstance(value, str):
        text = escaping.clean_line(value)
        return text if text and not set(text) & set(" \"'=") else json.dumps(text, ensure_ascii=False)
    return escaping.clean_line(json.dumps(value, ensure_ascii=False))


def _trace(exception: object) -> list[str]:
    """The stack of an exception, and under it those of what caused it."""
    lines = []
    for stack in exception if isinstance(exception, list) else ():
        lines += [f"    {_frame(frame)}" for frame in stack["frames"]]
        lines.append("    " + escaping.clean_line(f"{stack['exc_type']}: {stack['exc_value']}"))
    return lines


def _frame(frame: Mapping[str, object]) -> str:
    return escaping.clean_line(f"{frame['filename']}:{frame['lineno']} in {frame['name']}")


class _Handler(logging.StreamHandler["TextIO"]):
    """Says of a line that cannot be written only that: Python would show the line, with its secrets."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"a line of the log is lost: {type(sys.exception()).__name__} in {record.module}\n")


def _thread_died(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = None if args.thread is None else args.thread.name
        structlog.get_logger("gapkeeper").error("a thread has died", exc_info=args.exc_value, thread=name)
