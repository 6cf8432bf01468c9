"""What can go wrong between a client and GitLab, beside what can go wrong with any network."""

from __future__ import annotations

from github_counterpart.faults import Fault, cut, half_json, silent, truncated
from github_counterpart.messages import Answer

_HTML = {"content-type": "text/html; charset=utf-8"}
_PAGE = b"<!DOCTYPE html>\n<html>\n<head><title>%s</title></head>\n<body><h1>%s</h1></body>\n</html>\n"

#: While an administrator works on it.
MAINTENANCE = Answer(503, {"message": "503 Service Unavailable: GitLab is in maintenance mode"}, {"retry-after": "60"})


def status(code: int, message: object = "", *, done: bool = False, **headers: str) -> Fault:
    """An answer with this status and GitLab's kind of body; header names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(str(code), done, Answer(code, {"message": message or f"{code} Internal Server Error"}, named))


def html(code: int, *, done: bool = False) -> Fault:
    """A page for people, of whatever stands before GitLab: a proxy that does not reach it, or wants a log-in."""
    title = {200: b"Sign in", 502: b"GitLab is not responding"}.get(code, b"Unavailable")
    return Fault(f"{code} in HTML", done, Answer(code, _PAGE % (title, title), dict(_HTML)))


def retry_later(seconds: int | None = 30) -> Fault:
    """The limit of an account or address: plain text, from before the application."""
    headers = {"content-type": "text/plain"} | ({} if seconds is None else {"retry-after": str(seconds)})
    return Fault("429 in plain text", done=False, answer=Answer(429, b"Retry later\n", headers))


def too_often(seconds: int | None = None) -> Fault:
    """The limit of an endpoint: JSON, and in older versions no word about when."""
    body = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    return Fault("429 in JSON", done=False, answer=Answer(429, body, headers))


def maintenance() -> Fault:
    return Fault("maintenance", done=False, answer=MAINTENANCE)


def redirect(to: str, code: int = 302) -> Fault:
    return Fault(f"redirect to {to}", done=False, answer=Answer(code, b"", {"location": to, **_HTML}))


#: What a network and a busy server do to anybody's request.
USUAL: tuple[Fault, ...] = (
    status(500),
    status(500, done=True),
    html(502),
    html(502, done=True),
    maintenance(),
    html(504, done=True),
    cut(done=False),
    cut(done=True),
    silent(done=False),
    silent(done=True),
    truncated(),
    half_json(),
    retry_later(),
    too_often(),
)
