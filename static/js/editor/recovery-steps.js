/**
 * The steps of the save machine while a chapter opens and while it changes hands between tabs.
 *
 * One tab of a browser writes in a chapter; the others read along and may take over (tabs.js). Whoever writes owns
 * everything this device kept of the chapter.
 */

import { sumActivity } from "./activity.js";

export const OPEN_ELSEWHERE = "open_elsewhere";

export const isReader = ({ gate, reason }) => gate === "READONLY" && reason === OPEN_ELSEWHERE;

/** A request that waits for an answer, or text that the server has not seen. */
const lacks = (state) => state.seq > state.savedSeq || state.request !== null;

export const RECOVERY_EVENTS = {
  /**
   * What this device kept, or null: shown, and sent without a click. A request whose outcome is unknown goes out
   * again with the same bytes, key and base; newer text waits for its answer. `isSame`: the page came with
   * this text. `stale`: this page shows what it gave up, not what the server holds.
   */
  recovered(state, { entry = null, isSame = false, durable = false, now }) {
    if (state.gate !== "RECOVERING") return [state, []];
    const open = { ...state, gate: null, durable, stale: false };
    if (!entry) return state.stale ? askAgain(open, now) : [open, []];
    if (isSame && !entry.request && !state.stale) return [open, [{ do: "forget", seq: entry.seq }]];
    return restore(open, renumbered(entry, state.seq), now);
  },

  /** Another tab writes in this chapter. */
  locked_out(state) {
    return state.gate === "RECOVERING" ? [{ ...state, gate: "READONLY", reason: OPEN_ELSEWHERE }, []] : [state, []];
  },

  /** The other tab has let go: look first what it left behind. */
  my_turn(state) {
    return isReader(state) ? [{ ...state, gate: "RECOVERING", reason: null }, [{ do: "recover" }]] : [state, []];
  },

  /** Another tab has taken over. What is not on the server must be on this device before it is given up. */
  lock_lost(state) {
    if (state.gate === "RECOVERING") return RECOVERY_EVENTS.locked_out(state);
    if (state.gate === "LOADING" || state.gate === "READONLY") return [state, []];
    if (!lacks(state)) return [{ ...state, yielding: true }, []];
    return state.durable ? [{ ...state, yielding: true }, [{ do: "capture", for: "journal" }]] : [state, []];
  },
};

/** Another tab had this text, and there is no word of the server yet of what became of it: saving it brings one. */
function askAgain(state, now) {
  return [{ ...state, seq: state.seq + 1, unsavedSince: now }, [{ do: "capture", for: "save" }]];
}

/** The entry as this page numbers its states of the text: after everything it has seen itself. */
function renumbered(entry, seq) {
  const { request } = entry;
  return { ...entry, seq: entry.seq + seq, request: request && { ...request, seq: request.seq + seq } };
}

function restore(state, entry, now) {
  const { seq, base, request, content, activity } = entry;
  const draft = { ...state, seq, base, carry: activity, unsavedSince: entry.at };
  const show = { do: "draft", content };
  if (!request) return [draft, [show, { do: "capture", for: "save" }]];
  const isNewer = seq > request.seq;
  return [
    { ...draft, request, awaits: request.key, sending: true, pauseAt: isNewer ? now : null },
    [show, { do: "journal", entry }],
  ];
}

/** Gives the chapter up once nothing is left that only this page has; without a journal it goes on as it was. */
export function settleYield(state) {
  if (!state.yielding) return state;
  const isSafe = state.durable && state.journaledSeq === state.seq && state.awaits === null;
  if (lacks(state) && !isSafe) return state.durable ? state : { ...state, yielding: false };
  return {
    ...state, gate: "READONLY", reason: OPEN_ELSEWHERE, yielding: false, stale: state.stale || lacks(state),
    savedSeq: state.seq, journaledSeq: state.seq, unsavedSince: null, request: null, awaits: null, sending: false, tries: 0,
    retryAt: null, notBefore: 0, pauseAt: null, limitAt: null, journalAt: null, carry: null, conflict: null,
  };
}

/** What goes into the journal: the text, what it was written upon, and the request that is under way. */
export function entryOf(state, { content, activity, now }, request = state.request) {
  const waiting = request === state.request ? sumActivity(state.carry, activity) : null;
  return { seq: state.seq, content, base: state.base, request, activity: waiting, at: now };
}
