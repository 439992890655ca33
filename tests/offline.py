"""A browser without a network: what it keeps, how it is killed, a line that goes silent."""

import os
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error

from nexus.testing import Site, browser_start
from tests import desk
from tests.faults.proxy import Proxy

READY = """async () => {
  await navigator.serviceWorker.ready;
  const names = await caches.keys();
  return names.length > 0;
}"""
EVERYTHING_KEPT = """async () => {
  const told = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      told.push([asked.url, await (await cache.match(asked)).text()]);
    }
  }
  return told;
}"""
COPY_OF = """(chapter) => new Promise((resolve) => {
  const asked = indexedDB.open("nexus");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("copies").objectStore("copies").getAll();
    rows.onsuccess = () => {
      const row = rows.result.find((copy) => copy.chapter === chapter);
      asked.result.close();
      resolve(row ? row.at : 0);
    };
  };
})"""
KEYS = """(count) => new Promise((resolve) => {
  const asked = indexedDB.open("nexus");
  asked.onsuccess = () => {
    const keys = asked.result.transaction("keys").objectStore("keys").count();
    keys.onsuccess = () => { asked.result.close(); resolve(keys.result === count); };
  };
})"""
ANOTHER_KEY = """() => new Promise((resolve) => {
  const asked = indexedDB.open("nexus");
  asked.onsuccess = () => {
    const deed = asked.result.transaction("keys", "readwrite");
    deed.objectStore("keys").put({ user: "somebody else" });
    deed.oncomplete = () => { asked.result.close(); resolve(); };
  };
})"""
AGE = """([chapter, days]) => new Promise((resolve) => {
  const asked = indexedDB.open("nexus");
  asked.onsuccess = () => {
    const deed = asked.result.transaction("copies", "readwrite");
    const copies = deed.objectStore("copies");
    const rows = copies.getAll();
    rows.onsuccess = () => {
      const row = rows.result.find((copy) => copy.chapter === chapter);
      copies.put({ ...row, at: row.at - days * 86_400_000 });
    };
    deed.oncomplete = () => { asked.result.close(); resolve(); };
  };
})"""


class Wire(Proxy):
    """A proxy that hears what the browser asks, and passes it on while `is_open_to_ask` is set."""

    def __init__(self, target):
        self.heard = []
        self.is_open_to_ask = threading.Event()
        self.is_open_to_ask.set()
        super().__init__(target)

    def _pass(self, source, sink, is_answer):
        super()._pass(source if is_answer else Ear(source, self), sink, is_answer)


class Ear:
    def __init__(self, source, wire):
        self.source, self.wire = source, wire
        self.shutdown, self.close = source.shutdown, source.close

    def recv(self, size):
        piece = self.source.recv(size)
        self.wire.heard.append(piece)
        self.wire.is_open_to_ask.wait(60)
        return piece


@contextmanager
def through_a_wire(site):
    wire = Wire(int(site.url.rpartition(":")[2]))
    try:
        yield wire, Site(f"http://localhost:{wire.port}", site.process)
    finally:
        wire.close()


@contextmanager
def own_profile(browser, folder, site, client):
    """A browser with a memory of its own on disk, to be killed and started again."""
    context = browser.browser_type.launch_persistent_context(
        folder, **browser_start(), viewport=desk.WIDE, locale="en-GB"
    )
    context.set_default_timeout(10_000)
    cookie = client.cookies["session_id"].value
    # The cookie may not have reached the disk before the kill: a browser writes it every 30 s.
    context.add_cookies([{"name": "session_id", "value": cookie, "url": site.url}])
    try:
        yield context
    finally:
        with suppress(Error):
            context.close()


def kill(folder):
    """Kill every process of the browser that writes into the folder."""
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if str(folder).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
