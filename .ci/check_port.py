"""Leave with a sentence if nothing can listen on the address: check_port.py HOST PORT."""

from __future__ import annotations

import errno
import socket
import sys


def main(host: str, port: str) -> None:
    if not (port.isdecimal() and 0 < int(port) < 65536):
        sys.exit(f"PORT is a number from 1 to 65535; it is {port!r}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            # As the server does: a port whose last connections are still winding down is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(
                f"Port {port} of {host} is taken by another program. Choose another one, e.g. PORT={int(port) + 1}."
            )
        sys.exit(f"Cannot listen on {host}, port {port}: {error}.")


main(*sys.argv[1:])
