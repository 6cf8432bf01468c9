"""Identity: what makes an issue the issue of one item, whatever its title says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from gapkeeper.model.items import Item


def make_identity(namespace: str, kind: str, path: str | None, id_: str) -> str:
    """The long form: `namespace/KIND//ID`, or `namespace/KIND/path/to/document.md/ID` for per-document kinds.

    Only the path may hold a bare `/`; in the other parts it is written `%2F` (and `%` as `%25`), so
    that different items never share a form.
    """
    return f"{_part(namespace)}/{_part(kind)}/{path or ''}/{_part(id_)}"


def namespace_prefix(namespace: str) -> str:
    """What the identities of a namespace begin with, and no others."""
    return f"{_part(namespace)}/"


def identity_of(item: Item, namespace: str) -> str:
    """The identity of an item in a namespace."""
    return make_identity(namespace, item.kind, item.path, item.id)


class Identity(NamedTuple):
    """The parts of an identity."""

    namespace: str
    kind: str
    path: str | None
    id: str


def split_identity(identity: str) -> Identity:
    """The parts of what `make_identity` made. `ValueError` where it made no such thing."""
    if identity.count("/") < 3:
        raise ValueError(f"not an identity: {identity!r}")
    namespace, kind, rest = identity.split("/", 2)
    path, _, id_ = rest.rpartition("/")
    return Identity(unquote(namespace), unquote(kind), path or None, unquote(id_))


def _part(text: str) -> str:
    return text.replace("%", "%25").replace("/", "%2F") if "%" in text or "/" in text else text
