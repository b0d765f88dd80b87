"""The server's process: the socket, the store, the event loop, and a clean end."""

import logging
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from typing import Final

import uvicorn

from penstock.errors import InvalidParameter, Unavailable
from penstock.server.app import App, create_app
from penstock.server.protocol import BoundedProtocol
from penstock.service.handle import Service
from penstock.service.opening import layout, open_service
from penstock.service.places import PROXIED
from penstock.settings import Settings
from penstock.version import VERSION

DEFAULT_STORE: Final = ".penstock"
_KEEP_ALIVE_SECONDS: Final = 75
_GRACE_SECONDS: Final = 2
_MAX_CONNECTIONS: Final = 1000
_DESCRIPTORS: Final = 4096
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until the process is asked to stop (SIGINT, SIGTERM); requests under way have two seconds to end.

    Args:
        settings: the ``PENSTOCK_*`` settings of a server.
        ready: called with the server's address once it answers.

    Raises:
        Unavailable: the port is taken, or the store cannot be opened.
        InvalidParameter: a setting is not valid.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    _raise_descriptors()
    # The port comes first: a second server by mistake is told so before it touches the store.
    with closing(bind(settings.text("PENSTOCK_HOST"), int(settings.number("PENSTOCK_PORT")))) as listener:
        address = _address(listener)
        with closing(_open(settings)) as service:
            app = create_app(
                service, settings, version=VERSION, serve_artifacts=settings.flag("PENSTOCK_SERVE_ARTIFACTS")
            )
            with closing(app):
                Server(app, lambda: ready(address)).run([listener])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Server(uvicorn.Server):
    """Uvicorn, told to be brief.

    Args:
        app: what answers.
        ready: called once it does.
        protocol: reads requests from connections.
    """

    def __init__(self, app: App, ready: Callable[[], None], protocol: type[BoundedProtocol] = BoundedProtocol) -> None:
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            # The application tells of its own faults; the rest are requests cut off when the server stops.
            log_level="critical",
            access_log=False,
            server_header=False,
            # Who is asking is who is connected: a header could name anybody.
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            limit_concurrency=_MAX_CONNECTIONS,
        )
        super().__init__(config)
        self._app = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams first, or uvicorn would wait for them in vain."""
        self._app.stop_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal.

        Uvicorn would raise the signal again when it is done, which ends the process before the store is closed.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _open(settings: Settings) -> Service:
    backend = settings.text("PENSTOCK_BACKEND_STORE_URI") or DEFAULT_STORE
    serves = settings.flag("PENSTOCK_SERVE_ARTIFACTS")
    # Clients of a server that passes nothing through must be able to reach the folder themselves.
    default_root = PROXIED if serves else str(layout(backend).artifacts)
    return open_service(
        backend,
        artifact_root=settings.text("PENSTOCK_DEFAULT_ARTIFACT_ROOT") or default_root,
        destination=settings.text("PENSTOCK_ARTIFACTS_DESTINATION"),
        serves_artifacts=serves,
    )


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        InvalidParameter: the host or port is not one of this machine.
        Unavailable: the port is taken.
    """
    if not 0 <= port <= 65535:
        raise InvalidParameter(f"The port must be between 0 and 65535, not {port}.")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise InvalidParameter(f"'{host}' is no address of this machine to listen on.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        # So that whoever asked for the same port a moment later is refused at once.
        listener.listen()
    except OSError as error:
        listener.close()
        raise Unavailable(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.") from None
    listener.setblocking(False)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _raise_descriptors() -> None:
    """Let the process open as many files as its connections may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if sys.platform != "darwin" and soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
