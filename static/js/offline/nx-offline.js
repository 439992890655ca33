/**
 * <nx-offline>: the page the service worker shows for a chapter without a network. It opens the copy this device
 * keeps, with the editor and the queue of every day; there is nothing to see without the writer's key.
 */

import { openVault } from "../lib/vault.js";
import { removeOldCopies, writerHere } from "./tidying.js";

const CHAPTER = /^\/chapters\/([0-9a-f-]{36})\/$/;

class NxOffline extends HTMLElement {
  async connectedCallback() {
    const chapter = CHAPTER.exec(location.pathname)?.[1];
    const kept = chapter ? await this.#find(chapter) : { why: "elsewhere" };
    if (!this.isConnected) return;
    if (kept.copy) await this.#open(chapter, kept);
    else this.#explain(kept.why);
  }

  async #find(chapter) {
    try {
      await removeOldCopies(Date.now());
      const user = await writerHere();
      if (!user) return { why: "closed" };
      const vault = await openVault(user);
      const copy = await vault.get("copies", [chapter]);
      vault.close();
      return { user, copy, why: vault.trouble ? "closed" : "unknown" };
    } catch (error) {
      // Storage fails in many ways, and to the writer they are all the same: nothing can be opened here.
      console.warn("This browser's storage:", error);
      return { why: "closed" };
    }
  }

  #explain(why) {
    for (const part of this.querySelectorAll("[data-why]")) part.hidden = part.dataset.why !== why;
    if (why !== "elsewhere") this.querySelector("[data-again]").href = `${location.pathname}?wait`;
    this.querySelector("[data-kind]").hidden = false;
  }

  async #open(chapter, { user, copy }) {
    Object.assign(document.documentElement.dataset, copy.look);
    document.body.classList.add("page--editor");
    document.title = `${copy.title} · ${copy.storyTitle} · Nexus`;
    const page = this.querySelector("template").content.cloneNode(true);
    const editor = page.querySelector("nx-editor");
    Object.assign(editor.dataset, {
      chapter, user, story: copy.storyId, base: copy.base, previous: copy.previous, next: copy.next,
      savedAt: copy.savedAt ? new Date(copy.savedAt).toISOString() : "",
    });
    fill(editor, copy);
    this.replaceChildren(page);
    const whole = document.querySelector("[data-whole]");
    window.addEventListener("online", () => { whole.hidden = false; });
    await import("../elements/nx-editor.js");
  }
}

function fill(editor, copy) {
  const title = editor.querySelector(".editor__title");
  const prose = editor.querySelector(".editor__prose");
  const story = editor.querySelector(".editor__over a");
  Object.assign(title, { value: copy.title, spellcheck: copy.spellCheck });
  title.parentElement.dataset.title = copy.title;
  Object.assign(story, { textContent: copy.storyTitle, href: `/stories/${copy.storyId}/` });
  Object.assign(prose, { innerHTML: copy.content, spellcheck: copy.spellCheck, lang: copy.language ?? "" });
  // The day's words are the ledger's to tell.
  editor.querySelector("[data-live=today-line]").hidden = true;
  for (const link of editor.querySelectorAll("a[rel]")) {
    const url = { prev: copy.previous, next: copy.next }[link.rel];
    if (url) link.href = url;
    else link.remove();
  }
}

if (!customElements.get("nx-offline")) customElements.define("nx-offline", NxOffline);
