/**
 * The save state machine of one chapter: pure, without DOM, clock, network or storage.
 *
 * `step(state, event)` returns `[state, effects]`. Time, chance and keys come in with the events;
 * what is to be done goes out as data for `session.js`. Promises kept by every path (tests/machine.test.js):
 * one request in flight; a key never goes out with two bodies; the base never changes while an
 * outcome is unknown; CLEAN means the server holds what the editor holds; nothing drops typed text.
 *
 * `gate` is what stops saving (LOADING, RECOVERING, AUTH, CONFLICT, BLOCKED, READONLY) or null; the other
 * names follow from the facts, so a name can never contradict them.
 */

import { sumActivity } from "./activity.js";
import { outcomeOf, waitBefore } from "./outcomes.js";
import { FAST_LIMIT, FAST_PAUSE, isUnsaved, JOURNAL, LIMIT, nameOf, PAUSE } from "./save-state.js";
import { CONFLICT_EVENTS, enterConflict, fetchHeadWhenDue } from "./conflict-steps.js";
import { entryOf, isReader, RECOVERY_EVENTS, settleYield } from "./recovery-steps.js";

export { initial, isUnsaved, LIMIT, PAUSE, wakeAt } from "./save-state.js";

const CLOSED = new Set(["LOADING", "RECOVERING", "READONLY"]);

export function step(state, event) {
  const handler = EVENTS[event.type];
  if (!handler) throw new TypeError(`unknown event ${event.type}`);
  const [changed, effects] = handler(state, event);
  const next = settleYield(changed);
  return [Object.freeze({ ...next, name: nameOf(next) }), effects];
}

const same = (state) => [state, []];

const EVENTS = {
  /** The load barrier: nothing can be saved before our own serialisation equals what was loaded. */
  loaded(state, { same: isSame, base, savedAt = null, reason = "unreadable" }) {
    if (!isSame) return [{ ...state, gate: "READONLY", reason }, []];
    return [{ ...state, gate: "RECOVERING", base, savedAt, known: base.revision }, [{ do: "recover" }]];
  },

  edited(state, { now }) {
    if (CLOSED.has(state.gate)) return same(state);
    const [pause, limit] = state.durable ? [PAUSE, LIMIT] : [FAST_PAUSE, FAST_LIMIT];
    return [{
      ...state, seq: state.seq + 1, unsavedSince: state.unsavedSince ?? now,
      pauseAt: now + pause, limitAt: state.limitAt ?? now + limit, journalAt: state.journalAt ?? now + JOURNAL,
    }, []];
  },

  tick(state, { now }) {
    if (state.gate === "CONFLICT") return fetchHeadWhenDue(state, now);
    if (!state.gate && isDue(state.retryAt, now) && state.request && !state.sending) return send(state);
    if (!state.gate && !state.request && isUnsaved(state) && isSaveDue(state, now)) return capture(state);
    if (!isDue(state.journalAt, now)) return same(state);
    return [{ ...state, journalAt: null }, [{ do: "capture", for: "journal" }]];
  },

  /** Ctrl+S, or the page is being hidden or left. Also the writer's "try again" after a refusal. */
  save_now(state, { now }) {
    if (isForAnother(state)) return [state, [{ do: "check_user" }]];
    if (state.gate === "BLOCKED") return resume({ ...state, gate: null, reason: null });
    return state.gate ? same(state) : hurry(state, now);
  },

  /** The page may be gone in a moment: nothing waits for this device's journal any more. */
  leaving(state) {
    if (state.awaits) return [{ ...state, awaits: null }, [{ do: "send", request: state.request }]];
    return state.journalAt === null ? same(state) : [{ ...state, journalAt: null }, [{ do: "capture", for: "journal" }]];
  },

  captured(state, event) {
    if (event.for === "journal") return [state, [{ do: "journal", entry: entryOf(state, event) }]];
    const carry = sumActivity(state.carry, event.activity);
    if (state.gate || state.request) return [{ ...state, carry }, []];
    const { base } = state;
    const request = { key: event.key, seq: state.seq, base, body: bodyOf(base, event, carry), activity: carry };
    return [{
      ...state, request, awaits: event.key, sending: true, tries: 0, carry: null,
      pauseAt: null, limitAt: null, journalAt: null,
    }, [{ do: "journal", entry: entryOf(state, event, request) }]];
  },

  /** Journal first, send second; a broken journal must not keep text from the server. */
  journaled(state, { seq, durable, key }) {
    const noted = { ...state, durable, journaledSeq: Math.max(state.journaledSeq, seq) };
    if (!key || key !== state.awaits) return [noted, []];
    return [{ ...noted, awaits: null }, [{ do: "send", request: state.request }]];
  },

  answered(state, event) {
    if (event.key !== state.request?.key || !state.sending) return same(state);
    return ANSWERS[outcomeOf(event.status, event.body)]({ ...state, sending: false }, event);
  },

  /** No answer: time-out, cut, or nobody there. The outcome is unknown. */
  lost(state, event) {
    if (event.key !== state.request?.key || !state.sending) return same(state);
    return ANSWERS.retry({ ...state, sending: false }, event);
  },

  /** A browser's word about the network is a hint: the server may be this very machine. */
  offline: (state) => [{ ...state, online: false }, []],
  online: (state, { now }) => {
    const here = { ...state, online: true };
    return isUnsaved(state) || state.gate ? hurryRetry(here, now) : [here, [{ do: "fetch_head" }]];
  },
  visible: (state, { now }) => isForAnother(state) ? [state, [{ do: "check_user" }]] : hurryRetry(state, now),

  /** Who is signed in now: the `same` writer, an `other` one, or `none`. */
  user(state, { is }) {
    if (is === "other" && (state.gate === "AUTH" || state.gate === "BLOCKED")) {
      return [{ ...state, gate: "BLOCKED", reason: "other_user" }, []];
    }
    return is === "same" && isForAnother(state) ? resume({ ...state, gate: null, reason: null }) : same(state);
  },

  ...RECOVERY_EVENTS,
  ...CONFLICT_EVENTS,

  /** Another tab or device saved. A hint only: it never touches typed text. */
  elsewhere(state, { revision }) {
    const told = { ...state, known: Math.max(state.known, revision) };
    const isIdle = (!state.gate || isReader(state)) && !isUnsaved(state);
    return isIdle && revision > state.base.revision ? [told, [{ do: "fetch_head" }]] : [told, []];
  },
};

const ANSWERS = {
  saved(state, { body, now }) {
    const { seq } = state.request;
    const isAll = seq === state.seq;
    const saved = {
      ...state, request: null, tries: 0, retryAt: null, notBefore: 0, savedSeq: seq, savedAt: now,
      base: { revision: body.revision, hash: body.hash.slice(0, 8) },
      unsavedSince: isAll ? null : now,
    };
    const [next, more] = isAll ? [saved, []] : EVENTS.tick(saved, { now });
    // The answer to a repeated request may be older than what others have saved since.
    const heal = isAll && (body.normalised || body.revision < state.known) ? [{ do: "fetch_head" }] : [];
    return [next, [{ do: "forget", seq, body }, ...heal, ...more]];
  },
  retry(state, { now, random, retryAfter = 0 }) {
    const tries = state.tries + 1;
    const retryAt = now + waitBefore(tries, random, retryAfter);
    return [{ ...state, tries, retryAt, notBefore: now + retryAfter }, []];
  },
  auth: (state) => [{ ...state, gate: "AUTH", retryAt: null }, []],
  conflict: (state) => enterConflict(release(state)),
  blocked(state, { status, body }) {
    const reason = body?.detail || String(status);
    // Not allowed, or not there: perhaps this browser is somebody else's by now.
    const asks = status === 403 || status === 404 ? [{ do: "check_user" }] : [];
    return [{ ...release(state), gate: "BLOCKED", reason }, asks];
  },
};

/** The answer is final and the text is not saved: its activity waits for the next request. */
function release(state) {
  const carry = sumActivity(state.carry, state.request.activity);
  return { ...state, request: null, carry, retryAt: null, tries: 0, notBefore: 0 };
}

const resume = (state) => state.request ? send(state) : isUnsaved(state) ? capture(state) : same(state);

function hurry(state, now) {
  if (state.request) return state.sending ? [{ ...state, pauseAt: state.pauseAt && now }, []] : hurryRetry(state, now);
  return resume(state);
}

function hurryRetry(state, now) {
  if (state.gate || !state.request || state.sending) return same(state);
  return now < state.notBefore ? [{ ...state, retryAt: state.notBefore }, []] : send(state);
}

const send = (state) => [{ ...state, sending: true, retryAt: null }, [{ do: "send", request: state.request }]];
const capture = (state) => [state, [{ do: "capture", for: "save" }]];
// Nobody is signed in, or somebody else: the text waits for its own writer.
const isForAnother = ({ gate, reason }) => gate === "AUTH" || reason === "other_user";
const isDue = (at, now) => at !== null && at <= now;
const isSaveDue = (state, now) => isDue(state.pauseAt, now) || isDue(state.limitAt, now);

/** Frozen here, once: a retry sends these very bytes. */
function bodyOf(base, { content, key }, activity) {
  const base_revision = `${base.revision}-${base.hash}`;
  return JSON.stringify({ content, base_revision, save_id: key, activity });
}
