/**
 * A file field that also takes a dropped file. `data-chosen`: "Chosen: {name}". A file of more than
 * `data-most` bytes is not sent; `data-too-large` says why.
 */
class NxDrop extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.input = this.querySelector('input[type="file"]');
    this.depth = 0;
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
      this.addEventListener(type, (event) => this.onDrag(event), { signal });
    }
    this.input.addEventListener("change", () => this.showName(), { signal });
    this.showName();
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  /** dragenter and dragleave also come from children, so they are counted. */
  onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "dragenter") this.depth += 1;
    if (event.type === "dragleave") this.depth -= 1;
    if (event.type === "drop") this.take(event.dataTransfer.files);
    this.classList.toggle("drop--over", this.depth > 0);
  }

  /** @param {FileList} files */
  take(files) {
    this.depth = 0;
    if (!files.length) return;
    const one = new DataTransfer();
    one.items.add(files[0]);
    this.input.files = one.files;
    this.showName();
  }

  showName() {
    const file = this.input.files[0];
    const name = file?.name;
    this.refuse(file?.size > Number(this.dataset.most) ? this.dataset.tooLarge : "");
    const line = this.querySelector("[data-drop-name]");
    if (!line) return;
    line.hidden = !name;
    line.textContent = name ? this.dataset.chosen.replace("{name}", name) : "";
  }

  refuse(reason) {
    const line = this.querySelector("[data-drop-error]");
    this.input.setCustomValidity(reason);
    if (!line) return;
    line.hidden = !reason;
    line.textContent = reason;
  }
}

customElements.define("nx-drop", NxDrop);
