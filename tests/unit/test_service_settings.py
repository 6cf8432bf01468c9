"""The service's file: what it gives, which variables override it, and every fault with its line and remedy."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings import environment, positions
from gapkeeper.settings.conform import conform, keys_of
from gapkeeper.settings.listing import unknown_variables
from gapkeeper.settings.load import load
from gapkeeper.settings.positions import line_of_keys
from gapkeeper.settings.schema import service_schema
from gapkeeper.settings.service import Listener, Repository, Service, ServiceFile, ServiceSettings, State
from gapkeeper.settings.service_file import load_service
from gapkeeper.settings.template import commented_service_toml

ONE = '[[repositories]]\ntracker = "github:octocat/harbour"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "service.toml"
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, environ: dict[str, str] | None = None) -> ServiceSettings:
    return load_service(write(folder, text), environ or {})


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, text, environ)
    return str(caught.value).replace(f"{folder}/", "")


def test_one_tracker_is_enough(tmp_path: Path) -> None:
    settings = loaded(tmp_path, ONE)
    assert settings.service == Service()
    assert settings.state == State()
    assert settings.repositories == (Repository("github:octocat/harbour", name="octocat/harbour"),)
    assert settings.public == Listener("127.0.0.1", 8080)
    assert settings.listen == Listener("127.0.0.1", 9090)
    assert settings.state_file == tmp_path / "gapkeeper-state.db"
    assert settings.mirrors == tmp_path / "mirrors"


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        [service]
        public = "[::1]:0"
        listen = "localhost:0"
        workers = 2
        grace_seconds = 1
        log_format = "console"
        [state]
        url = "sqlite:/var/lib/gapkeeper/state.db"
        mirrors = "/var/lib/gapkeeper/mirrors"
        [[repositories]]
        tracker = "github:octocat/harbour"
        name = "harbour"
        git = "git@example.org:octocat/harbour.git"
        minutes = 30
        pull_requests = false
        max_creates = 0
        [[repositories]]
        tracker = "gitlab:yards/north/pier"
        cron = "0 6 * * 1-5"
        """,
    )
    assert settings.public == Listener("::1", 0)
    assert str(settings.public) == "[::1]:0"
    assert settings.listen == Listener("localhost", 0)
    assert settings.service.workers == 2
    assert settings.state_file == Path("/var/lib/gapkeeper/state.db")
    assert settings.mirrors == Path("/var/lib/gapkeeper/mirrors")
    harbour = settings.repository("harbour")
    assert harbour is not None
    assert (harbour.minutes, harbour.pull_requests, harbour.max_creates) == (30, False, 0)
    pier = settings.repository("yards/north/pier")
    assert pier is not None
    assert pier.cron == "0 6 * * mon,tue,wed,thu,fri"
    assert settings.repository("pier") is None


class TestWhichFile:
    def test_the_one_that_the_variable_names(self, tmp_path: Path) -> None:
        path = write(tmp_path, ONE)
        assert load_service(environ={"GAPKEEPER_SERVICE_CONFIG": str(path)}).folder == tmp_path

    def test_else_the_one_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "gapkeeper-service.toml").write_text(ONE, "utf-8")
        monkeypatch.chdir(tmp_path)
        assert load_service(environ={}).folder == tmp_path

    def test_none_is_an_error_that_says_how_to_name_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigurationError, match=r"there is no gapkeeper-service\.toml") as caught:
            load_service(environ={})
        assert "GAPKEEPER_SERVICE_CONFIG" in (caught.value.hint or "")

    def test_a_folder_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
            load_service(tmp_path, {})

    def test_it_may_be_a_link_as_mounted_files_are(self, tmp_path: Path) -> None:
        (tmp_path / "mounted").mkdir()
        (tmp_path / "elsewhere").mkdir()
        link = tmp_path / "mounted" / "service.toml"
        link.symlink_to(write(tmp_path / "elsewhere", ONE))
        assert load_service(link, {}).folder == tmp_path / "mounted"


class TestTheEnvironment:
    def test_overrides_single_keys(self, tmp_path: Path) -> None:
        environ = {
            "GAPKEEPER_SERVICE__LISTEN": "0.0.0.0:9000",
            "GAPKEEPER_SERVICE__WORKERS": "8",
            "GAPKEEPER_STATE__URL": "sqlite:/data/state.db",
            "GAPKEEPER_SERVICE__LOG_FORMAT": "",  # empty: not set
        }
        settings = loaded(tmp_path, f"[service]\nworkers = 2\ngrace_seconds = 3\n{ONE}", environ)
        assert settings.service == Service(listen="0.0.0.0:9000", workers=8, grace_seconds=3.0)
        assert settings.state_file == Path("/data/state.db")

    @pytest.mark.parametrize(
        ("variable", "value", "says"),
        [
            ("GAPKEEPER_SERVICE__LISTN", "x", "service.listn is not a key of [service]\nDid you mean listen?"),
            ("GAPKEEPER_SERVICE__WORKERS", "many", 'service.workers is the text "many"\nAllowed: a whole number.'),
            ("GAPKEEPER_SERVICE__WORKERS", "0", "service.workers is the number 0\nAllowed: a number from 1 to 64."),
            ("GAPKEEPER_SERVICE__LISTEN", "9090", 'service.listen is "9090"\nWrite host:port:'),
            ("GAPKEEPER_STATE__URL", "x", "state.url is no SQLite file\nWrite sqlite:PATH."),
        ],
    )
    def test_a_wrong_value_is_an_error_with_the_name_of_the_variable(
        self, tmp_path: Path, variable: str, value: str, says: str
    ) -> None:
        assert refusal(tmp_path, ONE, {variable: value}).startswith(f"{variable}: {says}")

    def test_a_table_that_does_not_exist(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, ONE, {"GAPKEEPER_SERVISE__LISTEN": "x"})
        assert said == ("GAPKEEPER_SERVISE__LISTEN: there is no table servise\nDid you mean GAPKEEPER_SERVICE__...?")

    def test_repositories_do_not_mind_the_variables_of_the_service(self, tmp_path: Path) -> None:
        environ = {"GAPKEEPER_SERVICE__LISTEN": "x", "GAPKEEPER_STATE__URL": "x", "GAPKEEPER_SERVICE_CONFIG": "x"}
        assert load(tmp_path, environ=environ).layers == ()
        assert unknown_variables(environ) == []

    def test_the_service_does_not_mind_the_variables_of_repositories(self, tmp_path: Path) -> None:
        assert loaded(tmp_path, ONE, {"GAPKEEPER_SYNC__ON_CLOSE": "ignore"}).service == Service()

    def test_the_tables_that_it_overrides_are_those_of_the_file(self) -> None:
        assert (*environment.OF_SERVICE, "repositories") == ServiceFile._fields


FAULTS = [
    ("[service]\nworker = 3", 2, "service.worker is not a key of [service]", "Did you mean workers?"),
    ("[servise]\n", 1, "servise is not a key of the configuration", "Did you mean service?"),
    ("[service]\nmirrors = 'x'", 2, "service.mirrors is not a key of [service]", "Did you mean state.mirrors?"),
    ("[service]\nworkers = '4'", 2, 'service.workers is the text "4"', "Allowed: a whole number."),
    ("[service]\nworkers = 65", 2, "service.workers is the number 65", "Allowed: a number from 1 to 64."),
    ("[service]\nlog_format = 'text'", 2, 'service.log_format is the text "text"', 'Allowed: "json" or "console".'),
    ("[service]\npublic = '8080'", 2, 'service.public is "8080"', "Write host:port"),
    ("[service]\npublic = 'host:70000'", 2, 'service.public is "host:70000"', "Write host:port"),
    ("[service]\npublic = 'http://host:80'", 2, 'service.public is "http://host:80"', "Write host:port"),
    ("[service]\npublic = '::1:80'", 2, 'service.public is "::1:80"', "Write host:port"),
    ("[service]\npublic = ':80'", 2, 'service.public is ":80"', "Write host:port"),
    (
        "[service]\npublic = '127.0.0.1:9090'",
        1,
        "service.public and service.listen are the same place",
        "Give them two ports",
    ),
    (
        "[service]\nlisten = '0.0.0.0:8080'",
        2,
        "service.public and service.listen are the same place",
        "Give them two ports",
    ),
    ("[state]\nurl = 'postgresql://me:hunter2@host/db'", 2, "state.url is no SQLite file", "Write sqlite:PATH."),
    ('[state]\nurl = "sqlite:a\\u0000b"', 2, "state.url is no SQLite file", "Write sqlite:PATH."),
    ("[state]\nmirrors = ''", 2, "state.mirrors is empty", "Name a folder"),
    ("[state]\nkeep_days = 0", 2, "state.keep_days is the number 0", "Allowed: a number from 1 to 3650."),
]

FAULTS_OF_REPOSITORIES = [
    ("", 4, "repositories.tracker is not set", 'Set it, as in tracker = "github:octocat/harbour".'),
    ("trakcer = 'x'\ntracker = 'github:a/b'", 5, "repositories.trakcer is not a key of [repositories]", "Did you mean"),
    ("tracker = 3", 5, "repositories.tracker is the number 3", "Allowed: a text in quotes."),
    ("tracker = 'sqlite:t.db'", 5, "repositories.tracker is the embedded tracker, and the service", "Webhooks"),
    ("tracker = 'github:a'", 5, 'repositories.tracker is "github:a"', "Write github:owner/name"),
    ("tracker = 'github:a/b/c'", 5, 'repositories.tracker is "github:a/b/c"', "Write github:owner/name"),
    ("tracker = 'gitlab:../a'", 5, 'repositories.tracker is "gitlab:../a"', "Write github:owner/name"),
    ("tracker = 'https://example.org/a/b'", 5, 'repositories.tracker is "https://example.org/a/b"', "Write github:"),
    ("tracker = 'https://me:hunter2@github.com/a/b'", 5, "repositories.tracker holds a name or password", "Tokens"),
    ("tracker = 'github:a/b'\ngit = 'https://me:hunter2@host/x'", 6, "repositories.git holds a name or", "Tokens"),
    ("tracker = 'github:a/b'\ngit = 'https://hunter2@host/x'", 6, "repositories.git holds a name or", "Tokens"),
    ("tracker = 'github:a/b'\ngit = 'ssh://me:hunter2@host/x'", 6, "repositories.git holds a name or", "Tokens"),
    ("tracker = 'github:a/b'\ngit = '../b'", 6, 'repositories.git is "../b"', "Write a URL, or an absolute path."),
    (
        "tracker = 'github:a/b'\nminutes = 0",
        6,
        "repositories.minutes is the number 0",
        "Allowed: a number from 1 to 10080.",
    ),
    ("tracker = 'github:a/b'\nname = 'a b'", 6, 'repositories.name is "a b"', "Letters of ASCII"),
    ("tracker = 'github:a/b'\nname = '../b'", 6, 'repositories.name is "../b"', "Letters of ASCII"),
    ("tracker = 'github:a/b'\nname = '-b'", 6, 'repositories.name is "-b"', "Letters of ASCII"),
    ("tracker = 'github:a/b'\nname = 'OCTOCAT/harbour'", 6, 'another repository is called "octocat/harbour"', "Give"),
    ("tracker = 'gitlab:octocat/harbour'", 4, 'another repository is called "octocat/harbour"', "Give each"),
    (
        "tracker = 'github:a/b'\nminutes = 5\ncron = '0 6 * * *'",
        7,
        "repositories.minutes and repositories.cron",
        "Keep",
    ),
    ("tracker = 'github:a/b'\ncron = '0 6 * *'", 6, 'repositories.cron is "0 6 * *"', "It has 4 fields, and not five."),
    ("tracker = 'github:a/b'\ncron = '0 6 * * 8'", 6, 'repositories.cron is "0 6 * * 8"', "8 is no day of the week."),
    ("tracker = 'github:a/b'\ncron = '61 6 * * *'", 6, 'repositories.cron is "61 6 * * *"', ""),
    ("tracker = 'github:a/b'\ncron = '0 6 1 * 1'", 6, 'repositories.cron is "0 6 1 * 1"', "It names days of the month"),
    ("tracker = 'github:a/b'\ncron = '0 6 31 2 *'", 6, 'repositories.cron is "0 6 31 2 *"', "No such time ever comes."),
    ("token = 'hunter2'\ntracker = 'github:a/b'", 5, "repositories.token is not a key of", "Secrets come from"),
]


@pytest.mark.parametrize(("text", "line", "message", "hint"), FAULTS)
def test_a_fault_has_its_line_and_remedy(tmp_path: Path, text: str, line: int, message: str, hint: str) -> None:
    said = refusal(tmp_path, f"{text}\n{ONE}")
    assert said.startswith(f"service.toml:{line}: {message}")
    assert f"\n{hint}" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(("text", "line", "message", "hint"), FAULTS_OF_REPOSITORIES)
def test_a_fault_of_the_second_repository_has_its_own_line(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    said = refusal(tmp_path, f"{ONE}\n[[repositories]]\n{text}\n")
    assert said.startswith(f"service.toml:{line}: {message}")
    assert f"\n{hint}" in said
    assert "hunter2" not in said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, "[service]\nworkers = 0\ntoken = 'hunter2'\n[[repositories]]\nminutes = 'x'\n")
    assert [line for line in said.splitlines() if line.startswith("service.toml")] == [
        "service.toml:2: service.workers is the number 0",
        "service.toml:3: service.token is not a key of [service]",
        'service.toml:5: repositories.minutes is the text "x"',
        "service.toml:4: repositories.tracker is not set",
    ]
    assert "hunter2" not in said


def test_where_keys_stand_is_found_once_for_all_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(positions, "line_of_keys", lambda text: read.append(text) or line_of_keys(text))
    said = refusal(tmp_path, "".join(f"[[repositories]]\ntracker = 'github:a/b{n}'\nminutes = 0\n" for n in range(50)))
    assert said.count("repositories.minutes is the number 0") == 50
    assert len(read) == 1


@pytest.mark.parametrize("key", ["token", "github_token", "webhook_secret", "private_key", "password", "Private-Key"])
def test_secrets_do_not_belong_into_the_file(tmp_path: Path, key: str) -> None:
    said = refusal(tmp_path, f"[service]\n{key} = 'hunter2'\n{ONE}")
    assert said.startswith(
        f"service.toml:2: service.{key} is not a key of [service]\nSecrets come from the environment"
    )
    assert "hunter2" not in said


@pytest.mark.parametrize("text", ["", "[service]\nworkers = 1\n", "repositories = []\n"])
def test_a_service_without_repositories_has_nothing_to_do(tmp_path: Path, text: str) -> None:
    assert "there is no repository to keep in step\nAdd [[repositories]]" in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["repositories = 3", "[repositories]\ntracker = 'github:a/b'", "repositories = [1]"])
def test_repositories_are_a_list_of_tables(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith("service.toml:1: repositories is no list of tables\nWrite a [[repos")


def test_what_is_no_toml_has_its_place(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{ONE}[service\n").startswith("service.toml:3:9: this is not TOML")


def test_addresses_on_the_operators_forges_are_trackers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPKEEPER_GITLAB_URL", "https://example.org/gitlab")
    settings = loaded(
        tmp_path,
        """repositories = [
        { tracker = "https://github.com/octocat/harbour" },
        { tracker = "https://example.org/gitlab/yards/pier/-/issues" },
        ]""",
    )
    assert [repository.name for repository in settings.repositories] == ["octocat/harbour", "yards/pier"]


@pytest.mark.parametrize("git", ["https://example.org/x.git", "ssh://git@example.org/x", "git@h:x/y.git", "/srv/x.git"])
def test_git_may_be_anywhere(tmp_path: Path, git: str) -> None:
    assert loaded(tmp_path, f"{ONE}git = '{git}'\n").repositories[0].git == git


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("*", "*"),
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "sun,fri,sat"),
        ("fri-sun", "sun,fri,sat"),
        ("*/2", "sun,tue,thu,sat"),
        ("1/2", "mon,wed,fri"),
        ("Mon,3", "mon,wed"),
    ],
)
def test_days_of_the_week_are_those_of_crontab(tmp_path: Path, written: str, days: str) -> None:
    (repository,) = loaded(tmp_path, f'{ONE}cron = "5 4 * * {written}"\n').repositories
    assert repository.cron == f"5 4 * * {days}"
    assert CronTrigger.from_crontab(repository.cron)


TABLES = {"service": Service, "state": State, "repositories": Repository}
VALIDATOR = jsonschema.Draft7Validator(service_schema())
values = st.one_of(st.booleans(), st.integers(-1, 400), st.sampled_from([0.5, "json", "x", "github:a/b"]), st.just([]))


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(service_schema())


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_the_schema_allows_what_reading_allows(section: str, data: st.DataObject) -> None:
    names = st.sampled_from([*keys_of(TABLES[section]), "tracker", "workres"])
    table: dict[str, Any] = data.draw(st.dictionaries(names, values, max_size=3))
    _, faults = conform(TABLES[section], table)
    whole = {section: [table] if section == "repositories" else table}
    assert VALIDATOR.is_valid(whole) == (not faults)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.__name__)
def test_every_key_is_explained_in_sentences(table: type) -> None:
    for name, info in keys_of(table).items():
        assert re.fullmatch(r"[A-Z].*\.", info.key.text), name


def test_the_example_with_every_line_switched_on_has_every_key_and_loads(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=[a-z_]+ = )", "", commented_service_toml(), flags=re.MULTILINE)
    data = tomllib.loads(text)
    for section, table in TABLES.items():
        shown = data[section][0] if section == "repositories" else data[section]
        assert list(shown) == list(keys_of(table))
    settings = loaded(tmp_path, text)
    assert (settings.service, settings.state) == (Service(), State())
    assert settings.repositories == (
        Repository("github:octocat/harbour", name="octocat/harbour", minutes=30, max_creates=20),
    )
