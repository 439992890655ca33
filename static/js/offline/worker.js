/**
 * The service worker of the chapter pages, served at /service-worker.js for /chapters/ only (nexus/offline.py puts
 * `SHELL` before it). Without a network it shows one page, the same for everybody, and that page's static files.
 * It keeps and answers nothing else: no prose, no API, no other page.
 */

/* global SHELL */

const FAMILY = "nexus-shell-";
const CACHE = FAMILY + SHELL.version;
const FILES = new Set(SHELL.files);
const CHAPTER = /^\/chapters\/[0-9a-f-]{36}\/$/;
/** So long the server may take to begin its answer; with `?wait` in the address, as long as it likes. */
const PATIENCE = 3_000;

/** Windows that were given the page of this cache, and so need its files. */
const shells = new Set();

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request, clientId } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && CHAPTER.test(pathname)) event.respondWith(chapter(event));
  else if (FILES.has(pathname) && (shells.has(clientId) || !navigator.onLine)) event.respondWith(file(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL.page, ...SHELL.files].map((address) => new Request(address, { credentials: "omit" })));
  await self.skipWaiting();
}

/** With preload the network is asked while the worker wakes, so that it costs an online page nothing. */
async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(FAMILY) && name !== CACHE).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
}

/** The network first. Whatever the server says is the answer; only its silence is not. */
async function chapter(event) {
  const answer = networkAnswer(event).catch(() => null);
  event.waitUntil(answer);
  const isPatient = new URL(event.request.url).searchParams.has("wait");
  const heard = await (isPatient ? answer : Promise.race([answer, after(PATIENCE)]));
  return heard ?? (await page(event)) ?? (await answer) ?? Response.error();
}

async function networkAnswer(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

async function page({ resultingClientId }) {
  const kept = await (await caches.open(CACHE)).match(SHELL.page, { ignoreVary: true });
  if (kept) shells.add(resultingClientId);
  return kept;
}

async function file(request) {
  return (await (await caches.open(CACHE)).match(request, { ignoreVary: true })) ?? fetch(request);
}

const after = (wait) => new Promise((resolve) => { setTimeout(resolve, wait); });
