"""What Daphne's WebSocket lacks for our contract: our close codes, clean refusals, slow readers.

Autobahn lets an application close with 1000 or 3000–4999 only and raises for anything else; it
cuts the connection where a frame is too large; and it buffers without end for a client that does
not read. Here 1008 and 1013 go out as they are, a bad frame gets a close frame, and a client that
leaves its buffer full is dropped.
"""

from __future__ import annotations

from typing import Any

from daphne import server
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor

NORMAL, TRY_LATER = 1000, 1013
PATIENCE = 5.0


class Protocol(WebSocketProtocol):
    """One socket."""

    def onOpen(self) -> None:
        super().onOpen()
        self.overdue: Any = None
        # The HTTP channel was the producer of this transport until the upgrade.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def serverClose(self, code: int | None = None) -> None:
        self.sendCloseFrame(code=code or NORMAL, isReply=False)

    def pauseProducing(self) -> None:
        """Hear that the client has not taken what was sent: it has a while to catch up."""
        if self.overdue is None:
            clock: Any = reactor
            self.overdue = clock.callLater(PATIENCE, self.serverClose, TRY_LATER)

    def resumeProducing(self) -> None:
        if self.overdue is not None and self.overdue.active():
            self.overdue.cancel()
        self.overdue = None

    def stopProducing(self) -> None:
        self.resumeProducing()

    def connectionLost(self, reason: Any = None) -> None:
        if getattr(self, "overdue", None) is not None:
            self.resumeProducing()
        super().connectionLost(reason)


class Factory(WebSocketFactory):
    protocol = Protocol

    def setProtocolOptions(self, **options: Any) -> None:
        super().setProtocolOptions(failByDrop=False, **options)


def install() -> None:
    """Have Daphne, which has no setting for it, make our protocol."""
    server.WebSocketFactory = Factory
