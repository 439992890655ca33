/** Fills the hidden time zone of a form with the browser's own, so that a writer's day ends when it does for them. */
class NxTimezone extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector('input[name="time_zone"]');
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (field && !field.value && zone) field.value = zone;
  }
}

customElements.define("nx-timezone", NxTimezone);
