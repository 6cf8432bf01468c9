"""A webhook's payload, which may hold anything: what is not there is None, what is of the wrong type is an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_Kind = TypeVar("_Kind")

#: IDs and numbers of all forges fit in 63 bits; so do a database's.
_LARGEST = 2**63


class MalformedError(ValueError):
    """It is no payload. The text says what is wrong, and quotes nothing of it."""


class Payload:
    """An object in a payload. Every method takes the keys that lead to a value, from the object down."""

    def __init__(self, table: Mapping[str, object]) -> None:
        """From what JSON became."""
        self._table = table

    def text(self, *path: str) -> str | None:
        """A string."""
        return self._get(path, str, "a text")

    def number(self, *path: str) -> int | None:
        """A number that counts something: 1 or more."""
        number = self._get(path, int, "a number")
        if number is not None and (isinstance(number, bool) or not 0 < number < _LARGEST):
            raise MalformedError(f"{'.'.join(path)} is no number of anything")
        return number

    def flag(self, *path: str) -> bool | None:
        """True or false."""
        return self._get(path, bool, "true or false")

    def has(self, *path: str) -> bool:
        """Whether there is an object."""
        return self._get(path, dict, "an object") is not None

    def items(self, *path: str) -> tuple[Payload, ...]:
        """The objects of a list; none where there is no list."""
        found = self._get(path, list, "a list") or []
        if not all(isinstance(item, dict) for item in found):
            raise MalformedError(f"{'.'.join(path)} holds something that is no object")
        return tuple(Payload(item) for item in found)

    def _get(self, path: tuple[str, ...], kind: type[_Kind], called: str) -> _Kind | None:
        value: object = self._table
        for key in path:
            if value is None:
                return None
            if not isinstance(value, dict):
                raise MalformedError(f"{'.'.join(path)} is below something that is no object")
            value = value.get(key)
        if value is not None and not isinstance(value, kind):
            raise MalformedError(f"{'.'.join(path)} is not {called}")
        return value


def read_payload(text: str) -> Payload:
    """The payload that a text is, in JSON as strict as forges write it.

    Raises:
        MalformedError: For anything else: keys that come twice, NaN, nesting without end.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except MalformedError:
        raise
    except json.JSONDecodeError:
        raise MalformedError("it is no JSON") from None
    except ValueError:
        raise MalformedError("it has a number without end") from None
    except RecursionError:
        raise MalformedError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise MalformedError("it is no object")
    return Payload(cast("Mapping[str, object]", value))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise MalformedError("a key comes twice")
    return table


def _no_constant(name: str) -> NoReturn:
    raise MalformedError(f"{name} is no number")
