/**
 * Signing in again over the editor, which stays open: typing goes on, and the queue waits (machine state AUTH).
 *
 * The form asks the API, so nothing is loaded anew; other ways to sign in (passkey, Google) open in a tab of their own,
 * and this page looks who is there when it is looked at again.
 */

import { request, Unreachable } from "../lib/http.js";

const ADDRESS = "/api/v1/auth/login";

export class SignIn {
  #isPutOff = false;

  /**
   * @param {HTMLDialogElement} dialog templates/stories/_chapter_shelter.html
   * @param {{unreachable: string, onUser: (id: string) => void}} parts
   */
  constructor(dialog, parts) {
    Object.assign(this, { dialog, ...parts });
    dialog.querySelector("[data-later]").addEventListener("click", () => this.#putOff(true));
    dialog.addEventListener("keydown", ({ key }) => { if (key === "Escape") this.#putOff(true); });
    this.form = dialog.querySelector("form");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
  }

  /** Whoever is in the middle of a word keeps the caret, so not by `show()`, which moves it. */
  show(isAsked) {
    if (!isAsked) this.#isPutOff = false;
    this.dialog.open = isAsked && !this.#isPutOff;
  }

  /** By the chip, which goes on asking after `Later`. */
  focus() {
    this.#putOff(false);
    const { email, password } = this.form.elements;
    (email.value ? password : email).focus();
  }

  #putOff(isPutOff) {
    this.#isPutOff = isPutOff;
    this.dialog.open = !isPutOff;
  }

  async #send() {
    const { email, password, code } = this.form.elements;
    this.#say("");
    const answer = await this.#ask({ email: email.value, password: password.value, code: code.value });
    if (!answer) return this.#say(this.unreachable);
    if (!answer.ok) return this.#refuse(answer.body);
    password.value = code.value = "";
    this.onUser(answer.body?.id);
  }

  async #ask(json) {
    const button = this.form.querySelector("button");
    button.disabled = true;
    try {
      return await request("POST", ADDRESS, { json });
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    } finally {
      button.disabled = false;
    }
  }

  #refuse(body) {
    const { code } = this.form.elements;
    this.#say(body?.detail ?? this.unreachable);
    if (body?.code !== "mfa_required" && body?.code !== "wrong_code") return;
    this.form.querySelector("[data-code]").hidden = false;
    code.focus();
  }

  #say(sentence) {
    const place = this.form.querySelector("[role=alert]");
    place.hidden = !sentence;
    place.textContent = sentence;
  }
}
