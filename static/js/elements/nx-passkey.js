import { request, Unreachable } from "../lib/http.js";
import { areKnown, create, get } from "../lib/passkeys.js";

/**
 * A form whose hidden `credential` a passkey fills in. Without a browser that knows passkeys the button never shows.
 *
 * `data-ceremony`: "create" or "get". The options stand in `#passkey-options`, or behind `data-options-url`.
 */
class NxPasskey extends HTMLElement {
  connectedCallback() {
    if (!areKnown()) return;
    this.part("unable").hidden = true;
    this.part("able").hidden = false;
    this.listening = new AbortController();
    this.form.addEventListener("submit", (event) => this.ask(event), { signal: this.listening.signal });
  }

  disconnectedCallback() {
    this.listening?.abort();
  }

  get form() {
    return this.querySelector("form");
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  async ask(event) {
    event.preventDefault();
    const button = this.part("able").firstElementChild;
    button.disabled = true;
    this.part("trouble").hidden = true;
    try {
      this.form.elements.credential.value = JSON.stringify(await this.perform());
      this.keepSignedIn();
      this.form.submit();
    } catch (error) {
      button.disabled = false;
      this.say(error);
    }
  }

  async perform() {
    const options = await this.options();
    if (this.dataset.ceremony === "get") return get(options.request_options.publicKey);
    return create(options.creation_options.publicKey, Boolean(this.form.elements.passwordless?.checked));
  }

  async options() {
    const { optionsUrl } = this.dataset;
    if (!optionsUrl) return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await request("GET", optionsUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok || !answer.body) throw new Unreachable(optionsUrl);
    return answer.body;
  }

  /** The box of the password's form counts for the passkey too. */
  keepSignedIn() {
    const box = document.querySelector('input[type="checkbox"][name="remember"]');
    if (!box?.checked || this.contains(box)) return;
    const copy = Object.assign(document.createElement("input"), { type: "hidden", name: "remember", value: "on" });
    this.form.append(copy);
  }

  say(error) {
    const { calm, twice, lost } = this.dataset;
    const isOurs = error instanceof DOMException || error instanceof Unreachable;
    this.part("trouble").firstElementChild.textContent =
      error instanceof Unreachable ? lost : error.name === "InvalidStateError" ? twice : calm;
    this.part("trouble").hidden = false;
    if (!isOurs) throw error;
  }
}

customElements.define("nx-passkey", NxPasskey);
