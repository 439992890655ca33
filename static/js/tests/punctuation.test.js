import assert from "node:assert/strict";
import { test } from "node:test";

import { proper } from "../editor/punctuation.js";

/** What stands there once these keys were pressed one after the other. */
function typed(keys, language = "en-gb") {
  let text = "";
  for (const key of keys) {
    text += key;
    const change = proper(text, language);
    if (change) text = text.slice(0, -change.back) + change.sign;
  }
  return text;
}

test("quotes open and close, and apostrophes are apostrophes", () => {
  assert.equal(typed(`"It's 'his' dogs' coat," she said.`), "“It’s ‘his’ dogs’ coat,” she said.");
  assert.equal(typed(`("No"--"Yes")`), "(“No”—“Yes”)");
});

test("what was cut off a word or a year is an apostrophe too", () => {
  assert.equal(typed(`the '90s, rock 'n' roll`), "the ’90s, rock ’n’ roll");
  assert.equal(typed(`'Tell 'em 'tis late,' he said, "'Twas.`), "‘Tell ’em ’tis late,’ he said, “’Twas.");
  assert.equal(typed(`'Emma, '90 pounds,' he said`), "‘Emma, ‘90 pounds,’ he said");
});

test("two hyphens are the dash of the language, three a long one", () => {
  assert.equal(typed("a -- b --- c"), "a — b — c");
  assert.equal(typed("a -- b --- c", "de"), "a – b — c");
  assert.equal(typed("well..."), "well…");
});

test("each language has its own quotes", () => {
  assert.equal(typed(`"Wie geht's dir?" Sie sagte: "Er rief 'Halt' und ging's an."`, "de-AT"), "„Wie geht’s dir?“ Sie sagte: „Er rief ‚Halt‘ und ging’s an.“");
  assert.equal(typed(`"Det är så", sa han.`, "sv"), "”Det är så”, sa han.");
  assert.equal(typed(`"Нет".`, "ru"), "«Нет».");
  assert.equal(typed(`"Sim", disse.`, "xx"), "“Sim”, disse.");
});

test("French keeps its signs from standing at the beginning of a line", () => {
  assert.equal(typed(`"L'amour !" dit-il ; "oui" : non`, "fr"), "«\u202fL’amour\u202f!\u202f» dit-il\u202f; «\u202foui\u202f»\u00a0: non");
  assert.equal(typed(`" Oui "`, "fr").replaceAll(" ", ""), "«\u202fOui\u202f»");
});

test("all else stays as it was typed", () => {
  const plain = "well-known 3.14, e.g. a_b; was it? s";
  for (const language of ["en", "de"]) assert.equal(typed(plain, language), plain);
});
