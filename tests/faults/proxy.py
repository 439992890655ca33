"""A TCP proxy that behaves like a bad network, as the test tells it."""

import random
import socket
import threading
import time
from contextlib import suppress

CHUNK = 16 * 1024


class Proxy:
    """Listens on a port of its own and passes bytes on to `target`.

    `latency` seconds before each piece; `cut_share` of a request's pieces (its head, its body) are
    cut at a random byte, and the connection with them; `is_silent` accepts and passes nothing on;
    `loses_answers` cuts a connection once the other side begins to answer.
    """

    def __init__(self, target, *, seed=1):
        self.target = target
        self.chance = random.Random(seed)
        self.latency = 0.0
        self.cut_share = 0.0
        self.is_silent = False
        self.loses_answers = False
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.is_open = False
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while self.is_open:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        if self.is_silent:
            while self.is_silent and self.is_open:
                time.sleep(0.05)
            client.close()
            return
        server = self._connect()
        back = threading.Thread(target=self._pass, args=(server, client, True), daemon=True)
        back.start()
        self._pass(client, server, False)
        back.join()

    def _connect(self):
        if isinstance(self.target, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            return server
        return socket.create_connection(("127.0.0.1", self.target))

    def _pass(self, source, sink, is_answer):
        with suppress(OSError):
            while piece := source.recv(CHUNK):
                if self.latency:
                    time.sleep(self.latency * self.chance.uniform(0.5, 1.5))
                if is_answer and self.loses_answers:
                    self.cuts += 1
                    break
                if not is_answer and self.chance.random() < self.cut_share:
                    sink.sendall(piece[: self.chance.randrange(len(piece))])
                    self.cuts += 1
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
