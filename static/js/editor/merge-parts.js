/** What a merge of two texts asks and shows; pure. `parts` are those of `POST /chapters/{id}/merge`. */

/** Unchanged paragraphs shown on either side of a change. */
export const CONTEXT = 1;

/** Do the choices made for one merge answer the other? The writer's own side may have grown meanwhile. */
export function asksTheSame(before, after) {
  const [known, now] = [before, after].map((merge) => merge.parts.filter(({ kind }) => kind === "clash"));
  return known.length === now.length && known.every((part, index) => part.theirs === now[index].theirs);
}

/** Would both merges look the same? Then what is shown, and chosen in it, stays. */
export function looksTheSame(before, after) {
  const isSame = (part, index) => ["kind", "html", "mine", "theirs"].every((name) => part[name] === after.parts[index][name]);
  return before.parts.length === after.parts.length && before.parts.every(isSame);
}

/**
 * Of an unchanged stretch only the ends beside a change are shown.
 * @param {number} count paragraphs in it
 * @param {{isFirst: boolean, isLast: boolean}} place nothing changes before the first or after the last stretch
 * @returns {{before: number, hidden: number, after: number}}
 */
export function fold(count, { isFirst, isLast }) {
  const before = isFirst ? 0 : CONTEXT;
  const after = isLast ? 0 : CONTEXT;
  const hidden = count - before - after;
  return hidden > 1 ? { before, hidden, after } : { before: count, hidden: 0, after: 0 };
}
