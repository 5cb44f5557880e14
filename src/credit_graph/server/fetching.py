"""The only requests that leave the machine: to configured hosts of an allow-list, over TLS, without redirects."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urlsplit

SECONDS = 5.0
MOST = 200_000  # bytes


class _Connection(HTTPSConnection):
    """To the address that was looked at, so that a name can't lead elsewhere in between."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        """Connect to the address; the certificate has to be the name's."""
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def get(url: str, *, hosts: Collection[str], private: bool = False) -> bytes:
    """What lies at the address. ``hosts``: names that may be asked; ``private``: also in private networks.

    Raises ``OSError`` or ``HTTPException``, also for what is not allowed, and for any answer but 200.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    if parts.scheme != "https" or host not in hosts or parts.username or parts.password:
        raise PermissionError(f"not an allowed address: {host}")
    addresses = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(ip_address(address).is_global for address in addresses):
        raise PermissionError(f"in a private network: {host}")
    connection = _Connection(host, port, addresses[0])
    try:
        connection.request("GET", parts.path or "/", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read(MOST + 1)
    finally:
        connection.close()
    if answer.status != 200 or len(body) > MOST:
        raise HTTPException(f"status {answer.status}, {len(body)} bytes")
    return body
