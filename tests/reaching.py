"""What a page must be at 400 % zoom, to a finger and to the Tab key, asked of the page itself."""

# 1280 by 1024 CSS px at 400 %.
ZOOMED = {"width": 320, "height": 256}

# Nothing scrolls sideways, nothing is cut off, and what stays in place covers less than half.
CROWDED = """() => {
  const found = [];
  const most = innerWidth;
  const root = document.scrollingElement;
  if (root.scrollWidth > most) found.push(`${root.scrollWidth} px wide`);
  let covered = 0;
  for (const one of document.querySelectorAll("body *")) {
    const { position, overflowX, textOverflow } = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    if (["fixed", "sticky"].includes(position) && box.width > most / 2) {
      covered += Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
    }
    const hides = ["hidden", "clip"].includes(overflowX) && textOverflow !== "ellipsis";
    if (hides && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1) {
      found.push(`${one.tagName}.${one.className} is cut off`);
    }
  }
  if (covered > innerHeight / 2) found.push(`${Math.round(covered)} px are covered`);
  return found;
}"""

# Controls of 44 by 44 px, or with a label or a card of that size that is pressed instead.
SMALL = """() => {
  const found = [];
  const kinds = "button, summary, select, input:not([type=hidden]), a.button, nav a, .menu__item";
  for (const one of document.querySelectorAll(kinds)) {
    const own = one.getBoundingClientRect();
    if (own.width <= 1 || !one.checkVisibility({ visibilityProperty: true })) continue;
    const around = [one, ...(one.labels ?? []), one.closest(".export__format")].filter(Boolean);
    const boxes = around.map((each) => each.getBoundingClientRect());
    const least = Math.min(...["width", "height"].map((side) =>
      Math.max(...boxes.map((box) => box[side]))));
    if (least < 43.5) found.push(`${Math.round(least)} px: ${one.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""

# Everything takes the focus in the page's own order, and shows that it has it.
UNSEEN_FOCUS = """() => {
  const found = [];
  const look = (one) => {
    const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
    return [outline, boxShadow, borderColor, backgroundColor].join();
  };
  if (document.querySelector("[tabindex]:not([tabindex='0'], [tabindex='-1'])")) {
    found.push("an order of its own");
  }
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const one of document.querySelectorAll(kinds)) {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    document.activeElement?.blur();
    const around = [one, one.closest("label, .field, li, figure") ?? one];
    const before = around.map(look).join();
    one.focus({ focusVisible: true });
    const name = one.outerHTML.slice(0, 90);
    if (document.activeElement !== one) found.push(`takes no focus: ${name}`);
    else if (around.map(look).join() === before) found.push(`shows no focus: ${name}`);
  }
  document.activeElement?.blur();
  return found;
}"""

# What comes later in the header stands further on: to its right, or below.
OUT_OF_ORDER = """() => {
  const found = [];
  let last = null;
  for (const one of document.querySelectorAll(".site-header a, .site-header summary")) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    const box = one.getBoundingClientRect();
    const isAbove = last && box.bottom <= last.top;
    const isBefore = last && box.top < last.bottom && box.left < last.left;
    if (isAbove || isBefore) found.push(`out of order: ${one.outerHTML.slice(0, 90)}`);
    last = box;
  }
  return found;
}"""


def hard_to_reach(page, name):
    """Return what is wrong with an open page; leave it zoomed."""
    found = [f"{name}, by keyboard: {one}" for one in page.evaluate(UNSEEN_FOCUS)]
    found += [f"{name}: {one}" for one in page.evaluate(OUT_OF_ORDER)]
    page.set_viewport_size({"width": 390, "height": 844})
    found += [f"{name}, to a finger: {one}" for one in page.evaluate(SMALL)]
    found += [f"{name}, on a phone: {one}" for one in page.evaluate(OUT_OF_ORDER)]
    page.set_viewport_size(ZOOMED)
    return found + [f"{name}, at 400 %: {one}" for one in page.evaluate(CROWDED)]
