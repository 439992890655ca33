/**
 * One tab of a browser writes in a chapter: whoever holds the Web Lock `nexus-chapter-<id>`. The others read along, wait
 * in line, and may ask for their turn: the writer saves and lets go; after 3 s its lock is taken without it.
 *
 * Without Web Locks every tab writes, and the server's conflict rules keep both texts, as between two devices.
 */

/** A page being reloaded lets go a moment after the new one has begun. */
const WAIT = 250;
const PATIENCE = 3_000;

export class Tabs {
  /** Never been a reader. */
  isNew = true;
  #release = null;
  #waiting = null;
  #steals = null;
  #isGiving = false;
  #isClosed = false;

  /** @param {{chapterId: string, onTurn: () => void, onLost: () => void, onAsked: () => Promise<boolean>, onSaved: (revision: number) => void}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.name = `nexus-chapter-${this.chapterId}`;
    this.channel = globalThis.navigator?.locks && globalThis.BroadcastChannel ? new BroadcastChannel(this.name) : null;
    this.channel?.addEventListener("message", ({ data }) => this.#hear(data));
  }

  get isWriter() {
    return !this.channel || this.#release !== null;
  }

  /** @returns {Promise<boolean>} is it this tab's turn? If not, `onTurn` follows when it comes. */
  async enter() {
    if (this.isWriter) return true;
    const turn = this.#queue(() => { if (!this.isNew) this.onTurn(); });
    this.isNew = await Promise.race([turn, this.#late()]) || this.isWriter;
    return this.isNew;
  }

  /** A busy machine may hand a free lock over later still: once it answers a later question, it has dealt with ours. */
  async #late() {
    await new Promise((resolve) => { setTimeout(resolve, WAIT); });
    await navigator.locks?.query().catch(() => null);
    return false;
  }

  /** The reader wants to write. */
  ask() {
    if (this.isWriter || this.#steals) return;
    this.channel.postMessage({ type: "asked" });
    this.#steals = setTimeout(() => {
      this.#steals = null;
      if (!this.isWriter) this.#take({ steal: true }, this.onTurn);
    }, PATIENCE);
  }

  tellSaved(revision) {
    this.channel?.postMessage({ type: "saved", revision });
  }

  close() {
    this.#isClosed = true;
    this.#waiting?.abort();
    clearTimeout(this.#steals);
    this.#release?.();
    this.channel?.close();
  }

  async #hear({ type, revision }) {
    if (type === "saved") this.onSaved(revision);
    if (type !== "asked" || !this.#release || this.#isGiving) return;
    this.#isGiving = true;
    if (await this.onAsked()) this.#letGo();
    this.#isGiving = false;
  }

  #letGo() {
    const release = this.#release;
    this.#wait();
    release?.();
  }

  /** In line: when the other tab is closed, this one writes on. */
  #queue(onHeld) {
    this.#waiting = new AbortController();
    return this.#take({ signal: this.#waiting.signal }, onHeld);
  }

  /** @returns {Promise<boolean>} true when the lock is held; a later loss is told by `onLost` */
  #take(options, onHeld) {
    if (this.#isClosed) return Promise.resolve(false);
    if (options.steal) this.#waiting?.abort();
    return new Promise((resolve) => {
      let isMine = false;
      const held = () => new Promise((release) => {
        isMine = true;
        clearTimeout(this.#steals);
        this.#steals = null;
        this.#release = release;
        resolve(true);
        onHeld();
      });
      navigator.locks.request(this.name, options, held).catch((error) => {
        if (error.name === "AbortError") return isMine && this.#lose();
        // No locks in this kind of page after all.
        this.channel.close();
        this.channel = null;
        return resolve(true);
      });
    });
  }

  /** Stolen. */
  #lose() {
    this.onLost();
    this.#wait();
  }

  #wait() {
    this.#release = null;
    this.isNew = false;
    this.#queue(this.onTurn);
  }
}
