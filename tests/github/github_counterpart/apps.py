"""GitHub Apps: what they claim with their key, and the tokens that they get for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from github_counterpart.accounts import Caller, Kind, Token
from github_counterpart.call import route
from github_counterpart.messages import Answer, Problem

if TYPE_CHECKING:
    from github_counterpart.call import Call
    from github_counterpart.github import GitHub

#: What an App's claim may live for, and its tokens do, in seconds.
LONGEST, LIFE = 600, 3600
_UNREADABLE = "A JSON web token could not be decoded"
_OWN = ("GET /app", "GET ~/installation", "GET /app/installations", "POST /app/installations")


def claimed(github: GitHub, sent: str, at: int) -> Caller:
    """The App that signed a claim; `Problem` where the claim is wrong, or its times are by our clock."""
    key = load_pem_private_key(github.app.private_key.encode(), None).public_key()
    try:
        claim: dict[str, Any] = jwt.decode(
            sent,
            key,  # type: ignore[arg-type] # an RSA key, as it was made
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False},
        )
    except jwt.InvalidTokenError:
        raise Problem(401, _UNREADABLE) from None
    now = at / 1000
    expires, issued = claim.get("exp"), claim.get("iat")
    if not isinstance(expires, int) or expires <= now:
        raise Problem(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time "
            "at which the assertion expires",
        )
    if expires > now + LONGEST:
        raise Problem(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int) or issued > now + 1:
        raise Problem(
            401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if str(claim.get("iss")) not in {str(github.app.app_id), github.seed.integration("")["client_id"]}:
        raise Problem(404, "Integration not found")
    return Caller(github.app.login, app=github.app)


def require(call: Call) -> None:
    """A claim is good for what concerns the App itself, and only a claim is."""
    own = any(call.name.startswith(name.replace("~", "/repos/{owner}/{repo}")) for name in _OWN)
    if own and call.caller.app is None:
        raise Problem(401, _UNREADABLE)
    if not own and call.caller.app is not None:
        raise Problem(401, "Bad credentials")


@route("GET ~/installation", "GET /app/installations/{installation_id}")
def installation(call: Call) -> Answer:
    answer = _as_app(call)
    answer.body["permissions"] = dict(call.github.app.permissions)
    answer.body["events"] = list(call.github.seed.hears)
    account = call.github.person(answer.body["account"]["login"])
    answer.body |= {"account": account, "target_id": account["id"], "suspended_at": None}
    if call.github.suspended:
        answer.body |= {"suspended_at": call.now, "suspended_by": call.github.person(call.github.seed.people[0])}
    return answer


@route("GET /app")
def app(call: Call) -> Answer:
    return Answer(200, call.github.seed.integration(call.github.url) | {"installations_count": 1})


@route("POST /app/installations/{installation_id}/access_tokens")
def mint(call: Call) -> Answer:
    """A token for an hour, with no more than what was granted."""
    github = call.github
    if github.suspended:
        raise Problem(403, "This installation has been suspended")
    sent = call.body
    ranks = {"read": 1, "write": 2, "admin": 3}
    for name, level in (sent.get("permissions") or {}).items():
        if ranks.get(level, 9) > ranks.get(github.app.permissions.get(name, ""), 0):
            raise Problem(422, "The permissions requested are not granted to this installation.")
    answer = _as_app(call)
    shown = answer.body
    names = [one["full_name"] for one in shown.get("repositories", ())] or [github.repository.full_name]
    if "repositories" in shown:
        shown["repositories"] = [github.upstream.look(f"/repos/{name}", at=call.at) for name in names]
    github.tokens[shown["token"]] = Token(
        shown["token"],
        github.app.login,
        Kind.INSTALLATION,
        permissions=dict(shown["permissions"]),
        repositories=frozenset(name.lower() for name in names),
        expires=call.at / 1000 + LIFE,
        installation=github.app.installation,
    )
    return answer


@route("GET /installation/repositories")
def repositories(call: Call) -> Answer:
    token = call.caller.token
    if token is None or not call.caller.integration:
        raise Problem(403, "You must authenticate with an installation access token in order to list repositories")
    found = [one for one in call.github.repositories if one.full_name.lower() in (token.repositories or ())]
    shown = [call.github.upstream.look(f"/repos/{one.full_name}", at=call.at) for one in found]
    return Answer(200, {"total_count": len(shown), "repository_selection": "selected", "repositories": shown})


def _as_app(call: Call) -> Answer:
    """emulate knows the time from us, and looks at the claim itself: it gets one that is in order."""
    app_ = call.github.app
    now = call.at // 1000
    claim = jwt.encode({"iat": now - 5, "exp": now + 300, "iss": str(app_.app_id)}, app_.private_key, "RS256")
    reply = call.github.upstream.ask(
        call.request.method, call.path, token=claim, at=call.at, body=call.request.body or None
    )
    return call.answer_of(reply)
