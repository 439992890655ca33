/** The page's own sentences (templates/stories/_chapter_words.html), so that scripts hold no language. */

export class Wording {
  constructor(root) {
    const template = root.querySelector("template[data-words]");
    const items = template.content.querySelectorAll("[data-word]");
    this.words = new Map(Array.from(items, (item) => [item.dataset.word, item.textContent]));
    this.numbers = new Intl.NumberFormat(document.documentElement.lang || "en");
  }

  /** @param {string} key @param {Record<string, string>} [values] for the braces */
  say(key, values = {}) {
    const sentence = this.words.get(key) ?? key;
    return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  has(key) {
    return this.words.has(key);
  }

  count(key, n) {
    return this.say(key, { n: this.numbers.format(n) });
  }
}
