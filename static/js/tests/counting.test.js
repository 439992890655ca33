import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { RULE, countWords } from "../lib/counting.js";

const cases = JSON.parse(
  readFileSync(new URL("../../../stories/tests/word-count-cases.json", import.meta.url), "utf8"),
);

test("the rule has the name of the shared cases", () => {
  assert.equal(RULE, cases.rule);
});

for (const { name, text, words } of cases.text) {
  test(`counts ${name}`, () => assert.equal(countWords(text), words));
}

const AGREED = [
  ["next line control separates", "a\u0085b", 2],
  ["byte order mark joins", "a\ufeffb", 1],
  ["information separator joins", "a\u001cb", 1],
  ["word joiner cannot hide a double hyphen", "yes-\u2060-no", 2],
  ["combining mark alone is no word", "\u0301 \u0301", 0],
  ["prolonged sound mark counts", "コーヒー", 4],
  ["halfwidth voicing mark is part of its kana", "ｶﾞ", 1],
  ["Han beyond the basic plane", "𠀀𰀀", 2],
  ["underscore is no letter", "_ __", 0],
];
for (const [name, text, words] of AGREED) {
  test(name, () => assert.equal(countWords(text), words));
}

test("a megabyte is counted in linear time", () => {
  const started = performance.now();
  countWords(`${"-".repeat(500_000)}${"a-".repeat(250_000)}`);
  assert.ok(performance.now() - started < 2000);
});
