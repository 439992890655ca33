/**
 * Fills the hidden time zone of a form with the browser's own, so that a writer's day ends when it does for them.
 * A form that is hidden altogether is sent at once: the server takes the zone of a writer who has not chosen one.
 */

import { request, Unreachable } from "../lib/http.js";

class NxTimezone extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector('input[name="time_zone"]');
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!field || field.value || !zone) return;
    field.value = zone;
    if (field.form.hidden) this.#tell(field.form);
  }

  /** Unheard is harmless: the next page asks again. */
  async #tell(form) {
    try {
      await request("POST", form.action, {
        body: new URLSearchParams(new FormData(form)).toString(),
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }
}

customElements.define("nx-timezone", NxTimezone);
