/** Each promise has a test that notices when the line which keeps it is gone. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const WATCHED = ["machine.test.js", "perils.test.js", "journal.test.js"];
const AT_ONCE = 2;

/** [what is taken out, where, the line, what stands there instead] */
const MUTATIONS = [
  ["the journal write", "session.js", "await this.journal.put(", "void ("],
  ["the journal before the send", "machine.js", "awaits: event.key, sending: true, tries: 0", "awaits: null, sending: true, tries: 0"],
  ["waiting for the journal", "session.js", "await this.journal.put(this.chapterId, ", "this.journal.put(this.chapterId, "],
  ["the same key for the same bytes", "session.js", '"Idempotency-Key": key }', '"Idempotency-Key": newKey() }'],
  ["the same request on a retry", "machine.js", '[{ do: "send", request: state.request }]];\nconst capture', '[{ do: "send", request: { ...state.request, body: `${state.request.body} ` } }]];\nconst capture'],
  ["the base in the header", "session.js", '"If-Match": `"${base.revision}-${base.hash}"`, ', ""],
  ["the base in the body", "machine.js", "const base_revision = `${base.revision}-${base.hash}`;", "const base_revision = undefined;"],
  ["the base check's answer", "outcomes.js", 'if (status === 412) return "conflict";', 'if (status === 412) return "retry";'],
  ["the base of what was kept", "recovery-steps.js", "const draft = { ...state, seq, base, carry", "const draft = { ...state, seq, carry"],
  ["the request that was kept", "recovery-steps.js", "const { seq, base, request, content, activity } = entry;", "const { seq, base, content, activity } = entry, request = null;"],
  ["the load barrier", "machine.js", 'if (!isSame) return [{ ...state, gate: "READONLY", reason }, []];', ""],
  ["the closed doors while opening", "machine.js", 'new Set(["LOADING", "RECOVERING", "READONLY"])', "new Set()"],
  ["forgetting no more than was acknowledged", "journal.js", "if (this.#seq <= seq) await", "await"],
  ["one write after the other", "journal.js", "this.#last = this.#last.then(act);", "this.#last = act();"],
  ["keeping what a tab gives up", "recovery-steps.js", "if (lacks(state) && !isSafe) return", "if (false) return"],
];

/** Runs the suite on a copy; with a mutation, one line of the copy is another. */
async function passes(mutation) {
  const folder = mkdtempSync(join(tmpdir(), "nexus-mutation-"));
  try {
    for (const part of ["editor", "lib", "tests"]) cpSync(join(HERE, part), join(folder, part), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    if (mutation) mutate(join(folder, "editor", mutation[1]), mutation);
    // No literal import line: the build of the static files would look for the file it names.
    writeFileSync(join(folder, "all.js"), WATCHED.map((name) => `import ${JSON.stringify(`./tests/${name}`)};`).join("\n"));
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const run = spawn(process.execPath, ["--test-force-exit", join(folder, "all.js")], { env, stdio: "ignore" });
    return await new Promise((resolve) => { run.on("close", (code) => resolve(code === 0)); });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mutate(path, [what, , line, instead]) {
  const source = readFileSync(path, "utf8");
  assert.equal(source.split(line).length, 2, `${what}: its line is not there once`);
  writeFileSync(path, source.replace(line, () => instead));
}

test("the suite notices every promise that is taken out", async () => {
  const waiting = [null, ...MUTATIONS];
  const unnoticed = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const isQuiet = await passes(next);
      if (next === null) assert.ok(isQuiet, "the suite fails as it is");
      else if (isQuiet) unnoticed.push(next[0]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  assert.deepEqual(unnoticed, []);
});
