"""What the operator sets, and a repository cannot: hosts, tokens, and which write-back is allowed.

From the environment only (`GAPKEEPER_GITHUB_TOKEN`, ...); secrets also from files that it names
(`GAPKEEPER_GITHUB_TOKEN_FILE`). Commands that only read documents never load this.
"""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.ci import github_of_job, gitlab_of_job
from gapkeeper.settings.environment import PREFIX
from gapkeeper.settings.secret_files import END, secret_of_file
from gapkeeper.settings.webhook_secrets import secret_variables

_LIST = 'Write it like this: ["pull-request", "off"]'

#: Secrets that a file can hold: what `OperatorSettings` is given each as.
_IN_FILES = {
    f"{PREFIX}GITHUB_TOKEN": f"{PREFIX}GITHUB_TOKEN",  # by its alias
    f"{PREFIX}GITHUB_APP_PRIVATE_KEY": "github_app_private_key",
    f"{PREFIX}GITLAB_TOKEN": "gitlab_token",
}

WriteBackWord = Literal["pull-request", "commit", "worktree", "off"]


def _host(url: str) -> str:
    """A URL that a token may be sent to: it names a host, and no name or password."""
    if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", url):
        raise ValueError("Allowed: https://host, without a name, password or query.")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_host)]


def _token(secret: SecretStr) -> SecretStr:
    """A token as a header can carry it, without the line's end of the file that it came from."""
    token = secret.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise ValueError("A token has letters, digits and signs of ASCII, and no white space.")
    return SecretStr(token)


Token = Annotated[SecretStr, AfterValidator(_token)]


class OperatorSettings(BaseSettings):
    """The operator's settings. Secrets show as asterisks wherever they are printed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    github_url: Url = Field(
        default_factory=lambda: github_of_job() or "https://github.com",
        description="The one host that the GitHub token is sent to. Not set: https://github.com, "
        "in GitHub Actions the server that the job runs on.",
    )
    github_token: Annotated[
        Token | None,
        Field(
            validation_alias=AliasChoices(f"{PREFIX}GITHUB_TOKEN", "GITHUB_TOKEN"),
            description="A token for GitHub; else GITHUB_TOKEN.",
        ),
    ] = None
    github_app_id: Annotated[str | None, Field(description="The GitHub App that acts instead of a token's user.")] = (
        None
    )
    github_app_private_key: Annotated[SecretStr | None, Field(description="Its private key, in PEM.")] = None
    github_read_retries: Annotated[
        int, Field(ge=0, le=10, description="How often a read is tried again after a failure that may pass.")
    ] = 3
    github_seconds_between_writes: Annotated[float, Field(ge=0, description="GitHub asks for at least one second.")] = (
        1.0
    )
    gitlab_url: Url = Field(
        default_factory=lambda: gitlab_of_job() or "https://gitlab.com",
        description="The one host that the GitLab token is sent to, with the path that GitLab is installed below. "
        "Not set: https://gitlab.com, in GitLab CI the server that the job runs on.",
    )
    gitlab_token: Annotated[
        Token | None, Field(description="A project's, group's or person's access token for GitLab.")
    ] = None
    gitlab_read_retries: Annotated[
        int, Field(ge=0, le=10, description="How often a read is tried again after a failure that may pass.")
    ] = 3
    gitlab_seconds_between_writes: Annotated[
        float, Field(ge=0, description="gitlab.com allows 200 new issues a minute.")
    ] = 0.3
    write_back_allowed: Annotated[
        tuple[WriteBackWord, ...] | None,
        Field(
            description="Ways to write to documents that repositories may choose, as a JSON list. "
            "Not set: every one on the embedded tracker, pull-request and off on a forge."
        ),
    ] = None


def variables() -> frozenset[str]:
    """The names of the operator's variables, without those of others (`GITHUB_TOKEN`)."""
    names = {PREFIX + name.upper() for name in OperatorSettings.model_fields}
    return frozenset(names | {variable + END for variable in _IN_FILES} | secret_variables())


def load_operator() -> OperatorSettings:
    """The operator's settings from the environment, and from the files that it names.

    Raises:
        ConfigurationError: With the variable's name; never with its value, which may be a secret.
    """
    found = {variable: secret_of_file(variable, os.environ) for variable in _IN_FILES}
    secrets: dict[str, Any] = {_IN_FILES[name]: secret for name, secret in found.items() if secret is not None}
    try:
        return OperatorSettings(**secrets)
    except SettingsError:  # the only key that is decoded
        raise ConfigurationError(f"{PREFIX}WRITE_BACK_ALLOWED is not a list in JSON", hint=_LIST) from None
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        variable = PREFIX + str(first["loc"][0]).upper().removeprefix(PREFIX)
        variable += END if found.get(variable) else ""
        hint = _LIST if first["type"] == "tuple_type" else str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(f"{variable} is not what is allowed", hint=hint) from None
