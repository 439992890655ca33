/**
 * <nx-editor>: turns the readable chapter page into the editor. It wraps server HTML (templates/stories/chapter.html)
 * and reads its dataset; when it cannot start, the page stays readable and the plain form appears.
 */

import { ActivityMeter } from "../editor/activity.js";
import { Beside, commentMarks } from "../editor/beside.js";
import { Clash } from "../editor/clash.js";
import { Copies } from "../editor/copies.js";
import { FindBar, findMarks } from "../editor/find-bar.js";
import { listenToFolds } from "../editor/folds.js";
import { LastingJournal } from "../editor/journal.js";
import { Menus } from "../editor/menus.js";
import { listenForPageKeys, listenToThePage } from "../editor/page-keys.js";
import { QuietLine } from "../editor/quiet-line.js";
import { waysOut } from "../editor/rescue.js";
import { room } from "../editor/room.js";
import { Session } from "../editor/session.js";
import { Shelter } from "../editor/shelter.js";
import { listenToSplit } from "../editor/split-here.js";
import { Switches } from "../editor/switches.js";
import { isSameText, parse, TextView } from "../editor/text-view.js";
import { Title } from "../editor/title.js";
import { typewriter } from "../editor/typewriter.js";
import { offerUndo } from "../editor/undo-offer.js";
import { Wording } from "../editor/wording.js";
import { onMessage, sendTyping } from "../lib/socket.js";
import { newKey } from "../lib/http.js";
import { Vault } from "../lib/vault.js";
import { prepareOffline, shownOf } from "../offline/prepare.js";

class NxEditor extends HTMLElement {
  connectedCallback() {
    if (this.session) return;
    this.#start().catch((error) => {
      this.#fail();
      throw error;
    });
  }

  async #start() {
    this.leaving = new AbortController();
    this.wording = new Wording(this);
    this.meter = new ActivityMeter();
    this.prose = this.querySelector(".editor__prose");
    this.ways = waysOut({ wording: this.wording, title: () => this.#titleField().value });
    this.line = new QuietLine(this, this.wording, this.#rescue());
    this.vault = new Vault(this.dataset.user);
    this.session = this.#makeSession();
    this.shelter = new Shelter(this, this.wording, this.session, () => this.disconnectedCallback());
    this.line.showState(this.session.state);
    const loaded = this.prose.innerHTML;
    const doc = parse(this.prose);
    const [revision, hash] = this.dataset.base.split("-");
    const same = await isSameText(doc, loaded, hash);
    if (same) this.#open(doc);
    this.session.dispatch({
      type: "loaded", same, base: { revision: Number(revision), hash }, savedAt: Date.parse(this.dataset.savedAt) || null,
    });
  }

  disconnectedCallback() {
    this.leaving?.abort();
    this.stops?.forEach((stop) => stop());
    for (const part of [this.session, this.heading, this.menus, this.text]) part?.close();
    this.session = this.text = null;
  }

  /** Whatever went wrong, the text stays readable, nothing is sent, and the plain form takes over. */
  #fail() {
    this.text?.close();
    this.text = null;
    delete this.dataset.ready;
    this.session?.dispatch({ type: "loaded", same: false, reason: "failed" });
  }

  #makeSession() {
    const { chapter, story, user } = this.dataset;
    return new Session({
      chapterId: chapter, storyId: story, userId: user, journal: new LastingJournal(this.vault, newKey()), meter: this.meter,
      text: () => this.text,
      copyTitle: () => this.wording.say("my_copy", { title: this.#titleField().value.trim().slice(0, 200) }),
      onState: (state) => this.#show(state),
      onSaved: (activity, body) => this.#saved(activity, body),
    });
  }

  #open(doc) {
    this.switches = new Switches(this);
    this.text = new TextView(this.prose, {
      doc,
      isSmart: () => this.switches.isSmart,
      isNarrow: () => this.switches.isNarrow,
      plugins: [room(this.wording), typewriter(() => this.switches.isTypewriter, () => this.switches.height), findMarks(), commentMarks()],
      onChange: (change) => this.#changed(change),
      onState: () => { this.menus?.update(); this.find?.update(); this.beside?.comments.update(); },
    });
    this.menus = new Menus(this, this.wording, this.text);
    this.find = new FindBar(this, this.wording, this.text, this.leaving.signal);
    this.clash = new Clash(this.querySelector(".editor__page"), this.wording, this.text, this.#conflictActions());
    this.#openTitle();
    // Not on the page for the time without a network.
    this.beside = this.querySelector("[data-notes]") && new Beside(this, this.wording, this.text, this.leaving.signal);
    this.#listen();
    this.line.showWords(this.text.words);
    this.copies = new Copies(this.dataset.chapter, this.vault, () => shownOf(this));
    prepareOffline(this.dataset);
  }

  #openTitle() {
    this.heading = new Title({
      url: `/api/v1/chapters/${this.dataset.chapter}`, field: this.#titleField(), note: this.querySelector(".editor__title-error"),
      failed: this.wording.say("title_failed"),
      onEnter: () => this.text.focus(),
      onSaved: (title) => {
        const here = this.querySelector('[aria-current="page"] .contents__title');
        if (here) here.textContent = title;
      },
    });
  }

  #listen() {
    const { signal } = this.leaving;
    const save = () => { this.heading.save(); this.beside?.save(); this.session.dispatch({ type: "save_now" }); };
    const leave = () => { this.heading.save(); this.beside?.save(); this.session.leave(); };
    const isUnsaved = () => this.session.isUnsaved || this.heading.isUnsaved || Boolean(this.beside?.isUnsaved);
    listenForPageKeys({ host: this, save, isUnsaved, toggleFocus: () => this.switches.toggleFocus(), signal });
    listenToThePage({ tell: (type) => this.session.dispatch({ type }), leave, signal });
    listenToFolds(this, signal);
    listenToSplit(this, signal);
    this.switches.listen(signal, () => this.text.redraw());
    this.stops = [
      onMessage("counts", (message) => this.#counts(message)),
      onMessage("chapter.saved", (message) => this.#savedElsewhere(message)),
    ];
  }

  #changed({ cause, words, move }) {
    this.meter.note(cause, words, Date.now(), move);
    if (words) sendTyping(this.dataset.chapter, this.text.words);
    this.session.dispatch({ type: "edited" });
  }

  /** The ledger's own number follows with `counts`; until then what was acknowledged is added here. */
  #saved(activity, { undo }) {
    this.line.today.acknowledged(activity);
    this.line.showToday();
    this.beside?.comments.tell();
    if (undo) offerUndo(undo, this.session, this.wording);
  }

  #counts({ chapter_id, story_id, today_words, goal }) {
    const isHere = chapter_id === this.dataset.chapter;
    if (!Number.isInteger(today_words) || !(isHere || story_id === this.dataset.story)) return;
    this.line.setToday(today_words, goal, isHere ? this.session.state.request?.activity : null);
  }

  #savedElsewhere({ chapter_id, revision }) {
    if (chapter_id === this.dataset.chapter) this.session.dispatch({ type: "elsewhere", revision });
  }

  #show(state) {
    this.line.showState(state);
    this.shelter.show(state);
    if (!this.session) return;
    this.clash?.show(state);
    this.#openFor(state);
    this.line.today.waiting = [this.meter.peek(), state.request?.activity, state.carry];
    if (this.text) this.line.showWords(this.text.words);
    if (this.text) this.copies?.note(state, () => this.text.html());
  }

  /** Typing begins once it is known what this device kept, and never while another tab writes. */
  #openFor({ gate, yielding }) {
    this.text?.setEditable(!["LOADING", "RECOVERING", "READONLY"].includes(gate) && !yielding);
    if (this.text && gate !== "LOADING" && gate !== "RECOVERING") this.dataset.ready = "";
  }

  #titleField() {
    return this.querySelector(".editor__title");
  }

  #rescue() {
    return {
      again: () => this.session.dispatch({ type: "save_now" }),
      copy: (button) => this.ways.copy(this.text.html(), button),
      download: () => this.ways.download(this.text.html()),
      retry: () => location.reload(),
      write_here: () => this.session.tabs.ask(),
      see_both: () => this.clash.focus(),
      sign_in: () => this.shelter.signIn.focus(),
    };
  }

  #conflictActions() {
    return { choose: (choice, choices) => this.session.dispatch({ type: "chosen", choice, choices }), ...this.ways };
  }
}

if (!customElements.get("nx-editor")) customElements.define("nx-editor", NxEditor);
