/**
 * `<nx-menu><details class="menu">…`: a menu that works as plain <details>, and that Esc, a click elsewhere or
 * leaving it by keyboard closes. Only one is open at a time.
 */
class NxMenu extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.details = this.querySelector("details");
    this.details?.addEventListener("toggle", () => this.details.open && this.closeOthers(), { signal });
    this.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.addEventListener("focusout", (event) => this.onLeave(event), { signal });
    document.addEventListener("pointerdown", (event) => {
      if (!this.contains(event.target)) this.close();
    }, { signal });
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  onKey(event) {
    if (event.key !== "Escape" || !this.details?.open) return;
    event.stopPropagation();
    this.close();
    this.querySelector("summary").focus();
  }

  onLeave(event) {
    if (event.relatedTarget && !this.contains(event.relatedTarget)) this.close();
  }

  close() {
    if (this.details?.open) this.details.open = false;
  }

  closeOthers() {
    for (const other of document.querySelectorAll("nx-menu > details[open]")) {
      if (other !== this.details) other.open = false;
    }
  }
}

customElements.define("nx-menu", NxMenu);
