/** Served in place of the service worker where it is switched off: it removes what one kept, and itself. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(retire()));

async function retire() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("nexus-shell-")).map((name) => caches.delete(name)));
  await self.registration.unregister();
}
