/** What stands beside the text: synopsis and notes, and the comments on its passages. */

import { Comments } from "./comments.js";
import { Notes } from "./notes.js";

export { commentMarks } from "./comment-marks.js";

export class Beside {
  /** @param {HTMLElement} host @param {any} wording @param {any} text @param {AbortSignal} signal */
  constructor(host, wording, text, signal) {
    const url = `/api/v1/chapters/${host.dataset.chapter}`;
    this.notes = new Notes({ form: host.querySelector("[data-notes]"), url, wording, signal });
    this.comments = new Comments({ host, url, wording, text, signal });
  }

  get isUnsaved() {
    return this.notes.isUnsaved || this.comments.isUnsaved;
  }

  save() {
    this.notes.save();
    this.comments.save();
  }
}
