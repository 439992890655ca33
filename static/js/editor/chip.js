/** What the chip says, as a key of the page's own words (templates/stories/_chapter_words.html). */

import { isReader } from "./recovery-steps.js";

const AMBER_AFTER = 60_000;

const KEYS = {
  LOADING: "opening", RECOVERING: "opening", DIRTY: "editing", SAVING: "saving", CLEAN: "saved",
  RETRY: "retrying", OFFLINE: "retrying", AUTH: "auth", CONFLICT: "conflict",
};

/** @returns {{key: string, reason?: string, at?: number | null, tone: "calm" | "amber" | "red", rescue: boolean}} */
export function chipOf(state, now) {
  const calm = { tone: "calm", rescue: false };
  if (isReader(state)) return { key: "stopped", reason: state.reason, tone: "calm", rescue: false };
  if (state.name === "BLOCKED" || state.name === "READONLY") {
    return { key: "stopped", reason: state.reason, tone: "red", rescue: state.name === "BLOCKED" };
  }
  if (state.name === "BUFFERED") return { key: state.durable ? "device" : "editing", ...calm };
  if (state.name === "OFFLINE" && state.durable) return { key: "offline", ...calm };
  if (state.tries > 0 || state.name === "OFFLINE") return retrying(state, now);
  return { key: KEYS[state.name], at: state.savedAt, ...calm };
}

/** The time of a save of today; of any other day the day, since a bare time would be taken for today's. */
export function momentOf(at, now, language) {
  const [then, today] = [new Date(at), new Date(now)];
  if (then.toDateString() === today.toDateString()) {
    return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(then);
  }
  const year = then.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year }).format(then);
}

function retrying(state, now) {
  const isLate = state.unsavedSince !== null && now - state.unsavedSince >= AMBER_AFTER;
  return { key: state.name === "AUTH" ? "auth" : "retrying", tone: isLate ? "amber" : "calm", rescue: isLate };
}
