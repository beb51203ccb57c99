"""HTTP connections to hosts that were checked (``portal.hosts``): no second look-up of the name."""

import http.client
import socket
import ssl

from portal.hosts import Target


class Plain(http.client.HTTPConnection):
    """Connects to the address that was checked."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self.target = target

    def connect(self) -> None:
        """To the checked address."""
        place = (self.target.address, self.target.port)
        self.sock = socket.create_connection(place, self.timeout)


class Secure(Plain):
    """The same over TLS; the certificate has to be that of the name."""

    default_port = 443

    def connect(self) -> None:
        """To the checked address, then the handshake under the name."""
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.target.host)
