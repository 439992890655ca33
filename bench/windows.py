"""Windows of writers: sockets that are held open, answer pings and hear what is said."""

from __future__ import annotations

import asyncio
import base64
import os
import random
from contextlib import suppress

from bench.crowd import Writer

CLOSE, PING, PONG = 8, 9, 10
LOST = (OSError, asyncio.IncompleteReadError)


class Window:
    """One open socket, as a page has it."""

    def __init__(self, reader: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        self.reader, self.line = reader, line
        self.is_open = True
        self.heard = asyncio.Event()
        self.listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        self.listening.cancel()
        await asyncio.gather(self.listening, return_exceptions=True)
        self.line.close()

    async def _listen(self) -> None:
        """Answer pings, note that something was said, until the other side hangs up."""
        with suppress(*LOST):
            while (frame := await self._frame())[0] != CLOSE:
                if frame[0] == PING:
                    self._pong(frame[1])
                else:
                    self.heard.set()
        self.is_open = False

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        size = second & 127
        if size >= 126:
            size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
        return first & 15, await self.reader.readexactly(size)

    def _pong(self, said: bytes) -> None:
        # A mask of zeros is a mask too.
        self.line.write(bytes((128 | PONG, 128 | len(said))) + bytes(4) + said)


async def open_window(writer: Writer, port: int) -> Window:
    """Open a socket as a page does, and wait for its first word."""
    reader, line = await asyncio.open_connection("127.0.0.1", port)
    host = f"localhost:{port}"
    key = base64.b64encode(os.urandom(16)).decode()
    line.write(
        f"GET /ws/live/ HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{host}\r\n"
        f"Cookie: {writer.cookie}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head:
        line.close()
        raise OSError(head[:30])
    window = Window(reader, line)
    await window.heard.wait()
    window.heard.clear()
    return window


async def come_back(writer: Writer, port: int) -> Window:
    """Try until the window is open, waiting longer each time, as a page does."""
    pause = 0.5
    while True:
        with suppress(TimeoutError, *LOST):
            return await asyncio.wait_for(open_window(writer, port), 10)
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, 8.0)


async def hears_again(writer: Writer, window: Window, *, seconds: float) -> bool:
    """Say whether a save is heard in the writer's window within some seconds, tried each second."""
    for _second in range(int(seconds)):
        window.heard.clear()
        await writer.save()
        with suppress(TimeoutError):
            await asyncio.wait_for(window.heard.wait(), 1)
            return True
    return False
