/**
 * What this device kept of a chapter, brought back when the chapter opens.
 *
 * The newest text is shown and saved by the machine. Older ones, left by other tabs, are handed to the server as
 * versions of the history, and only then leave this device.
 */

import { request, Unreachable } from "../lib/http.js";

export class Recovery {
  #older = [];

  /** @param {{url: string, chapterId: string, journal: any, html: () => string}} parts `html` is the editor's text */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** @returns {Promise<{entry: any, isSame: boolean, durable: boolean}>} for the machine's `recovered` */
  async look() {
    const { entry, older } = await this.journal.find(this.chapterId);
    const here = this.html();
    this.#older = older.map((row) => ({ ...row, isKnown: [here, entry.content].includes(row.content) }));
    return { entry, isSame: entry?.content === here, durable: this.journal.durable };
  }

  /** Called again whenever the server has just answered. */
  async handOver() {
    const rows = this.#older.splice(0);
    for (const row of rows) {
      if (row.isKnown || await this.#keep(row)) await this.journal.drop(this.chapterId, row.tab);
      else this.#older.push(row);
    }
  }

  /** The tab's id is the key: handing it over twice makes one version. */
  async #keep({ tab, content }) {
    const json = { content, reason: "conflict" };
    try {
      return (await request("POST", `${this.url}/versions`, { json, headers: { "Idempotency-Key": tab } })).ok;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      throw error;
    }
  }
}
