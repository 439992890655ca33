/**
 * The facts of one chapter's saving, and what follows from them. The rules are in machine.js.
 */

/** After this pause the text goes to the server; typing without a pause, after LIMIT at the latest. */
export const PAUSE = 1_500;
export const LIMIT = 8_000;
/** The same where this device keeps nothing: the server must have it sooner. */
export const FAST_PAUSE = 700;
export const FAST_LIMIT = 3_000;
/** From keystroke to this device's journal. */
export const JOURNAL = 800;

export function initial() {
  return Object.freeze({
    name: "LOADING", gate: "LOADING", reason: null, online: true,
    base: null, seq: 0, savedSeq: 0, savedAt: null, unsavedSince: null,
    request: null, awaits: null, sending: false, tries: 0, retryAt: null, notBefore: 0,
    pauseAt: null, limitAt: null, journalAt: null, journaledSeq: 0, durable: false,
    carry: null, conflict: null, known: 0, yielding: false, stale: false,
  });
}

/** Does the server lack text? */
export function isUnsaved(state) {
  return state.seq > state.savedSeq || state.request !== null;
}

/** When the next `tick` is due, or null. */
export function wakeAt(state) {
  const saving = state.gate || state.request ? [] : [state.pauseAt, state.limitAt];
  const trying = state.sending || (state.gate && state.gate !== "CONFLICT") ? [] : [state.retryAt];
  const due = [...saving, ...trying, state.journalAt].filter((at) => at !== null);
  return due.length ? Math.min(...due) : null;
}

export function nameOf(state) {
  if (state.gate) return state.gate;
  if (state.sending) return "SAVING";
  if (state.request) return state.online ? "RETRY" : "OFFLINE";
  if (state.seq === state.savedSeq) return "CLEAN";
  return state.journaledSeq === state.seq ? "BUFFERED" : "DIRTY";
}
