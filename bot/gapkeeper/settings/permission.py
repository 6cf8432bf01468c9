"""Which ways to write to documents the operator allows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gapkeeper.errors import ConfigurationError
from gapkeeper.model.policy import WriteBack
from gapkeeper.settings.environment import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = f"{PREFIX}WRITE_BACK_ALLOWED"
_ON_A_FORGE = (WriteBack.PULL_REQUEST, WriteBack.OFF)


def require_allowed(wish: WriteBack, *, forge: bool, environ: Mapping[str, str] | None = None) -> None:
    """Refuse what the operator has not allowed: by default everything on the embedded tracker, proposals on a forge.

    Raises:
        ConfigurationError: It is not allowed, or the operator's list is no list.
    """
    environ = os.environ if environ is None else environ
    allowed: tuple[str, ...] = _ON_A_FORGE if forge else tuple(WriteBack)
    if environ.get(_VARIABLE):
        from gapkeeper.settings.operator import load_operator  # noqa: PLC0415 - it takes longer to load than to plan

        listed = load_operator().write_back_allowed
        allowed = allowed if listed is None else listed
    if wish not in allowed:
        choice = f"{', '.join(allowed)}: choose one of them, or" if allowed else "none:"
        raise ConfigurationError(
            f'[sync] write_back = "{wish}" is not allowed here', hint=f"The operator allows {choice} set {_VARIABLE}."
        )
