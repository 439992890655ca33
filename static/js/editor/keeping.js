/** Asks the server to join two texts, and hands it both before anything takes the place of either. */

import { newKey, request, Unreachable } from "../lib/http.js";

const TITLES_TO_TRY = 20;
/** The server reads bodies up to 6 MB; the base is a help, and left out where there is no room for it. */
const ROOM = 2_500_000;

/**
 * @param {string} url of the chapter
 * @param {{content: string, base: {revision: number, hash: string}, baseContent?: string, choices?: string[]}} text
 * @returns {Promise<{head: any, merge: any, merged: string} | null>} null when there is no answer to use
 */
export async function askMerge(url, { content, base, baseContent, choices }) {
  const json = { content, base_revision: `${base.revision}-${base.hash}`, choices };
  if (baseContent && baseContent.length + content.length < ROOM) json.base_content = baseContent;
  const answer = await orNothing(() => request("POST", `${url}/merge`, { json }));
  if (!answer?.ok || !Array.isArray(answer.body?.parts)) return null;
  const { head, clashes, parts, is_base_known: isBaseKnown, merged } = answer.body;
  return {
    head: { revision: head.revision, hash: head.hash.slice(0, 8), content: head.content, savedAt: head.saved_at },
    merge: { clashes, parts, isBaseKnown }, merged,
  };
}

/**
 * @param {{url: string, storyId: string}} chapter
 * @param {{choice: "merged" | "mine" | "theirs" | "chapter", mine: string, theirs: string, key: string, title: string}} texts
 * @returns {Promise<boolean>} true only when the server has both
 */
export async function keepText(chapter, { choice, mine, theirs, key, title }) {
  const isKept = await orNothing(async () =>
    (await asVersion(chapter, theirs)) && (await asVersion(chapter, mine)) &&
    (choice !== "chapter" || asChapter(chapter, { content: mine, key, title })));
  return isKept ?? false;
}

/** The server keeps the same text once, so trying again after a cut makes no second copy. */
async function asVersion({ url }, content) {
  return (await request("POST", `${url}/versions`, { json: { content, reason: "conflict" } })).ok;
}

/** A title may be taken by an earlier copy: then "… 2", "… 3". */
async function asChapter({ storyId }, { content, key, title }) {
  for (let number = 1; number <= TITLES_TO_TRY; number += 1) {
    const json = { title: number === 1 ? title : `${title} ${number}`, content };
    const headers = { "Idempotency-Key": number === 1 ? key : newKey() };
    const answer = await request("POST", `/api/v1/stories/${storyId}/chapters`, { json, headers });
    if (answer.status !== 409 || answer.body?.code === "in_progress") return answer.ok;
  }
  return false;
}

async function orNothing(ask) {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}
