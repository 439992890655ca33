/**
 * The steps of the save machine while the chapter was changed elsewhere (412).
 *
 * The server joins both texts and says where they clash; nothing is saved until the writer has chosen. Both texts
 * are kept whatever is chosen: first they are handed to the server as versions, or mine as a new chapter (`keep`), and
 * only when the server has them does another text take the editor's place.
 */

import { asksTheSame } from "./merge-parts.js";
import { isReader } from "./recovery-steps.js";

const TRY_AGAIN = 3_000;
/** After typing, what is shown below follows. */
const FOLLOW = 1_500;

/** The request has its final answer; typing goes on, saving waits for the writer's choice. */
export function enterConflict(state) {
  const conflict = { head: null, merge: null, mergedSeq: 0, choices: [], keeping: null, failed: null };
  return [{ ...state, gate: "CONFLICT", conflict }, [{ do: "fetch_merge" }]];
}

export function fetchHeadWhenDue(state, now) {
  if (state.retryAt !== null && state.retryAt <= now) return [{ ...state, retryAt: null }, [{ do: "fetch_merge" }]];
  if (state.journalAt === null || state.journalAt > now) return [state, []];
  const retryAt = state.conflict.keeping ? null : state.retryAt ?? now + FOLLOW;
  return [{ ...state, journalAt: null, retryAt }, [{ do: "capture", for: "journal" }]];
}

export const CONFLICT_EVENTS = {
  /**
   * The text the server holds: beside this one in a conflict, or taken over when nothing was typed here.
   * A `final` one comes with the text that the writer's choices make of both.
   */
  head(state, event) {
    if (state.gate === "CONFLICT") return event.final ? takeMerged(state, event) : showMerge(state, event);
    const { head, now } = event;
    const isCurrent = head.revision >= (state.base?.revision ?? 0);
    return isIdle(state) && isCurrent ? show({ ...state, savedAt: now }, head) : [state, []];
  },

  head_failed(state, { now, final = false }) {
    if (state.gate !== "CONFLICT") return [state, []];
    if (final) return CONFLICT_EVENTS.keep_failed(state, { reason: "keep_failed" });
    return state.conflict.keeping ? [state, []] : [{ ...state, retryAt: now + TRY_AGAIN }, []];
  },

  /** @param {{choice: "merged" | "mine" | "theirs" | "chapter", choices?: string[]}} event one of `choices` for each clash */
  chosen(state, { choice, choices = [] }) {
    const { gate, conflict } = state;
    if (gate !== "CONFLICT" || !conflict.head || conflict.keeping) return [state, []];
    return [
      { ...state, retryAt: null, conflict: { ...conflict, keeping: choice, choices, failed: null } },
      [{ do: "keep", choice, seq: state.seq }],
    ];
  },

  /** The server has both texts safe. Words typed here meanwhile are handed over as well, as a version. */
  kept(state, { seq, now }) {
    const { gate, conflict } = state;
    if (gate !== "CONFLICT" || !conflict.keeping) return [state, []];
    if (conflict.keeping === "mine") return saveOnTop(state, []);
    if (seq < state.seq) return keepAgain(state);
    if (conflict.keeping === "merged") return [state, [{ do: "fetch_merge", choices: conflict.choices, final: true }]];
    return show({ ...state, gate: null, conflict: null, savedAt: now }, conflict.head);
  },

  keep_failed(state, { reason }) {
    if (state.gate !== "CONFLICT" || !state.conflict.keeping) return [state, []];
    return [{ ...state, conflict: { ...state.conflict, keeping: null, failed: reason } }, []];
  },
};

/** A tab that reads along, or is about to take over, follows the server's text as well. */
const isIdle = (state) =>
  (!state.gate || state.gate === "RECOVERING" || isReader(state)) && !state.request && state.seq === state.savedSeq;

function keepAgain(state) {
  const { keeping } = state.conflict;
  return [state, [{ do: "keep", choice: keeping === "chapter" ? "theirs" : keeping, seq: state.seq }]];
}

/** What is shown stays as it is while a choice is being carried out, and is never replaced by an older one. */
function showMerge(state, { head, merge, seq }) {
  const { conflict } = state;
  if (!merge || conflict.keeping || seq < conflict.mergedSeq) return [state, []];
  const retryAt = seq < state.seq ? state.retryAt : null;
  return [{ ...state, retryAt, conflict: { ...conflict, head, merge, mergedSeq: seq } }, []];
}

function takeMerged(state, { head, merge, merged, seq }) {
  const { conflict } = state;
  if (conflict.keeping !== "merged") return [state, []];
  if (seq < state.seq) return keepAgain(state);
  if (conflict.head.revision !== head.revision || !asksTheSame(conflict.merge, merge)) {
    const asked = { ...conflict, head, merge, mergedSeq: seq, choices: [], keeping: null, failed: "clash_again" };
    return [{ ...state, conflict: asked }, []];
  }
  const ready = { ...state, seq: seq + 1, conflict: { ...conflict, head } };
  return saveOnTop(ready, [{ do: "show", head: { content: merged }, isOwn: true }]);
}

function saveOnTop(state, before) {
  const { revision, hash } = state.conflict.head;
  return [
    { ...state, gate: null, conflict: null, base: { revision, hash } },
    [...before, { do: "capture", for: "save" }],
  ];
}

/** Put the server's text into the editor; nothing is unsaved from here on. */
function show(state, head) {
  const seq = state.seq + 1;
  return [
    {
      ...state, seq, savedSeq: seq, journaledSeq: seq, unsavedSince: null, carry: null,
      pauseAt: null, limitAt: null, journalAt: null, stale: false,
      base: { revision: head.revision, hash: head.hash },
    },
    [{ do: "show", head }, { do: "forget", seq, body: null }],
  ];
}
