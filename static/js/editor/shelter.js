/**
 * What stands around the text when saving it needs more than waiting: signing in again over the editor, a curtain before
 * somebody else, and a note where this device keeps nothing.
 */

import { forgetKeys } from "../lib/vault.js";
import { SignIn } from "./sign-in.js";

export class Shelter {
  /** @param {HTMLElement} host @param {any} wording @param {any} session @param {() => void} onWiped takes the editor down */
  constructor(host, wording, session, onWiped) {
    Object.assign(this, { host, wording, session, onWiped });
    this.note = host.querySelector("[data-storage]");
    host.querySelector(".editor__title-error").after(this.note);
    this.curtain = host.querySelector("[data-curtain]");
    this.signIn = new SignIn(host.querySelector("[data-sign-in]"), {
      unreachable: wording.say("sign_in_unreachable"),
      onUser: (id) => session.dispatch({ type: "user", is: id === session.userId ? "same" : "other" }),
    });
  }

  show(state) {
    const isOther = state.reason === "other_user";
    this.signIn.show(state.gate === "AUTH");
    this.#showNote(state);
    this.host.toggleAttribute("data-hidden", isOther);
    this.curtain.hidden = !isOther;
    if (isOther) this.#hide(state);
  }

  /** Sealed on this device, the text need not stay in this page; else it waits in it, unseen. */
  #hide({ durable, journaledSeq, savedSeq, seq, journalAt }) {
    document.title = "Nexus";
    if (seq !== savedSeq && !(durable && journaledSeq === seq)) {
      if (journalAt !== null) this.session.dispatch({ type: "leaving" });
      return;
    }
    this.onWiped();
    this.host.replaceChildren(this.curtain);
    this.curtain.focus();
    forgetKeys();
  }

  #showNote({ gate }) {
    const isKnown = gate !== "LOADING" && gate !== "RECOVERING" && gate !== "READONLY";
    const trouble = isKnown ? this.session.journal.trouble : null;
    this.note.hidden = !trouble || trouble === "signed_out";
    if (trouble) this.note.textContent = this.wording.say(trouble === "full" ? "storage_full" : "storage_none");
  }
}
