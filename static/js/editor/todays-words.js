/**
 * Today's words on the quiet line: the ledger's own number, and what it has not counted yet. The ledger's number may
 * overtake the answer to the very save it counts; the words of that save are then in it already.
 */
export class TodaysWords {
  /** Activities on their way: what is typed since the last save, a save in flight, one that is tried again. */
  waiting = [];
  #counted = null;

  constructor(ledger) {
    this.ledger = ledger;
  }

  get shown() {
    const open = this.waiting.filter((activity) => activity && activity !== this.#counted);
    return Math.max(0, open.reduce((words, { typed }) => words + typed, this.ledger));
  }

  /** @param {number} ledger @param {{typed: number} | null} inFlight the save of this chapter that it may include */
  counted(ledger, inFlight = null) {
    this.ledger = ledger;
    if (inFlight) this.#counted = inFlight;
  }

  acknowledged(activity) {
    if (activity !== this.#counted) this.ledger += activity.typed;
  }
}
