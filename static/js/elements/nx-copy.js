/** `<nx-copy><input readonly><button hidden>`: shows a button that copies the field; `data-done` is its word afterwards. */
class NxCopy extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.button = this.querySelector("button");
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.field.addEventListener("focus", () => this.field.select(), { signal });
    // Browsers lend the clipboard to https and localhost only; elsewhere the field is selected by hand.
    if (!navigator.clipboard) return;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.copy(), { signal });
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.field.value);
      this.button.textContent = this.dataset.done;
    } catch {
      this.field.focus();
    }
  }
}

customElements.define("nx-copy", NxCopy);
