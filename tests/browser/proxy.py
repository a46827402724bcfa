"""A network between browser and site that lets no sockets through, or is cut for a while."""

import contextlib
import socket
import threading
from collections.abc import Iterator

HEAD_MAX = 65_536


class Proxy:
    """Passes bytes on, unread but for each connection's first request. `url` stands for the site's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        self.lets_sockets_through = True
        self.is_cut = False
        self.refused = 0
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Whatever is open breaks off, and nothing new comes through until mend()."""
        self.is_cut = True
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the end
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head = _head(client)
            if self.is_cut:
                return
            if b"upgrade: websocket" in head.lower() and not self.lets_sockets_through:
                self.refused += 1
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._port)) as site:
                self._join(client, site, head)

    def _join(self, client: socket.socket, site: socket.socket, head: bytes) -> None:
        self._open |= {client, site}
        site.sendall(head)
        back = threading.Thread(target=_pass, args=[site, client], daemon=True)
        back.start()
        _pass(client, site)
        back.join()
        self._open -= {client, site}


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_MAX and (more := client.recv(HEAD_MAX)):
        head += more
    return head


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(HEAD_MAX):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def network(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
