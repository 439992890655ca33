/**
 * What an answer of the server means for a save, and how long to wait before trying again.
 * Pure: chance and time are passed in.
 */

const RETRY = new Set([408, 425, 429]);
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/**
 * @param {number} status
 * @param {{code?: string, revision?: number, hash?: string} | null} body
 * @returns {"saved" | "retry" | "auth" | "conflict" | "blocked"}
 */
export function outcomeOf(status, body) {
  if (status >= 200 && status < 300) return isReceipt(body) ? "saved" : "retry";
  if (status === 412) return "conflict";
  if (status === 401) return "auth";
  if (status === 403) return body?.code === "not_authenticated" ? "auth" : "blocked";
  if (status === 409) return body?.code === "in_progress" ? "retry" : "blocked";
  return RETRY.has(status) || status >= 500 ? "retry" : "blocked";
}

/** A hotel's sign-in page also answers 200: only our own receipt counts as saved. */
function isReceipt(body) {
  return Number.isInteger(body?.revision) && typeof body?.hash === "string";
}

/**
 * Full jitter: anywhere between nothing and 1 s × 2ⁿ, at most 30 s, never before Retry-After.
 * @param {number} tries failed attempts so far, from 1
 * @param {number} random in [0, 1)
 * @param {number} retryAfter milliseconds the server asked for
 */
export function waitBefore(tries, random, retryAfter = 0) {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries - 1, 10));
  return Math.max(retryAfter, Math.round(random * ceiling));
}
