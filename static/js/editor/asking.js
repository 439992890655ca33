/** Asks the server for what stands beside the text; no answer is an answer too. */

import { request, Unreachable } from "../lib/http.js";

/** Browsers let a leaving page send about 64 kB. */
const KEEPALIVE = 60_000;

/**
 * @param {string} method
 * @param {string} url
 * @param {{json?: any, body?: string, key?: string}} [sent] `body` is JSON text, `key` its Idempotency-Key
 * @returns {Promise<import("../lib/http.js").Answer | null>} null when nobody answered: the outcome is unknown
 */
export async function ask(method, url, { json, body = json && JSON.stringify(json), key } = {}) {
  const keepalive = Boolean(body) && new Blob([body]).size <= KEEPALIVE;
  try {
    return await request(method, url, { body, keepalive, headers: key ? { "Idempotency-Key": key } : {} });
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}

/** Why it did not work, as a sentence. */
export function reasonOf(answer, wording) {
  return answer?.body?.errors?.[0]?.message ?? answer?.body?.detail ?? wording.say("notes_unreachable");
}
