/**
 * `<nx-password data-url>` around a form: each password gets a button that shows it, and a new one a meter.
 *
 * The meter asks the server, so it says what the server will say; without an answer it stays empty. Without this
 * script the form is a form.
 */

import { Unreachable, request } from "../lib/http.js";

const PAUSE = 300;

class NxPassword extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.added = [];
    const fields = [...this.querySelectorAll('input[type="password"]')];
    for (const field of fields) this.addButton(field);
    const chosen = fields.find((field) => field.autocomplete === "new-password");
    if (chosen) this.addMeter(chosen);
  }

  disconnectedCallback() {
    this.stop.abort();
    clearTimeout(this.timer);
    for (const undo of this.added) undo();
  }

  addButton(field) {
    const frame = document.createElement("div");
    frame.className = "password";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "password__show";
    const name = field.labels[0]?.firstChild?.textContent.trim() ?? "";
    const set = (isShown) => {
      field.type = isShown ? "text" : "password";
      button.textContent = isShown ? this.dataset.hide : this.dataset.show;
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    };
    button.addEventListener("click", () => set(field.type === "password"));
    // A browser offers to keep what it knows for a password.
    field.form.addEventListener("submit", () => set(false), { signal: this.stop.signal });
    field.before(frame);
    frame.append(field, button);
    set(false);
    this.added.push(() => {
      set(false);
      frame.replaceWith(field);
    });
  }

  addMeter(field) {
    this.meter = document.createElement("meter");
    this.meter.className = "strength__meter";
    Object.assign(this.meter, { min: 0, max: 4, low: 2, high: 3, optimum: 4, value: 0 });
    this.meter.setAttribute("aria-label", this.dataset.label);
    this.words = document.createElement("p");
    this.words.className = "strength__words";
    this.words.setAttribute("aria-live", "polite");
    const box = document.createElement("div");
    box.className = "strength";
    box.append(this.meter, this.words);
    box.hidden = true;
    this.box = box;
    this.refusals = field.closest(".field").querySelectorAll(".field__error");
    field.closest(".field").append(box);
    this.added.push(() => box.remove());
    const ask = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(field), PAUSE);
    };
    for (const one of [field, ...this.about()]) one.addEventListener("input", ask, { signal: this.stop.signal });
  }

  /** @returns {HTMLInputElement[]} what else is typed here that a password should not repeat */
  about() {
    return [...this.querySelectorAll('input[name="email"], input[name="pen_name"]')];
  }

  async ask(field) {
    const password = field.value;
    if (!password) return this.show(null);
    const [email, username] = ["email", "pen_name"].map((name) => this.querySelector(`input[name="${name}"]`)?.value ?? "");
    const token = this.querySelector('input[name="csrfmiddlewaretoken"]').value;
    const json = { password, email, username, ...(this.dataset.uid && { uid: this.dataset.uid }) };
    try {
      const answer = await request("POST", this.dataset.url, { json, headers: { "X-CSRFToken": token } });
      // Typing goes on while the server thinks: only the answer to what stands there now counts.
      if (field.value === password && this.isConnected) this.show(answer.ok ? answer.body : null);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.show(null);
    }
  }

  show(strength) {
    this.box.hidden = !strength;
    if (!strength) return;
    // What was refused is not what stands there now: the meter speaks of that.
    for (const refusal of this.refusals) refusal.remove();
    this.meter.value = strength.score;
    this.words.textContent = [strength.word, ...strength.messages].join(". ").replace(/\.\. /g, ". ");
    this.box.classList.toggle("strength--good", strength.ok);
  }
}

customElements.define("nx-password", NxPassword);
