/**
 * Acknowledged text leaves this device with its acknowledgement. Where that was cut short (the browser went in between,
 * the disk refused) it is taken away a day later, if by then this device's copy of the chapter shows that the server has
 * it: such a copy is written only of what the server has (copies.js). All else waits, however long.
 */

const KEPT = 24 * 3_600_000;

/** @param {any} vault lib/vault.js @param {number} now @returns {Promise<any[]>} the drafts that stay */
export async function withoutLeftovers(vault, now) {
  const stays = [];
  for (const row of await vault.all("drafts")) {
    const isOld = row.at <= now - KEPT;
    const isKnown = isOld && isAcknowledged(row.value, await vault.get("copies", [row.chapter]));
    if (!isKnown || !(await vault.delete("drafts", [row.chapter, row.tab]))) stays.push(row);
  }
  return stays;
}

/** A request under way may still arrive, and then it must not have been for another text. */
function isAcknowledged({ content, request }, copy) {
  return copy !== null && content === copy.content && (!request || JSON.parse(request.body).content === content);
}
