import assert from "node:assert/strict";
import { test } from "node:test";

import { Perils } from "./perils.js";
import { dice } from "./world.js";

test("20,000 random events with crashes, broken storage and other tabs lose nothing that was safe", () => {
  const seen = { crashes: 0, recoveries: 0, turns: 0 };
  for (const seed of [21, 22, 23, 24, 25, 26, 27, 28, 29, 30]) {
    const world = new Perils(dice(seed));
    for (let i = 0; i < 2_000; i += 1) world.anything();
    world.heal();
    assert.ok(["CLEAN", "CONFLICT", "BLOCKED", "AUTH"].includes(world.state.name), `${world.state.name} at seed ${seed}`);
    world.checkNothingIsMissing();
    for (const what of Object.keys(seen)) seen[what] += world[what];
  }
  assert.ok(Math.min(seen.crashes, seen.recoveries, seen.turns) > 25, JSON.stringify(seen));
});
