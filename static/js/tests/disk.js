/** This device's storage, for the save machine's tests: done in turn and later, and what is done outlives the page. */
export class Disk {
  entry = null;
  isBroken = false;
  #asked = [];
  #isLetGo = false;

  put(entry, done) {
    this.#asked.push(() => {
      if (!this.isBroken) this.entry = structuredClone(entry);
      if (!this.isBroken) this.#isLetGo = false;
      done(!this.isBroken);
    });
  }

  forget(seq) {
    this.#asked.push(() => {
      if (!this.isBroken && !this.#isLetGo && this.entry?.seq <= seq) this.entry = null;
    });
  }

  /** The text now belongs to another tab: this one forgets nothing of it. */
  letGo() {
    this.#asked.push(() => { this.#isLetGo = true; });
  }

  /** One of the things asked for. */
  work() {
    this.#asked.shift()?.();
  }

  workAll() {
    while (this.#asked.length) this.work();
  }

  crash() {
    this.#asked = [];
    this.#isLetGo = false;
  }
}
