"""Whom the server answers (rule ORIG-1): names that it goes by, and pages of its own.

A web page elsewhere can make its reader's browser send requests here. The Host header tells whether the browser was
fooled about the name (DNS rebinding), the Origin header whose page it was. Nothing is matched by pattern.
"""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from penstock.errors import InvalidParameter
from penstock.server.exchange import Exchange, Headers
from penstock.settings import Settings

PAGE_POLICY: Final = (
    b"content-security-policy",
    (
        b"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
    ),
)
SECURITY_HEADERS: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({b"", b"same-origin", b"none"})
_PORTS: Final = {"http": ":80", "https": ":443"}
_WILDCARDS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - named here so as not to be taken for names
_REMEMBERED: Final = 256


class Guard:
    """Decides whether a request is answered.

    Args:
        settings: names and origins to answer beside its own.

    Raises:
        InvalidParameter: a listed name or origin is not one.
    """

    def __init__(self, settings: Settings) -> None:
        listed = map(_listed_name, _split(settings.text("PENSTOCK_ALLOWED_HOSTS")))
        # Whoever bound the server to a name means to call it so; the addresses that mean "all" are nobody's name.
        bound = {settings.text("PENSTOCK_HOST").lower()} - _WILDCARDS
        self._names: Final = frozenset({*listed, *bound})
        self._origins: Final = frozenset(map(_listed_origin, _split(settings.text("PENSTOCK_ALLOWED_ORIGINS"))))
        # Parsing costs more than the rest of a small request, and nearly all of them carry the same header.
        self._known_hosts: Final[set[tuple[bytes, str]]] = set()

    def fault(self, exchange: Exchange) -> str | None:
        """Why the request is not answered, in words for people; None if it is."""
        headers = exchange.headers
        host = headers.get(b"host", b"")
        if not self._is_own_host(host, exchange) or _repeats_host(exchange):
            return (
                f"This server does not go by the name {host.decode('latin-1')[:200]!r}. "
                "If it should, list the name in PENSTOCK_ALLOWED_HOSTS and start it again."
            )
        if exchange.method in _SAFE_METHODS:
            return None
        origin = headers.get(b"origin")
        if origin is None:
            fair = headers.get(b"sec-fetch-site", b"") in _OWN_SITES
        else:
            fair = self.is_listed(origin) or _same_place(origin, host)
        if fair:
            return None
        return (
            "A page from elsewhere may not change anything here. "
            "If it should, list its origin (scheme://host:port) in PENSTOCK_ALLOWED_ORIGINS and start the server again."
        )

    def is_listed(self, origin: bytes) -> bool:
        """Whether pages of this origin may read and write here."""
        return bool(self._origins) and _lower(origin) in self._origins

    def _is_own_host(self, host: bytes, exchange: Exchange) -> bool:
        bound = str((exchange.scope.get("server") or ("",))[0])
        if (host, bound) in self._known_hosts:
            return True
        if not self._parses_as_own(_lower(host), bound):
            return False
        if len(self._known_hosts) < _REMEMBERED:
            self._known_hosts.add((host, bound))
        return True

    def _parses_as_own(self, host: str, bound: str) -> bool:
        name = _name(host)
        if not name:
            return False
        if name == "localhost" or name in self._names or host in self._names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        # The address at which this very connection arrived is one that we are bound to.
        return address.is_loopback or str(address) == bound


def _name(host: str) -> str:
    """The name or address in a Host header, without port and brackets; empty if there is none."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        port = port.removeprefix(":") if bracket and (not port or port.startswith(":")) else "?"
    else:
        name, _, port = host.partition(":")
    return name if not port or (port.isascii() and port.isdigit()) else ""


def _repeats_host(exchange: Exchange) -> bool:
    raw = exchange.scope["headers"]
    return len(raw) != len(exchange.headers) and sum(name == b"host" for name, _ in raw) > 1


def _same_place(origin: bytes, host: bytes) -> bool:
    """Whether a page of this origin came from the place that ``host`` names."""
    scheme, _, place = _lower(origin).partition("://")
    port = _PORTS.get(scheme)
    return bool(place) and port is not None and place.removesuffix(port) == _lower(host).removesuffix(port)


def _lower(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def _split(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def _listed_name(name: str) -> str:
    if any(char in name for char in "*?/@ ") or not (_name(name) or _is_address(name)):
        raise InvalidParameter(
            f"PENSTOCK_ALLOWED_HOSTS: '{name}' is not a host name. List full names, without patterns."
        )
    return name


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def _listed_origin(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        fair = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fair = False
    if not fair or "*" in origin or origin != f"{parts.scheme}://{parts.netloc}":
        raise InvalidParameter(
            f"PENSTOCK_ALLOWED_ORIGINS: '{origin}' is not an origin. Write scheme://host:port, no more."
        )
    return origin
