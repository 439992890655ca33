/**
 * The chapter as the server has it, sealed on this device, so that it opens without a network (static/js/offline/).
 * Written when the editor opens, after each acknowledged save and when the server's text is taken over.
 */

import { hashOf } from "./text-view.js";

/** An empty chapter is stored in either way, and the editor writes both as nothing. */
const EMPTY = ["", "<p></p>"];

export class Copies {
  #seen = null;
  #written = "";
  #last = Promise.resolve();

  /**
   * @param {string} chapterId
   * @param {any} vault lib/vault.js; closed, it keeps nothing
   * @param {() => object} describe what the page shows besides the text
   */
  constructor(chapterId, vault, describe) {
    Object.assign(this, { chapterId, vault, describe });
  }

  /**
   * @param {any} state of the save machine, every one it has been in
   * @param {() => string} html the editor's text
   * @returns {Promise<void>} when it is written
   */
  note(state, html) {
    const before = this.#seen;
    this.#seen = state;
    if (!state.base || baseOf(state) === this.#written) return this.#last;
    if (state.name === "CLEAN") this.#keep(state, html());
    else if (isAcknowledged(before, state)) this.#keep(state, JSON.parse(before.request.body).content);
    return this.#last;
  }

  #keep(state, content) {
    const copy = { ...this.describe(), content, base: baseOf(state), savedAt: state.savedAt };
    this.#last = this.#last.then(() => this.#write(copy));
  }

  /** A text the server has tidied is not ours yet: it follows at once, and is kept then. */
  async #write(copy) {
    if (copy.base === this.#written) return;
    const hash = copy.base.split("-")[1];
    for (const content of copy.content ? [copy.content] : EMPTY) {
      if (!(await hashOf(content)).startsWith(hash)) continue;
      if (await this.vault.put("copies", [this.chapterId], { ...copy, content })) this.#written = copy.base;
    }
  }
}

const baseOf = ({ base }) => `${base.revision}-${base.hash}`;

/** Writing goes on, but the server now has what was sent before. */
function isAcknowledged(before, state) {
  return Boolean(before?.request) && before.request !== state.request && state.base.revision > before.request.base.revision;
}
