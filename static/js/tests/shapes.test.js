/**
 * `editor-shapes.json` is what this editor writes for 120 documents of every shape; stories/tests hold the server's
 * cleaning to the same file. After a change of the schema: `node static/js/tests/shapes.test.js --write`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { someShapes } from "./shapes.js";

const FILE = new URL("editor-shapes.json", import.meta.url);

if (process.argv.includes("--write")) writeFileSync(FILE, `${JSON.stringify(someShapes(7, 120), null, 0).replaceAll('","', '",\n"')}\n`);

test("the editor writes the documents of the shared file byte for byte", () => {
  assert.deepEqual(someShapes(7, 120), JSON.parse(readFileSync(FILE, "utf8")));
});
