/**
 * What this browser keeps for a writer: IndexedDB `nexus`, sealed with AES-GCM.
 *
 *   keys    by user             the writer's key, which no script can read out; gone at sign-out
 *   drafts  by user, chapter, tab   text the server may lack (editor/journal.js)
 *   copies  by user, chapter    chapters opened lately, to read and write without a network
 *
 * A row holds its ids, `at` (milliseconds since 1970) and the sealed value; the ids are sealed in as well, so a row put
 * in another's place does not open. Nothing here throws into the page: a method that fails answers `false`, `null` or
 * `[]`, and `trouble` says why:
 *   "unsupported"  no IndexedDB, or no cryptography (plain http on a LAN address)
 *   "blocked"      storage is forbidden, broken or does not answer     "full"  there is no room
 *   "signed_out"   the server hands out no key     "other_user"  it hands out somebody else's
 *   "unreachable"  the key is not here, and there is no server to ask
 */

import { request, Unreachable } from "./http.js";
import { answerTo, finished, keysOf, openDatabase, rangeOf } from "./database.js";

const KEY_ADDRESS = "/api/v1/auth/journal-key";

/** @param {string} userId @returns {Promise<Vault>} always; look at `isOpen` or `trouble` */
export async function openVault(userId) {
  const vault = new Vault(userId);
  await vault.open();
  return vault;
}

/** At sign-out: what is sealed stays, and the same writer opens it again after signing in. */
export async function forgetKeys() {
  try {
    const base = await openDatabase();
    const deed = base.transaction("keys", "readwrite");
    deed.objectStore("keys").clear();
    await finished(deed);
    base.close();
    return true;
  } catch (error) {
    troubleOf(error);
    return false;
  }
}

export class Vault {
  /** @type {string | null} */
  trouble = null;
  #base = null;
  #key = null;
  #opening = null;

  constructor(userId) {
    this.userId = userId;
  }

  get isOpen() {
    return this.#key !== null;
  }

  /** Again after a failure, too: a network or a sign-in may be there by now. @returns {Promise<boolean>} */
  open() {
    this.#opening ??= this.#open().finally(() => { this.#opening = null; });
    return this.#opening;
  }

  async #open() {
    this.trouble = globalThis.crypto?.subtle && globalThis.indexedDB ? null : "unsupported";
    if (!this.trouble && !this.isOpen) await this.#try(() => this.#unlock(), null);
    return this.isOpen;
  }

  close() {
    this.#base?.close();
    this.#base = this.#key = null;
  }

  /** @param {"drafts" | "copies"} store @param {string[]} ids chapter, and for drafts the tab @returns {Promise<boolean>} on disk? */
  async put(store, ids, value) {
    return this.#inside(async () => {
      const row = { ...keysOf(store, [this.userId, ...ids]), at: Date.now(), ...await this.seal(store, ids, value) };
      await this.#write(store, (table) => table.put(row));
      this.trouble = null;
      return true;
    }, false);
  }

  /** @returns {Promise<any | null>} null also for what this key does not open */
  async get(store, ids) {
    return this.#inside(async () => {
      const row = await answerTo(this.#table(store).get([this.userId, ...ids]));
      return row ? this.#unseal(store, row) : null;
    }, null);
  }

  /**
   * @param {string} [chapter] only of this chapter
   * @returns {Promise<{chapter: string, tab?: string, at: number, value: any}[]>} the oldest first
   */
  async all(store, chapter) {
    return this.#inside(async () => {
      const rows = await answerTo(this.#table(store).getAll(rangeOf(this.userId, chapter)));
      const opened = await Promise.all(rows.map(async (row) => ({ ...row, value: await this.#unseal(store, row) })));
      return opened.filter(({ value }) => value !== null).sort((a, b) => a.at - b.at);
    }, []);
  }

  /** @returns {Promise<boolean>} */
  async delete(store, ids) {
    return this.#inside(async () => {
      await this.#write(store, (table) => table.delete([this.userId, ...ids]));
      return true;
    }, false);
  }

  /** @returns {Promise<{iv: Uint8Array, sealed: ArrayBuffer}>} rejects without a key */
  async seal(store, ids, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return { iv, sealed: await crypto.subtle.encrypt(this.#method(iv, store, ids), this.#key, bytes) };
  }

  async #unseal(store, { iv, sealed, chapter, tab }) {
    const ids = tab === undefined ? [chapter] : [chapter, tab];
    try {
      const bytes = await crypto.subtle.decrypt(this.#method(iv, store, ids), this.#key, sealed);
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch (error) {
      if (error.name !== "OperationError") throw error;
      return null;
    }
  }

  #method(iv, store, ids) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode([store, this.userId, ...ids].join(" ")) };
  }

  #table(store) {
    return this.#base.transaction(store).objectStore(store);
  }

  /** Only `complete` means that it is on disk. */
  async #write(store, act) {
    const deed = this.#base.transaction(store, "readwrite", { durability: "strict" });
    act(deed.objectStore(store));
    await finished(deed);
  }

  async #unlock() {
    this.#base ??= await openDatabase();
    const row = await answerTo(this.#table("keys").get(this.userId));
    this.#key = row?.key ?? await this.#fetchKey();
    await this.#write("keys", (table) => forgetOthers(table, this.userId));
  }

  async #fetchKey() {
    const { ok, status, body } = await request("GET", KEY_ADDRESS, { wait: 3_000 });
    if (!ok) throw new Trouble(status === 401 || status === 403 ? "signed_out" : "unreachable");
    if (body?.user_id !== this.userId) throw new Trouble("other_user");
    const bytes = Uint8Array.from(atob(body.key), (sign) => sign.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    await this.#write("keys", (table) => table.put({ user: this.userId, key }));
    return key;
  }

  /** A vault that never opened keeps its first reason. */
  async #inside(act, otherwise) {
    return this.isOpen ? this.#try(act, otherwise) : otherwise;
  }

  async #try(act, otherwise) {
    try {
      return await act();
    } catch (error) {
      this.trouble = troubleOf(error);
      return otherwise;
    }
  }
}

/** Somebody else's key leaves with the first page of another writer. */
function forgetOthers(table, userId) {
  table.delete(IDBKeyRange.upperBound(userId, true));
  table.delete(IDBKeyRange.lowerBound(userId, true));
}

export class Trouble extends Error {}

/** Storage fails in many ways and none may reach the writer's page; what it was stands in the console. */
function troubleOf(error) {
  console.warn("This browser's storage:", error);
  if (error instanceof Trouble) return error.message;
  if (error instanceof Unreachable) return "unreachable";
  return error?.name === "QuotaExceededError" ? "full" : "blocked";
}
