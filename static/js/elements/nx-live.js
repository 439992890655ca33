/**
 * Keeps numbers on a page true while another tab writes. The page is right without it; messages only hurry it.
 *
 * Hooks: data-live="today-words", data-live="today-sentence" (with data-words, data-goal and its
 * three patterns), data-live="week-sentence" (with data-words and its pattern), data-live-ring,
 * data-story-words="<id>", data-chapter-words="<id>", data-job="<id>" holding data-job-progress and data-job-status.
 */
import { onMessage } from "../lib/socket.js";
import { offer } from "./toast.js";

class NxLive extends HTMLElement {
  connectedCallback() {
    this.figures = new Intl.NumberFormat(document.documentElement.lang || undefined);
    this.stops = [
      onMessage("counts", (message) => this.showCounts(message)),
      onMessage("chapter.saved", (message) => this.showWords("chapter", message.chapter_id, message.word_count)),
      onMessage("typing", (message) => this.showWords("chapter", message.chapter_id, message.words)),
      onMessage("job", (message) => this.showJob(message)),
      onMessage("hello", () => this.catchUp()),
      onMessage("signed_out", () => this.tellOfTheEnd()),
    ];
  }

  disconnectedCallback() {
    for (const stop of this.stops) stop();
  }

  /** Signed out on another device, say: the page would look alive and answer to nothing. */
  tellOfTheEnd() {
    const { sentence, label } = document.getElementById("signed-out")?.dataset ?? {};
    if (sentence) offer(sentence, label, () => location.reload());
  }

  /** @param {{story_id: string, chapter_id: string, chapter_words: number, story_words: number, today_words: number, goal: number | null}} counts */
  showCounts(counts) {
    this.showWords("story", counts.story_id, counts.story_words);
    this.showWords("chapter", counts.chapter_id, counts.chapter_words);
    if (Number.isFinite(counts.today_words)) this.showToday(counts.today_words);
  }

  showWords(kind, id, words) {
    if (!id || !Number.isFinite(words)) return;
    for (const place of this.querySelectorAll(`[data-${kind}-words="${CSS.escape(id)}"]`)) {
      place.textContent = this.figures.format(words);
    }
  }

  /** The goal stays the page's own: a message speaks of one story, the ring of the day. */
  showToday(words) {
    for (const place of this.querySelectorAll('[data-live="today-words"]')) place.textContent = this.figures.format(words);
    const sentence = this.querySelector('[data-live="today-sentence"]');
    if (!sentence) return;
    const goal = Number(sentence.dataset.goal) || 0;
    sentence.textContent = this.sentenceOf(sentence.dataset, words, goal);
    this.turnRing(words, goal);
    this.showWeek(words - Number(sentence.dataset.words));
    sentence.dataset.words = words;
  }

  showWeek(more) {
    const week = this.querySelector('[data-live="week-sentence"]');
    if (!week || !more) return;
    week.dataset.words = Number(week.dataset.words) + more;
    week.textContent = week.dataset.pattern.replace("{words}", this.figures.format(week.dataset.words));
  }

  sentenceOf(patterns, words, goal) {
    const left = Math.max(0, goal - words);
    const pattern = !goal ? patterns.free : left ? patterns.toGo : patterns.done;
    return pattern.replace("{words}", this.figures.format(words)).replace("{left}", this.figures.format(left));
  }

  turnRing(words, goal) {
    const ring = this.querySelector("[data-live-ring]");
    const value = ring?.querySelector(".ring__value");
    if (!value || !goal) return;
    const percent = Math.max(0, Math.min(100, Math.floor((words * 100) / goal)));
    value.setAttribute("stroke-dasharray", `${percent} 200`);
    value.classList.toggle("ring__value--none", percent === 0);
    ring.classList.toggle("ring--done", percent === 100);
  }

  /** A job that changed its state has another page: the server draws it again. */
  showJob({ id, status, progress }) {
    const job = this.querySelector(`[data-job="${CSS.escape(id)}"]`);
    if (!job) return;
    const bar = job.querySelector("[data-job-progress]");
    // Messages of two processes may overtake each other.
    if (bar && progress > bar.value) {
      bar.value = progress;
      const step = job.querySelector("[data-job-step]");
      if (step?.textContent.endsWith("%")) step.textContent = `${progress}%`;
    }
    const shown = job.querySelector("[data-job-status]")?.dataset.jobStatus;
    if (status && shown !== status) this.redraw();
  }

  /** A job may have gone on between the page being drawn and the socket being heard. */
  catchUp() {
    if (this.querySelector("[data-live-redraw][hx-get]")) this.redraw();
  }

  /** One at a time: a second answer would look for a piece of the page that the first has replaced. */
  async redraw() {
    this.isBehind = true;
    if (this.isRedrawing) return;
    this.isRedrawing = true;
    try {
      while (this.isBehind) {
        this.isBehind = false;
        await this.drawAgain();
      }
    } finally {
      this.isRedrawing = false;
    }
  }

  async drawAgain() {
    const target = this.querySelector("[data-live-redraw]");
    if (target) await window.htmx?.ajax("GET", location.href, { target, select: `#${target.id}`, swap: "outerHTML" });
  }
}

customElements.define("nx-live", NxLive);
