"""What the operator sets, and a repository cannot: hosts, tokens, and which write-back is allowed.

From the environment only (`GAPKEEPER_GITHUB_TOKEN`, ...). Commands that only read documents never load this.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.environment import PREFIX
from gapkeeper.settings.toml_text import inline

if TYPE_CHECKING:
    from collections.abc import Mapping
