/**
 * The activity of a writer since the last acknowledged save: words by cause, and time at work.
 */

export const CAUSES = Object.freeze([
  "typed", "pasted", "restored", "replaced", "applied", "removed", "undone", "cut",
]);
const ADDED = ["typed", "pasted", "restored", "replaced", "applied"];
const TAKEN = ["removed", "undone", "cut"];

/** A pause longer than this is thinking elsewhere, not writing. */
export const LONGEST_PAUSE = 30_000;

/** More of them between two saves are no longer told apart. */
const MOST_MOVES = 200;

/** @typedef {Record<string, number> & {active_ms: number, since: string | null, moves: import("./moves.js").Move[]}} Activity */

/** @returns {Activity} */
export function noActivity() {
  return { typed: 0, pasted: 0, restored: 0, replaced: 0, applied: 0, removed: 0, undone: 0, cut: 0,
    active_ms: 0, since: null, moves: [] };
}

/** @returns {Activity} the two together; the earlier `since` stays. */
export function sumActivity(earlier, later) {
  if (!earlier) return later;
  const moves = [...earlier.moves ?? [], ...later.moves ?? []].slice(0, MOST_MOVES);
  const sum = { ...later, since: earlier.since ?? later.since, moves };
  for (const cause of [...CAUSES, "active_ms"]) sum[cause] = (sum[cause] ?? 0) + (earlier[cause] ?? 0);
  return sum;
}

/** Words added less words taken away. */
export function netOf(activity) {
  const total = (causes) => causes.reduce((sum, cause) => sum + activity[cause], 0);
  return total(ADDED) - total(TAKEN);
}

/** Collects changes as they happen; `take` hands them over once. */
export class ActivityMeter {
  #activity = noActivity();
  #lastChangeAt = null;

  /**
   * @param {string} cause one of CAUSES
   * @param {number} words at least 0
   * @param {number} now
   * @param {import("./moves.js").Move | null} move what was cut or pasted
   */
  note(cause, words, now, move = null) {
    const gap = this.#lastChangeAt === null ? null : now - this.#lastChangeAt;
    const atWork = gap !== null && gap >= 0 && gap <= LONGEST_PAUSE;
    const from = atWork ? this.#lastChangeAt : now;
    this.#activity.since ??= new Date(from).toISOString();
    if (atWork) this.#activity.active_ms += Math.round(gap);
    this.#activity[cause] += words;
    if (move && this.#activity.moves.length < MOST_MOVES) this.#activity.moves.push(move);
    this.#lastChangeAt = now;
  }

  /** @returns {Activity} */
  peek() {
    return { ...this.#activity, moves: [...this.#activity.moves] };
  }

  /** Hand over whole seconds: saving often must not lose the rest. @returns {Activity} */
  take() {
    const taken = this.#activity;
    const rest = taken.active_ms % 1000;
    taken.active_ms -= rest;
    this.#activity = { ...noActivity(), active_ms: rest };
    return taken;
  }
}
