/**
 * Where text waits on this device until the server has it.
 *
 * An entry is `{seq, content, base, baseContent, request, activity, at}`: the text, the revision it was written upon and
 * that revision's text, the request under way (the very bytes and key) or null, and what was counted since. Each tab
 * has one entry for its chapter. Nothing here throws into the editor: `durable` says whether the last one is on disk.
 */

/** A vault that did not open is asked again, but not at every key. */
const TRY_AGAIN = 30_000;

/** In the browser's vault (lib/vault.js): survives the page, the browser and a power cut. */
export class LastingJournal {
  durable = false;
  #seq = -1;
  #adopted = [];
  #last = Promise.resolve();
  #triedAt = 0;

  /** @param {any} vault lib/vault.js, open or about to @param {string} tab this page's own id */
  constructor(vault, tab) {
    Object.assign(this, { vault, tab });
  }

  /** Why nothing is kept, or null. */
  get trouble() {
    return this.durable ? null : this.vault.trouble ?? "blocked";
  }

  put(chapterId, entry) {
    return this.#inTurn(async () => {
      await this.#reopen();
      this.durable = await this.vault.put("drafts", [chapterId, this.tab], entry);
      if (!this.durable) return;
      this.#seq = entry.seq;
      await this.#dropAdopted(chapterId);
    });
  }

  /**
   * What this device holds of the chapter, left by any tab: who asks is the only one to write in it (tabs.js).
   * The newest becomes this tab's own as soon as it is put; until then it stays where it is.
   * @returns {Promise<{entry: any, older: {tab: string, content: string}[]}>}
   */
  find(chapterId) {
    return this.#inTurn(async () => {
      this.durable = await this.vault.open();
      const rows = await this.vault.all("drafts", chapterId);
      rows.sort((a, b) => a.value.at - b.value.at);
      const newest = rows.pop();
      if (!newest) return { entry: null, older: [] };
      if (newest.tab === this.tab) this.#seq = newest.value.seq;
      else this.#adopted.push(newest.tab);
      return { entry: newest.value, older: rows.map(({ tab, value }) => ({ tab, content: value.content })) };
    });
  }

  forget(chapterId, seq) {
    return this.#inTurn(async () => {
      await this.#dropAdopted(chapterId);
      if (this.#seq <= seq) await this.vault.delete("drafts", [chapterId, this.tab]);
    });
  }

  /** An older entry that the server has as a version by now. */
  async drop(chapterId, tab) {
    if (tab !== this.tab) await this.vault.delete("drafts", [chapterId, tab]);
  }

  /** Another tab writes on: whatever is here is for it to find, and not for this one to forget. */
  letGo() {
    return this.#inTurn(async () => {
      this.#seq = Infinity;
      this.#adopted = [];
    });
  }

  async #dropAdopted(chapterId) {
    for (const tab of this.#adopted.splice(0)) await this.vault.delete("drafts", [chapterId, tab]);
  }

  async #reopen() {
    if (this.vault.isOpen || Date.now() - this.#triedAt < TRY_AGAIN) return;
    this.#triedAt = Date.now();
    await this.vault.open();
  }

  /** One after the other: an older text never lands on a newer one. */
  #inTurn(act) {
    this.#last = this.#last.then(act);
    return this.#last;
  }
}
