/** `<nx-sample>`: lets a sample of prose follow the form beside it, before anything is saved. */

const FIELDS = { font: "proseFont", size: "proseSize", line_height: "proseLine", width: "proseMeasure" };

class NxSample extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.sample = this.querySelector(".sample");
    this.form = this.querySelector("form");
    this.form.addEventListener("input", () => this.#show(), { signal: this.stop.signal });
    this.#show();
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  #show() {
    for (const [name, attribute] of Object.entries(FIELDS)) {
      const field = this.form.elements[name];
      if (field.value && field.validity.valid) this.sample.dataset[attribute] = written(name, field.value);
    }
  }
}

/** As the style sheet writes it: 2 is 2.0. */
function written(name, value) {
  return name === "line_height" ? Number(value).toFixed(1) : value;
}

customElements.define("nx-sample", NxSample);
