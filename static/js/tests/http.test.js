import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { newKey, request, Unreachable } from "../lib/http.js";

let server;
let base;
const seen = [];

const ANSWERS = {
  "/ok": (response) => response.writeHead(200, { "Content-Type": "application/json", ETag: '"2-abcdef01"' }).end('{"revision":2}'),
  "/problem": (response) => response.writeHead(422, { "Content-Type": "application/problem+json" }).end('{"detail":"No.","code":"invalid"}'),
  "/busy": (response) => response.writeHead(503, { "Retry-After": "7" }).end(),
  "/page": (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Hotel</h1>"),
  "/cut": (response) => response.socket.destroy(),
  "/half": (response) => { response.writeHead(200, { "Content-Length": "99" }).write("{"); setTimeout(() => response.socket.destroy(), 20); },
  "/silent": () => {},
};

before(async () => {
  server = createServer((message, response) => {
    let body = "";
    message.on("data", (chunk) => { body += chunk; });
    message.on("end", () => { seen.push({ method: message.method, headers: message.headers, body }); ANSWERS[message.url](response); });
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => { server.closeAllConnections(); server.close(); });

test("sends the very bytes and headers, and reads JSON and the ETag", async () => {
  const answer = await request("PUT", `${base}/ok`, { body: '{"a": 1}', headers: { "If-Match": '"1-00000000"', "Idempotency-Key": "k" } });
  assert.deepEqual([answer.status, answer.ok, answer.body, answer.etag], [200, true, { revision: 2 }, '"2-abcdef01"']);
  const { method, headers, body } = seen.at(-1);
  assert.deepEqual([method, body, headers["if-match"], headers["idempotency-key"], headers["content-type"]],
    ["PUT", '{"a": 1}', '"1-00000000"', "k", "application/json"]);
});

test("a problem is an answer, with its code and its wait", async () => {
  assert.equal((await request("POST", `${base}/problem`, { json: {} })).body.code, "invalid");
  assert.equal((await request("GET", `${base}/busy`)).retryAfter, 7_000);
});

test("a page instead of JSON has no body of ours", async () => {
  assert.equal((await request("GET", `${base}/page`)).body, null);
});

test("a cut, half an answer and silence are unreachable: the outcome is unknown", async () => {
  for (const path of ["/cut", "/half", "/silent"]) {
    await assert.rejects(request("PUT", base + path, { json: {}, wait: 200 }), Unreachable, path);
  }
});

test("keys are UUIDs, with and without the browser's own maker", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const make = crypto.randomUUID;
  assert.match(newKey(), uuid);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  assert.match(newKey(), uuid);
  Object.defineProperty(crypto, "randomUUID", { value: make, configurable: true });
});
