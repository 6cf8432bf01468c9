"""Who we are on GitHub, where it is, and what is said where a token may too little."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gapkeeper.adapters.github.address import api_address, graphql_address, read_address
from gapkeeper.adapters.github.app_auth import TO_READ, TO_WRITE, AppAuth
from gapkeeper.adapters.github.explain import explain
from gapkeeper.adapters.github.token import ACTIONS, TokenAuth
from gapkeeper.adapters.http.client import Client, Retries, Wire
from gapkeeper.adapters.http.host import Host
from gapkeeper.adapters.http.pacing import Pacing
from gapkeeper.adapters.http.store import Store
from gapkeeper.errors import NotAuthorisedError, TrackerError, UnavailableError, UsageError
from http_wire import TOKEN, UNPACED, Time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GITHUB = "https://github.com"


def wire(
    answer: Callable[[httpx.Request], httpx.Response], time: Time | None = None, store: Store | None = None
) -> Wire:
    time, store = time or Time(), store or Store(None)
    return Wire(
        host=Host("https://api.github.com"),
        store=store,
        pacing=Pacing(UNPACED, clock=time, sleep=time.sleep, store=store),
        retries=Retries(0),
        explain=explain,
        transport=httpx.MockTransport(answer),
    )


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "github", "api", "project"),
        [
            ("github:octo/plan", GITHUB, "https://api.github.com", "octo/plan"),
            ("https://github.com/octo/plan", GITHUB, "https://api.github.com", "octo/plan"),
            ("https://github.com/octo/plan.git", GITHUB, "https://api.github.com", "octo/plan"),
            ("github:octo/plan.js", "https://git.example.org", "https://git.example.org/api/v3", "octo/plan.js"),
            ("github:octo/plan", "https://octo.ghe.com", "https://api.octo.ghe.com", "octo/plan"),
            ("github:octo/plan", "https://git.example.org/api/v3", "https://git.example.org/api/v3", "octo/plan"),
            ("github:octo/plan", "http://127.0.0.1:4000", "http://127.0.0.1:4000", "octo/plan"),
            ("github:octo_corp/_x", GITHUB, "https://api.github.com", "octo_corp/_x"),
        ],
    )
    def test_of_a_project(self, url: str, github: str, api: str, project: str) -> None:
        address = read_address(url, github)
        assert (address.api, address.project, address.url) == (api, project, url)

    @pytest.mark.parametrize(
        "url",
        [
            "github:",
            "github:octo",
            "github:octo/plan/issues",
            "github:octo/..",
            "github:../plan",
            "github:octo/plan?x",
            "github:octo/pl an",
            "github:octo/plan#1",
            "https://github.com/octo",
            "https://evil.example/octo/plan",
            "http://github.com/octo/plan",
            "https://github.com@evil.example/octo/plan",
            "https://github.com.evil.example/octo/plan",
        ],
    )
    def test_that_names_none_here_is_refused(self, url: str) -> None:
        with pytest.raises(UsageError):
            read_address(url, GITHUB)

    def test_graphql_is_beside_the_api(self) -> None:
        assert graphql_address(api_address(GITHUB)) == "https://api.github.com/graphql"
        assert graphql_address(api_address("https://git.example.org")) == "https://git.example.org/api/graphql"

    def test_githubs_own_limits_hold_on_its_own_servers(self) -> None:
        servers = {GITHUB: True, "https://octo.ghe.com": True, "https://git.example.org": False}
        assert {host: read_address("github:octo/plan", host).public for host in servers} == servers


class TestToken:
    def account(self, answers: Mapping[str, httpx.Response], token: str = TOKEN) -> str:
        def answer(request: httpx.Request) -> httpx.Response:
            return answers.get(f"{request.method} {request.url.path}", httpx.Response(404))

        auth = TokenAuth(token, "https://api.github.com/graphql")
        return auth.account(Client(wire(answer), auth.header, account=auth.key, read_only="github:octo/plan"))

    def test_of_a_person_is_theirs(self) -> None:
        assert self.account({"GET /user": httpx.Response(200, json={"login": "anna"})}) == "anna"

    def test_of_an_app_is_asked_where_apps_may_ask_also_by_a_run_that_only_reads(self) -> None:
        viewer = {"data": {"viewer": {"login": "planner[bot]"}}}
        forbidden = httpx.Response(403, json={"message": "Resource not accessible by integration"})
        answers = {"GET /user": forbidden, "POST /graphql": httpx.Response(200, json=viewer)}
        assert self.account(answers) == self.account(answers, "ghs_123") == "planner[bot]"

    def test_of_actions_is_known_where_nobody_can_be_asked(self) -> None:
        assert self.account({}, "ghs_123") == ACTIONS

    @pytest.mark.parametrize("data", [{}, [], {"login": None}, {"login": ""}])
    def test_that_nobody_names_is_an_error(self, data: object) -> None:
        with pytest.raises(UnavailableError):
            self.account({"GET /user": httpx.Response(200, json=data)})

    def test_that_is_not_valid_says_which_to_set(self) -> None:
        with pytest.raises(NotAuthorisedError) as caught:
            self.account({"GET /user": httpx.Response(401, json={"message": "Bad credentials"})})
        assert "GAPKEEPER_GITHUB_TOKEN" in str(caught.value.hint)

    def test_is_shown_nowhere(self) -> None:
        auth = TokenAuth(TOKEN, "https://api.github.com/graphql")
        assert TOKEN not in f"{auth!r}{auth}{auth.key}"


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


class GitHubApps:
    """The part of GitHub that mints tokens."""

    def __init__(self, private_key: str) -> None:
        loaded = serialization.load_pem_private_key(private_key.encode(), None)
        self.public_key = loaded.public_key()
        self.time = Time()
        self.ahead = dt.timedelta(0)  # its clock
        self.granted = {"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write"}
        self.minted: list[dict[str, Any]] = []
        self.installed = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        now = self.time.now + self.ahead
        date = {"date": now.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        claims: dict[str, Any] = jwt.decode(
            request.headers["authorization"].removeprefix("Bearer "),
            self.public_key,  # type: ignore[arg-type] # of RSA, as it was made
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False},
        )
        issued, expires = (dt.datetime.fromtimestamp(claims[name], dt.UTC) for name in ("iat", "exp"))
        if not (issued <= now < expires <= now + dt.timedelta(minutes=10)) or claims["iss"] != "7":
            return httpx.Response(401, json={"message": "'Expiration time' claim ('exp') is no good"}, headers=date)
        if request.url.path == "/repos/octo/plan/installation" and self.installed:
            data = {"id": 77, "app_slug": "planner", "permissions": self.granted}
            return httpx.Response(200, json=data, headers=date)
        if request.url.path == "/app/installations/77/access_tokens":
            asked = json.loads(request.content)
            if any(self.granted.get(name, "") < level for name, level in asked["permissions"].items()):
                message = {"message": "The permissions requested are not granted to this installation."}
                return httpx.Response(422, json=message, headers=date)
            self.minted.append(asked)
            ends = (now + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            token = {"token": f"ghs_{len(self.minted)}", "expires_at": ends}
            return httpx.Response(201, json=token, headers=date)
        return httpx.Response(404, json={"message": "Not Found"}, headers=date)


class TestApp:
    @pytest.fixture
    def github(self, private_key: str) -> GitHubApps:
        return GitHubApps(private_key)

    def auth(self, github: GitHubApps, private_key: str, permissions: Mapping[str, str] = TO_WRITE) -> AppAuth:
        address = read_address("github:octo/plan", GITHUB)
        return AppAuth(wire(github, github.time), address, "7", private_key, permissions)

    @pytest.mark.parametrize("permissions", [TO_READ, TO_WRITE])
    def test_gets_a_token_for_one_project_and_what_this_run_needs(
        self, github: GitHubApps, private_key: str, permissions: dict[str, str]
    ) -> None:
        auth = self.auth(github, private_key, permissions)
        assert auth.header() == auth.header() == "Bearer ghs_1"
        assert github.minted == [{"repositories": ["plan"], "permissions": dict(permissions)}]

    def test_signs_with_its_own_name(self, github: GitHubApps, private_key: str) -> None:
        auth = self.auth(github, private_key)
        unused = Client(wire(github), lambda: None, account="", read_only=None)
        assert auth.account(unused) == "planner[bot]"

    def test_renews_the_token_before_it_ends(self, github: GitHubApps, private_key: str) -> None:
        auth = self.auth(github, private_key)
        auth.header()
        github.time.sleep(54 * 60)
        assert auth.header() == "Bearer ghs_1"
        github.time.sleep(60)
        assert auth.header() == "Bearer ghs_2"

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_works_with_a_clock_that_is_wrong_by_an_hour(
        self, github: GitHubApps, private_key: str, hours: int
    ) -> None:
        github.ahead = dt.timedelta(hours=hours)
        auth = self.auth(github, private_key)
        assert auth.header() == "Bearer ghs_1"
        github.time.sleep(56 * 60)
        assert auth.header() == "Bearer ghs_2"

    def test_that_is_not_installed_says_what_to_do(self, github: GitHubApps, private_key: str) -> None:
        github.installed = False
        with pytest.raises(NotAuthorisedError, match="not installed") as caught:
            self.auth(github, private_key).header()
        assert caught.value.exit_code == 77

    def test_that_may_too_little_names_what_is_missing(self, github: GitHubApps, private_key: str) -> None:
        github.granted = {"metadata": "read", "issues": "read", "contents": "write"}
        with pytest.raises(NotAuthorisedError, match="too little") as caught:
            self.auth(github, private_key).header()
        assert "issues: write, pull_requests: write" in str(caught.value.hint)

    def test_with_another_key_is_not_believed(self, github: GitHubApps) -> None:
        with pytest.raises(NotAuthorisedError, match="no RSA key") as caught:
            self.auth(github, "-----BEGIN hunter2-----").header()
        assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"

    def test_shows_neither_key_nor_token(self, github: GitHubApps, private_key: str) -> None:
        auth = self.auth(github, private_key)
        auth.header()
        assert "ghs_1" not in f"{auth!r}{auth.key}"
        assert "PRIVATE" not in f"{auth!r}{auth.key}"


class TestExplained:
    @pytest.mark.parametrize(
        ("status", "message", "headers", "hint"),
        [
            (403, "Repository was archived so is read-only.", {}, "Unarchive|unarchive"),
            (403, "This installation has been suspended", {}, "unsuspend"),
            (403, "`octo` has an IP allow list enabled, and 192.0.2.1 is not on it", {}, "addresses"),
            (403, "Resource protected by organization SAML enforcement.", {}, "sign-on"),
            (403, "Forbidden", {"x-github-sso": "required; url=https://git.test/sso?a=B1"}, "https://git.test/sso?a=B1"),
            (403, "Forbidden", {"x-github-sso": "required; url=javascript:x"}, "Settings, Developer"),
            (403, "Not accessible", {"x-accepted-github-permissions": "issues=write"}, "issues: write"),
            (403, "Must have admin rights", {"x-accepted-oauth-scopes": "repo"}, "scopes: repo"),
            (403, "?", {"x-accepted-github-permissions": "\x1b[31m"}, "write access"),
            (403, "GitHub Actions is not permitted to create or approve pull requests.", {}, "Allow GitHub"),
            (410, "Issues are disabled for this repo", {}, "Features"),
            (401, "Requires authentication", {}, "GAPKEEPER_GITHUB_TOKEN"),
        ],
    )  # fmt: skip
    def test_what_is_missing_and_where_to_set_it(
        self, status: int, message: str, headers: dict[str, str], hint: str
    ) -> None:
        answer = httpx.Response(status, json={"message": message}, headers=headers)
        with pytest.raises(NotAuthorisedError) as caught:
            Client(wire(lambda _: answer), lambda: None, account="", read_only=None).write("POST", "/x")
        assert any(part in str(caught.value.hint) for part in hint.split("|"))

    @pytest.mark.parametrize("status", range(300, 600))
    def test_every_status_stays_an_error_of_the_tree(self, status: int) -> None:
        with pytest.raises(TrackerError):
            Client(wire(lambda _: httpx.Response(status)), lambda: None, account="", read_only=None).write("POST", "/x")
