/** Hands the text that gives way in a conflict to the server, before anything takes its place. */

import { newKey, request, Unreachable } from "../lib/http.js";

const TITLES_TO_TRY = 20;

/**
 * @param {{url: string, storyId: string}} chapter
 * @param {{choice: "mine" | "theirs" | "chapter", content: string, key: string, title: string}} text
 * @returns {Promise<boolean>} true only when the server has it
 */
export async function keepText(chapter, text) {
  try {
    return text.choice === "chapter" ? await asChapter(chapter, text) : await asVersion(chapter, text);
  } catch (error) {
    if (error instanceof Unreachable) return false;
    throw error;
  }
}

async function asVersion({ url }, { content, key }) {
  const json = { content, reason: "conflict" };
  return (await request("POST", `${url}/versions`, { json, headers: { "Idempotency-Key": key } })).ok;
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
