/**
 * The chapter as the server has it, sealed on this device, so that it opens without a network (static/js/offline/).
 * Written when the editor opens and after each acknowledged save, whenever nothing is under way.
 */

import { hashOf } from "./text-view.js";

/** An empty chapter is stored in either way, and the editor writes both as nothing. */
const EMPTY = ["", "<p></p>"];

export class Copies {
  #base = null;
  #last = Promise.resolve();

  /**
   * @param {string} chapterId
   * @param {any} vault lib/vault.js; closed, it keeps nothing
   * @param {() => object} describe what the page shows besides the text
   */
  constructor(chapterId, vault, describe) {
    Object.assign(this, { chapterId, vault, describe });
  }

  /** @param {any} state of the save machine @param {() => string} html @returns {Promise<void>} when it is written */
  note(state, html) {
    if (!this.vault.isOpen || state.name !== "CLEAN" || state.base === this.#base) return this.#last;
    this.#base = state.base;
    const { base, savedAt } = state;
    const [content, told] = [html(), this.describe()];
    this.#last = this.#last.then(() => this.#write({ ...told, content, savedAt }, base));
    return this.#last;
  }

  /** A text the server has tidied is not ours yet: it follows at once, and is written then. */
  async #write(copy, { revision, hash }) {
    for (const content of copy.content ? [copy.content] : EMPTY) {
      if (!(await hashOf(content)).startsWith(hash)) continue;
      await this.vault.put("copies", [this.chapterId], { ...copy, content, base: `${revision}-${hash}` });
    }
  }
}
