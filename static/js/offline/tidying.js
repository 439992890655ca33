/** The copies and keys in this browser's database (lib/vault.js), as rows that nobody need open. */

import { answerTo, finished, openDatabase, rangeOf } from "../lib/database.js";

/** Chapters opened in the last 7 days can be opened without a network. */
const KEPT = 7 * 24 * 3_600_000;

/** Removes every copy that is older, whoever it belongs to; one with words the server may lack waits for them. */
export async function removeOldCopies(now) {
  const base = await openDatabase();
  const deed = base.transaction(["copies", "drafts"], "readwrite");
  const [copies, drafts] = [deed.objectStore("copies"), deed.objectStore("drafts")];
  const asked = copies.openCursor();
  asked.addEventListener("success", async () => {
    const cursor = asked.result;
    if (!cursor) return;
    const { user, chapter, at } = cursor.value;
    if (at < now - KEPT && !await answerTo(drafts.count(rangeOf(user, chapter)))) copies.delete([user, chapter]);
    cursor.continue();
  });
  await finished(deed);
  base.close();
}

/** @returns {Promise<string | null>} whose key lies here; with keys of several people, nobody's */
export async function writerHere() {
  const base = await openDatabase();
  const users = await answerTo(base.transaction("keys").objectStore("keys").getAllKeys());
  base.close();
  return users.length === 1 ? users[0] : null;
}
