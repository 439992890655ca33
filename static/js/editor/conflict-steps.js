/**
 * The steps of the save machine while the chapter was changed elsewhere (412).
 *
 * Both texts are kept whatever is chosen: the one that is to give way is first handed to the server as a version or
 * a new chapter (`keep`), and only when the server has it does the other take its place.
 */

const TRY_HEAD_AGAIN = 3_000;

/** The request has its final answer; typing goes on, saving waits for the writer's choice. */
export function enterConflict(state) {
  const conflict = { head: null, keeping: null, failed: null };
  return [{ ...state, gate: "CONFLICT", conflict }, [{ do: "fetch_head" }]];
}

export function fetchHeadWhenDue(state, now) {
  if (state.conflict.head === null && state.retryAt !== null && state.retryAt <= now) {
    return [{ ...state, retryAt: null }, [{ do: "fetch_head" }]];
  }
  if (state.journalAt === null || state.journalAt > now) return [state, []];
  return [{ ...state, journalAt: null }, [{ do: "capture", for: "journal" }]];
}

export const CONFLICT_EVENTS = {
  /** The text the server holds: shown beside this one, or taken over when nothing was typed here. */
  head(state, { head, now }) {
    if (state.gate === "CONFLICT") {
      return [{ ...state, retryAt: null, conflict: { ...state.conflict, head } }, []];
    }
    const isCurrent = head.revision >= (state.base?.revision ?? 0);
    return isIdle(state) && isCurrent ? show({ ...state, savedAt: now }, head) : [state, []];
  },

  head_failed(state, { now }) {
    return state.gate === "CONFLICT" ? [{ ...state, retryAt: now + TRY_HEAD_AGAIN }, []] : [state, []];
  },

  /** Another tab or device saved. A hint only: it never touches typed text. */
  elsewhere(state, { revision }) {
    return isIdle(state) && revision > state.base.revision ? [state, [{ do: "fetch_head" }]] : [state, []];
  },

  /** @param {{choice: "mine" | "theirs" | "chapter"}} event */
  chosen(state, { choice }) {
    const { gate, conflict } = state;
    if (gate !== "CONFLICT" || !conflict.head || conflict.keeping) return [state, []];
    return [
      { ...state, conflict: { ...conflict, keeping: choice, failed: null } },
      [{ do: "keep", choice, seq: state.seq }],
    ];
  },

  /** The server has the losing text safe. Words typed here meanwhile are handed over as well, as a version. */
  kept(state, { seq, now }) {
    if (state.gate !== "CONFLICT" || !state.conflict.keeping) return [state, []];
    if (state.conflict.keeping === "mine") return saveOnTop(state);
    if (seq < state.seq) return [state, [{ do: "keep", choice: "theirs", seq: state.seq }]];
    return show({ ...state, gate: null, conflict: null, savedAt: now }, state.conflict.head);
  },

  keep_failed(state, { reason }) {
    if (state.gate !== "CONFLICT" || !state.conflict.keeping) return [state, []];
    return [{ ...state, conflict: { ...state.conflict, keeping: null, failed: reason } }, []];
  },
};

const isIdle = (state) => !state.gate && !state.request && state.seq === state.savedSeq;

function saveOnTop(state) {
  const { revision, hash } = state.conflict.head;
  return [
    { ...state, gate: null, conflict: null, base: { revision, hash } },
    [{ do: "capture", for: "save" }],
  ];
}

/** Put the server's text into the editor; nothing is unsaved from here on. */
function show(state, head) {
  const seq = state.seq + 1;
  return [
    {
      ...state, seq, savedSeq: seq, journaledSeq: seq, unsavedSince: null, carry: null,
      pauseAt: null, limitAt: null, journalAt: null,
      base: { revision: head.revision, hash: head.hash },
    },
    [{ do: "show", head }, { do: "forget", seq, body: null }],
  ];
}
