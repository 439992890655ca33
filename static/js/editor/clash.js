/**
 * A conflict, below the text: both versions side by side and what shall become of them. The text itself stays open
 * above it, so typing goes on, and "yours" follows along.
 */

export class Clash {
  #shown = null;
  #followed = null;

  /** @param {{choose: (choice: string) => void, copy: (html: string, button: any) => void, download: (html: string) => void}} actions */
  constructor(host, wording, textView, actions) {
    Object.assign(this, { host, wording, text: textView, actions });
  }

  /** @param {any} state of the save machine */
  show(state) {
    if (state.gate !== "CONFLICT" || !state.conflict.head) return this.#remove();
    if (this.#shown !== state.conflict.head) this.#build(state.conflict.head);
    this.#follow(state.conflict);
  }

  #remove() {
    this.panel?.remove();
    this.panel = this.#shown = this.#followed = null;
  }

  #build(head) {
    this.#remove();
    this.#shown = head;
    this.panel = element("section", "clash clash--live");
    this.panel.setAttribute("aria-label", this.wording.say("clash_title"));
    this.mine = element("div", "clash__text prose");
    this.theirs = element("div", "clash__text prose");
    this.theirs.innerHTML = head.content;
    this.failed = element("p", "form__errors");
    this.failed.setAttribute("role", "alert");
    const sides = element("div", "clash__sides");
    sides.append(
      this.#side("clash_mine", this.mine, () => this.text.html(), ["mine", "chapter"]),
      this.#side("clash_theirs", this.theirs, () => head.content, ["theirs"]),
    );
    this.panel.append(this.#head(), sides, this.failed);
    this.host.append(this.panel);
    this.panel.scrollIntoView({ block: "nearest" });
    this.#follow({});
    for (const side of [this.mine, this.theirs]) showFirstDifference(side);
  }

  #head() {
    const header = element("header", "clash__head");
    header.append(element("h2", "", this.wording.say("clash_title")), element("p", "lead", this.wording.say("clash_lead")));
    return header;
  }

  #side(label, content, html, choices) {
    const side = element("div", "clash__side");
    const actions = element("p", "form__actions");
    for (const choice of choices) actions.append(this.#button(choice, () => this.actions.choose(choice)));
    actions.append(
      this.#button("copy", (button) => this.actions.copy(html(), button)),
      this.#button("download", () => this.actions.download(html())),
    );
    content.tabIndex = 0;
    content.setAttribute("role", "group");
    content.setAttribute("aria-label", this.wording.say(label));
    side.append(element("h3", "clash__label", this.wording.say(label)), content, actions);
    return side;
  }

  #button(name, act) {
    const keys = { mine: "keep_mine", theirs: "keep_theirs", chapter: "keep_both" };
    const button = element("button", name in keys ? "button" : "link-button", this.wording.say(keys[name] ?? name));
    button.type = "button";
    if (name in keys) button.dataset.choice = name;
    button.addEventListener("click", () => act(button));
    return button;
  }

  #redraw(html) {
    this.#followed = html;
    this.mine.innerHTML = html;
    markDifferences(this.mine, this.theirs);
    markDifferences(this.theirs, this.mine);
  }

  /** The writer's own side is what the editor holds now; both come from cleaned text of the schema. */
  #follow({ keeping, failed }) {
    const html = this.text.html();
    if (html !== this.#followed) this.#redraw(html);
    for (const button of this.panel.querySelectorAll("[data-choice]")) button.disabled = Boolean(keeping);
    this.failed.hidden = !failed;
    this.failed.textContent = failed ? this.wording.say(failed) : "";
  }
}

/** Paragraphs the other side does not have word for word. */
function markDifferences(side, other) {
  const known = new Set(Array.from(other.children, (block) => block.textContent));
  for (const block of side.children) block.classList.toggle("is-different", !known.has(block.textContent));
}

function showFirstDifference(side) {
  const first = side.querySelector(".is-different");
  if (first) side.scrollTop = first.offsetTop - side.offsetTop - side.clientHeight / 3;
}

function element(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
