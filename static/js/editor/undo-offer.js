/** After a large deletion: a quiet offer to bring the words back, from the version that the server kept before it. */

import { offer, say } from "../elements/toast.js";
import { newKey, request, Unreachable } from "../lib/http.js";

const LOOK_AGAIN = 100;
const PATIENCE = 20_000;

/**
 * @param {{version_id: string, words: number}} undo
 * @param {any} session
 * @param {any} wording
 */
export function offerUndo(undo, session, wording) {
  const sentence = wording.count("cut_many", undo.words);
  offer(sentence, wording.say("cut_back"), async () => {
    const isBack = await bringBack(undo, session);
    say(wording.say(isBack ? "cut_undone" : "cut_failed"), isBack ? "plain" : "error");
  });
}

/** What was typed since is saved first, so that the text being replaced is in the history, all of it. */
async function bringBack({ version_id }, session) {
  if (!(await isSaved(session))) return false;
  try {
    const headers = { "Idempotency-Key": newKey() };
    const answer = await request("POST", `${session.url}/versions/${version_id}/restore`, { headers });
    if (answer.ok) session.dispatch({ type: "elsewhere", revision: answer.body.revision });
    return answer.ok;
  } catch (error) {
    if (error instanceof Unreachable) return false;
    throw error;
  }
}

/** Sends what is left to save. @returns {Promise<boolean>} does the server have everything? */
export async function isSaved(session) {
  session.dispatch({ type: "save_now" });
  for (let waited = 0; session.isUnsaved; waited += LOOK_AGAIN) {
    if (waited >= PATIENCE) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
  return true;
}
