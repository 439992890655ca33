/**
 * The only WebSocket of the studio: one to /ws/live/ per page, opened by the first who listens.
 *
 * Messages are hints (`{type, …}`, spec of the live channel); a lost one is harmless, so nothing is queued but the
 * newest `typing`. A closed socket is opened again after 1 s × 2ⁿ with full jitter, at most 30 s. While messages do not
 * get through, the server's or its absence's word, the document hears `nx:live` with `isPaused`, and once more after.
 */

const ADDRESS = "/ws/live/";
const LONGEST_WAIT = 30_000;
const BETWEEN_TYPING = 500;
const MISSED_BEFORE_A_WORD = 3;

const listeners = new Map();
let socket = null;
let failures = 0;
let isPaused = false;
let reopening = null;
let typing = null;
let typingTimer = null;

/**
 * @param {string} type of message, or "*"
 * @param {(message: any) => void} listener
 * @returns {() => void} stops listening
 */
export function onMessage(type, listener) {
  const known = listeners.get(type) ?? new Set();
  listeners.set(type, known.add(listener));
  open();
  return () => {
    known.delete(listener);
    if (![...listeners.values()].some((set) => set.size)) close();
  };
}

/** Tells the writer's other windows the count: at once after a pause, and at most twice a second. */
export function sendTyping(chapterId, words) {
  typing = { type: "typing", chapter_id: chapterId, words };
  if (!typingTimer) flushTyping();
}

function flushTyping() {
  typingTimer = null;
  if (!typing) return;
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(typing));
  typing = null;
  typingTimer = setTimeout(flushTyping, BETWEEN_TYPING);
}

function open() {
  if (socket || reopening) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}${ADDRESS}`);
  socket.addEventListener("message", (event) => tell(JSON.parse(event.data)));
  socket.addEventListener("open", () => { failures = 0; });
  socket.addEventListener("close", (event) => closed(event.code));
}

function pause(value) {
  if (value === isPaused) return;
  isPaused = value;
  document.dispatchEvent(new CustomEvent("nx:live", { detail: { isPaused } }));
}

function tell(message) {
  if (message.type === "hello" || message.type === "live") pause(message.is_paused === true);
  for (const type of [message.type, "*"]) {
    for (const listener of listeners.get(type) ?? []) listener(message);
  }
}

/** 1008: not signed in, or not any more; asking again and again would not help. */
function closed(code) {
  socket = null;
  if (code === 1008) tell({ type: "signed_out" });
  if (code === 1008 || !listeners.size) return;
  const wait = Math.random() * Math.min(LONGEST_WAIT, 1_000 * 2 ** Math.min(failures, 5));
  failures += 1;
  if (failures >= MISSED_BEFORE_A_WORD) pause(true);
  reopening = setTimeout(() => { reopening = null; open(); }, wait);
}

function close() {
  listeners.clear();
  clearTimeout(reopening);
  reopening = null;
  socket?.close(1000);
}
