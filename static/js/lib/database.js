/** The browser's database `nexus`: opening it, and its requests as promises. Its stores are told in vault.js. */

const PATHS = { keys: "user", drafts: ["user", "chapter", "tab"], copies: ["user", "chapter"] };
const VERSION = 1;
/** A database that does not answer at all must not keep a chapter from opening. */
const LONGEST_WAIT = 2_000;

/** @returns {Promise<IDBDatabase>} */
export async function openDatabase() {
  const asked = indexedDB.open("nexus", VERSION);
  asked.addEventListener("upgradeneeded", () => {
    for (const [name, keyPath] of Object.entries(PATHS)) asked.result.createObjectStore(name, { keyPath });
  });
  const base = await within(LONGEST_WAIT, answerTo(asked));
  base.addEventListener("versionchange", () => base.close());
  return base;
}

/** @param {IDBRequest} asked @returns {Promise<any>} */
export function answerTo(asked) {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error));
  });
}

/** @param {IDBTransaction} deed @returns {Promise<void>} when it is on disk */
export function finished(deed) {
  return new Promise((resolve, reject) => {
    deed.addEventListener("complete", () => resolve());
    deed.addEventListener("abort", () => reject(deed.error ?? new Error("aborted")));
  });
}

export function keysOf(store, ids) {
  return Object.fromEntries(PATHS[store].map((name, index) => [name, ids[index]]));
}

/** All rows of a user, or of one chapter of theirs: an array sorts after every string. */
export function rangeOf(user, chapter) {
  const start = chapter === undefined ? [user] : [user, chapter];
  return IDBKeyRange.bound(start, [...start, []]);
}

async function within(wait, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("no answer")), wait); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
