import assert from "node:assert/strict";
import { test } from "node:test";

import { outcomeOf, waitBefore } from "../editor/outcomes.js";

test("each status is saved, tried again, or asked about", () => {
  const kinds = (statuses, body) => new Set(statuses.map((status) => outcomeOf(status, body)));
  assert.deepEqual(kinds([408, 425, 429, 500, 502, 503, 504], null), new Set(["retry"]));
  assert.deepEqual(kinds([400, 403, 404, 409, 410, 413, 415, 422, 428], {}), new Set(["blocked"]));
  assert.equal(outcomeOf(409, { code: "in_progress" }), "retry");
  assert.equal(outcomeOf(412, {}), "conflict");
  assert.equal(outcomeOf(200, null), "retry", "a sign-in page of the network is no receipt");
});

test("waits grow to thirty seconds with full jitter", () => {
  assert.equal(waitBefore(1, 0.5), 500);
  assert.equal(waitBefore(3, 0.5), 2_000);
  assert.equal(waitBefore(400, 0.999999), 30_000);
  assert.equal(waitBefore(9, 0), 0);
  assert.equal(waitBefore(1, 0, 4_000), 4_000);
});
