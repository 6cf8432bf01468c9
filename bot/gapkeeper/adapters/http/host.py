"""The one host that a token is sent to."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from gapkeeper.errors import UnavailableError

_PORTS = {"http": 80, "https": 443}


class Host:
    """Where the API of a forge is. Addresses that a server names are followed on this host and on no other."""

    def __init__(self, base: str) -> None:
        """``base`` is the address that paths are appended to: `https://api.github.com`, `https://host/api/v3`."""
        self.base = base.rstrip("/")
        self._origin = _origin(self.base)

    @property
    def name(self) -> str:
        """The host, for people."""
        return urlsplit(self.base).hostname or self.base

    def address(self, path: str) -> str:
        """The whole address of a path, or of an address that a server named.

        Raises `UnavailableError` where it is on another host, or another scheme or port.
        """
        if path.startswith("/") and not path.startswith("//"):
            return self.base + path
        origin = _origin(path)
        if origin != self._origin:
            raise UnavailableError(
                f"{self.name} points to another host ({'none' if origin is None else origin[1]}), "
                "and the token goes to no other",
                hint="If the forge has moved, name its new address in the operator's settings.",
            )
        return path

    def moved(self, url: str, location: str) -> str:
        """The address that a redirect leads to.

        Raises `UnavailableError` where it is on another host.
        """
        try:
            return self.address(urljoin(url, location))
        except ValueError:
            return self.address(location)


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        return None
    return parts.scheme, parts.hostname.casefold(), port
