/**
 * The only `fetch` of the studio. JSON in and out, errors as problem+json (RFC 9457), a limit on waiting.
 *
 * `request` answers for every HTTP status and throws `Unreachable` when there is no answer at all: no network,
 * time-out, or a body cut short. After that the outcome is unknown.
 */

const WAIT = 10_000;

export class Unreachable extends Error {}

/** @typedef {{status: number, ok: boolean, body: any, retryAfter: number, etag: string | null}} Answer */

/**
 * @param {string} method
 * @param {string} url
 * @param {{json?: any, body?: string, headers?: Record<string, string>, keepalive?: boolean, wait?: number}} [options]
 *   `body` is JSON text already made: a retry must send the same bytes
 * @returns {Promise<Answer>}
 */
export async function request(method, url, { json, body, headers = {}, keepalive = false, wait = WAIT } = {}) {
  const bytes = json === undefined ? body : JSON.stringify(json);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), wait);
  try {
    const response = await fetch(url, {
      method, keepalive, body: bytes, signal: stop.signal, credentials: "same-origin", cache: "no-store",
      headers: { Accept: "application/json", ...(bytes !== undefined && { "Content-Type": "application/json" }), ...headers },
    });
    return await answerOf(response);
  } catch (error) {
    if (error instanceof TypeError || error.name === "AbortError") throw new Unreachable(url, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf(response) {
  const text = await response.text();
  return {
    status: response.status,
    ok: response.ok,
    body: parsed(text),
    retryAfter: retryAfterOf(response.headers.get("Retry-After")),
    etag: response.headers.get("ETag"),
  };
}

/** A page of a proxy instead of JSON is no answer of ours: null. */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @returns {number} milliseconds; the header holds seconds or a date */
function retryAfterOf(header) {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/** @returns {string} an UUID for `Idempotency-Key`; `randomUUID` exists only on https and localhost */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
