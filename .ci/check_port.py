"""Leave with a sentence if nothing can listen on the address: check_port.py HOST PORT."""

from __future__ import annotations

import socket
import sys


def main(host: str, port: str) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            # As the server does: a port whose last connections are still winding down is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(
            f"Cannot listen on {host}, port {port} ({error}). Choose another port, e.g. PORT=8001."
        )


main(*sys.argv[1:])
