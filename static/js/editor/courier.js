/**
 * Takes to the server what this device kept of other chapters, when no tab has them open: so words typed without a
 * network arrive even if their chapter is never opened again. Where the chapter was changed elsewhere they stay here, and
 * the chapter asks about them when it opens.
 */

import { newKey, request, Unreachable } from "../lib/http.js";
import { withoutLeftovers } from "./leftovers.js";
import { outcomeOf } from "./outcomes.js";

export class Courier {
  #isBusy = false;
  #isDone = false;

  /** @param {{vault: any, chapterId: string}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Once for each page, and again after a save when the server could not be reached. */
  async run() {
    if (this.#isBusy || this.#isDone || !globalThis.navigator?.locks) return;
    this.#isBusy = true;
    try {
      await this.#takeAll();
      this.#isDone = true;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    } finally {
      this.#isBusy = false;
    }
  }

  async #takeAll() {
    const rows = await withoutLeftovers(this.vault, Date.now());
    for (const chapter of new Set(rows.map((row) => row.chapter))) {
      const drafts = rows.filter((row) => row.chapter === chapter);
      // Several texts of one chapter are put in order where it is opened.
      if (chapter === this.chapterId || drafts.length !== 1) continue;
      await navigator.locks.request(`nexus-chapter-${chapter}`, { ifAvailable: true }, (lock) => lock && this.#take(drafts[0]));
    }
  }

  /** The request under way first, with its own bytes and key; then what was typed after it. */
  async #take({ chapter, tab, value }) {
    const { seq, content, base, request: asked, activity } = value;
    const answer = asked ? await this.#put(chapter, asked) : null;
    if (asked && !isSaved(answer)) return;
    const isAll = asked?.seq === seq;
    const newBase = answer ? { revision: answer.body.revision, hash: answer.body.hash.slice(0, 8) } : base;
    if (isAll || isSaved(await this.#put(chapter, requestOf(content, newBase, activity)))) {
      await this.vault.delete("drafts", [chapter, tab]);
    }
  }

  #put(chapter, { key, base, body }) {
    const headers = { "If-Match": `"${base.revision}-${base.hash}"`, "Idempotency-Key": key };
    return request("PUT", `/api/v1/chapters/${chapter}/content`, { body, headers });
  }
}

const isSaved = ({ status, body }) => outcomeOf(status, body) === "saved";

function requestOf(content, base, activity) {
  const key = newKey();
  const base_revision = `${base.revision}-${base.hash}`;
  return { key, base, body: JSON.stringify({ content, base_revision, save_id: key, activity: activity ?? undefined }) };
}
