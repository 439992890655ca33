/**
 * Where text waits on this device until the server has it. This one lives in the page and dies with it, and says so
 * (`durable: false`), so the chip claims nothing. A lasting one has the same three methods.
 */
export class MemoryJournal {
  durable = false;
  #entries = new Map();

  /** @param {string} chapterId @param {{seq: number, content: string, request: any}} entry */
  async put(chapterId, entry) {
    this.#entries.set(chapterId, entry);
  }

  async find(chapterId) {
    return this.#entries.get(chapterId) ?? null;
  }

  /** Drop what the server has acknowledged, and nothing newer. */
  async forget(chapterId, seq) {
    if ((this.#entries.get(chapterId)?.seq ?? Infinity) <= seq) this.#entries.delete(chapterId);
  }
}
