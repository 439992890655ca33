/** What the server does with a save: its order of refusal, its receipts, and a history that keeps every text. */
import { createHash } from "node:crypto";

export const hash = (text) => createHash("sha256").update(text).digest("hex");

export class Server {
  server = { revision: 1, text: "start" }; history = new Set(["start"]); receipts = new Map();
  ledger = 0; saves = 0; isSignedIn = true; isFull = false;

  /** The server's order: sign-in, receipt, precondition, write. */
  serve(request) {
    if (!this.isSignedIn) return [403, { code: "not_authenticated" }];
    if (this.receipts.has(request.key)) return [200, this.receipts.get(request.key)];
    if (this.isFull) return [413, { detail: "Too long." }];
    const { content, base_revision, activity } = JSON.parse(request.body);
    const head = `${this.server.revision}-${hash(this.server.text).slice(0, 8)}`;
    if (base_revision !== head) return [412, {}];
    this.write(content);
    this.ledger += activity.typed;
    const receipt = { revision: this.server.revision, hash: hash(content) };
    this.receipts.set(request.key, receipt);
    this.saves += 1;
    return [200, receipt];
  }

  write(text) {
    this.history.add(text);
    this.server = { revision: this.server.revision + 1, text };
  }
}
