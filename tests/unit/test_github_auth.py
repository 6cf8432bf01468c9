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
from gapkeeper.adapters.github.app_tokens import AppTokens
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
        self.installation = 77
        self.name = "plan"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        now = self.time.now + self.ahead
        date = {"date": now.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        path = request.url.path
        if path.startswith("/repos/octo/plan") and self.name != "plan":
            rest = path.removeprefix("/repos/octo/plan")
            return httpx.Response(301, headers={**date, "location": f"https://api.github.com/repositories/42{rest}"})
        status, data = self._answer(request, path, now)
        return httpx.Response(status, json=data, headers=date)

    def _answer(self, request: httpx.Request, path: str, now: dt.datetime) -> tuple[int, dict[str, Any]]:
        said = request.headers["authorization"].removeprefix("Bearer ")
        if path == "/repositories/42" and said == f"ghs_{len(self.minted)}":
            return 200, {"id": 42, "full_name": f"octo/{self.name}"}
        if not self._believes(said, now):
            return 401, {"message": "'Expiration time' claim ('exp') is no good"}
        if path in {"/repos/octo/plan/installation", "/repositories/42/installation"} and self.installed:
            return 200, {"id": self.installation, "app_slug": "planner", "permissions": self.granted}
        if path == f"/app/installations/{self.installation}/access_tokens" and self.installed:
            return self._mint(json.loads(request.content), now)
        return 404, {"message": "Not Found"}

    def _believes(self, claim: str, now: dt.datetime) -> bool:
        claims: dict[str, Any] = jwt.decode(
            claim,
            self.public_key,  # type: ignore[arg-type] # of RSA, as it was made
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False},
        )
        issued, expires = (dt.datetime.fromtimestamp(claims[name], dt.UTC) for name in ("iat", "exp"))
        return issued <= now < expires <= now + dt.timedelta(minutes=10) and claims["iss"] == "7"

    def _mint(self, asked: dict[str, Any], now: dt.datetime) -> tuple[int, dict[str, Any]]:
        if any(self.granted.get(name, "") < level for name, level in asked["permissions"].items()):
            return 422, {"message": "The permissions requested are not granted to this installation."}
        if asked.get("repositories", [self.name]) != [self.name] or asked.get("repository_ids", [42]) != [42]:
            return 422, {"message": "There is at least one repository that does not exist or is not accessible."}
        self.minted.append(asked)
        ends = (now + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return 201, {"token": f"ghs_{len(self.minted)}", "expires_at": ends}


class TestApp:
    @pytest.fixture
    def github(self, private_key: str) -> GitHubApps:
        return GitHubApps(private_key)

    def auth(
        self,
        github: GitHubApps,
        private_key: str,
        permissions: Mapping[str, str] = TO_WRITE,
        store: Store | None = None,
    ) -> AppAuth:
        address = read_address("github:octo/plan", GITHUB)
        return AppAuth(wire(github, github.time, store), address, "7", private_key, permissions)

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

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_works_with_such_a_clock_in_the_next_run_as_well(
        self, github: GitHubApps, private_key: str, hours: int
    ) -> None:
        github.ahead, store = dt.timedelta(hours=hours), Store(None)
        self.auth(github, private_key, store=store).header()
        assert self.auth(github, private_key, store=store).header() == "Bearer ghs_2"

    def test_that_was_installed_anew_is_found_in_the_next_run(self, github: GitHubApps, private_key: str) -> None:
        store = Store(None)
        self.auth(github, private_key, store=store).header()
        github.installation = 78
        assert self.auth(github, private_key, store=store).header() == "Bearer ghs_2"

    def test_that_was_uninstalled_since_says_what_to_do(self, github: GitHubApps, private_key: str) -> None:
        store = Store(None)
        self.auth(github, private_key, store=store).header()
        github.installed = False
        with pytest.raises(NotAuthorisedError, match="not installed"):
            self.auth(github, private_key, store=store).header()

    def test_that_is_uninstalled_meanwhile_says_so_and_not_that_something_else_is_gone(
        self, github: GitHubApps, private_key: str
    ) -> None:
        auth = self.auth(github, private_key)
        auth.header()
        github.installed = False
        github.time.sleep(3600)
        with pytest.raises(NotAuthorisedError, match="not installed"):
            auth.header()

    def test_names_what_is_missing_by_what_is_granted_now(self, github: GitHubApps, private_key: str) -> None:
        store = Store(None)
        self.auth(github, private_key, store=store).header()
        del github.granted["contents"]
        with pytest.raises(NotAuthorisedError, match="too little") as caught:
            self.auth(github, private_key, store=store).header()
        assert "contents: write in" in str(caught.value.hint)

    def test_gets_its_token_where_the_project_was_renamed(self, github: GitHubApps, private_key: str) -> None:
        github.name = "newer"
        assert self.auth(github, private_key).header() == "Bearer ghs_2"
        assert github.minted[-1] == {"repository_ids": [42], "permissions": dict(TO_WRITE)}

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

    def test_is_another_account_with_each_owner_and_the_same_with_all_of_their_projects(
        self, github: GitHubApps, private_key: str
    ) -> None:
        names = ("github:octo/plan", "github:Octo/another", "github:acme/plan")
        keys = [AppAuth(wire(github), read_address(name, GITHUB), "7", private_key, TO_READ).key for name in names]
        assert keys[0] == keys[1] != keys[2]

    def test_shows_neither_key_nor_token(self, github: GitHubApps, private_key: str) -> None:
        auth = self.auth(github, private_key)
        auth.header()
        assert "ghs_1" not in f"{auth!r}{auth.key}"
        assert "PRIVATE" not in f"{auth!r}{auth.key}"


class TestTokensThatRunsShare:
    @pytest.fixture
    def github(self, private_key: str) -> GitHubApps:
        return GitHubApps(private_key)

    @pytest.fixture
    def tokens(self) -> AppTokens:
        return AppTokens()

    def run(
        self,
        github: GitHubApps,
        private_key: str,
        tokens: AppTokens,
        *,
        permissions: Mapping[str, str] = TO_WRITE,
        app: str = "7",
    ) -> AppAuth:
        address = read_address("github:octo/plan", GITHUB)
        return AppAuth(wire(github, github.time), address, app, private_key, permissions, tokens=tokens)

    def test_are_bought_once_and_renewed_before_they_end(
        self, github: GitHubApps, private_key: str, tokens: AppTokens
    ) -> None:
        for minutes, token in ((0, 1), (54, 1), (1, 2), (54, 2)):
            github.time.sleep(minutes * 60)
            assert self.run(github, private_key, tokens).header() == f"Bearer ghs_{token}"

    def test_tell_the_name_of_the_app_without_a_request(
        self, github: GitHubApps, private_key: str, tokens: AppTokens
    ) -> None:
        self.run(github, private_key, tokens).header()
        github.installed = False  # whoever asks is told that there is none
        auth = self.run(github, private_key, tokens)
        assert auth.header() == "Bearer ghs_1"
        assert auth.account(Client(wire(github), lambda: None, account="", read_only=None)) == "planner[bot]"

    def test_are_others_for_other_permissions(self, github: GitHubApps, private_key: str, tokens: AppTokens) -> None:
        for permissions in (TO_READ, TO_WRITE, TO_READ):
            self.run(github, private_key, tokens, permissions=permissions).header()
        assert [asked["permissions"] for asked in github.minted] == [TO_READ, TO_WRITE]

    def test_are_no_other_apps(self, github: GitHubApps, private_key: str, tokens: AppTokens) -> None:
        self.run(github, private_key, tokens).header()
        with pytest.raises(NotAuthorisedError):
            self.run(github, private_key, tokens, app="8").header()

    def test_are_bought_anew_where_something_was_refused(
        self, github: GitHubApps, private_key: str, tokens: AppTokens
    ) -> None:
        self.run(github, private_key, tokens).header()
        tokens.forget("https://github.com/octo/other")
        assert self.run(github, private_key, tokens).header() == "Bearer ghs_1"
        tokens.forget(read_address("github:octo/plan", GITHUB).url)
        assert self.run(github, private_key, tokens).header() == "Bearer ghs_2"

    def test_are_bought_of_the_installation_that_is_there_then(
        self, github: GitHubApps, private_key: str, tokens: AppTokens
    ) -> None:
        auth, url = self.run(github, private_key, tokens), read_address("github:octo/plan", GITHUB).url
        auth.header()
        github.installation += 1  # people took it away, and installed it again
        assert tokens.revoke(url)
        assert auth.header() == "Bearer ghs_2"
        tokens.forget(url)
        assert auth.header() == "Bearer ghs_2"  # a run that something is refused to does not buy one each time
        assert not tokens.revoke(url)

    def test_show_in_no_representation(self, github: GitHubApps, private_key: str, tokens: AppTokens) -> None:
        self.run(github, private_key, tokens).header()
        assert "ghs_" not in f"{tokens!r}{vars(tokens)}"


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
            (401, "A JSON web token could not be decoded", {}, "GAPKEEPER_GITHUB_APP_PRIVATE_KEY"),
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
