import assert from "node:assert/strict";
import { test } from "node:test";

import { schema } from "../editor/schema.js";
import { toHtml } from "../editor/serialise.js";

const mark = (name, attrs) => schema.mark(name, attrs);
const p = (...children) => schema.node("paragraph", null, children);
const doc = (...blocks) => schema.node("doc", null, blocks);

test("an empty document is an empty string; an empty line among others stays", () => {
  assert.equal(toHtml(doc(p())), "");
  assert.equal(toHtml(doc(p(), p())), "<p></p><p></p>");
});

test("marks nest in the order of the allow-list, whatever order they were set in", () => {
  const all = ["code", "small_caps", "strike", "underline", "em", "strong"].map((name) => mark(name));
  const text = schema.text("x", [...all, mark("link", { href: "https://a.b/?c=1&d=\"2\"" })].reduce((set, one) => one.addToSet(set), []));
  assert.equal(toHtml(doc(p(text))),
    '<p><a href="https://a.b/?c=1&amp;d=&quot;2&quot;"><strong><em><u><s><span class="small-caps"><code>x</code></span></s></u></em></strong></a></p>');
});

test("a mark that goes on is not closed and opened again, over a line break too", () => {
  const [strong, em] = [mark("strong"), mark("em")];
  const line = p(schema.text("a", [strong]), schema.node("hard_break", null, null, [strong]), schema.text("b", [strong, em]), schema.text("c", [em]));
  assert.equal(toHtml(doc(line)), "<p><strong>a<br><em>b</em></strong><em>c</em></p>");
});

test("text is escaped as browsers escape it", () => {
  assert.equal(toHtml(doc(p(schema.text("a < b > c & \"d\" 'e'\u00a0f")))), "<p>a &lt; b &gt; c &amp; \"d\" 'e'&nbsp;f</p>");
});

test("blocks carry their ids, and stand without white space between them", () => {
  const item = schema.node("list_item", { b: "i1" }, [p(schema.text("one"))]);
  const blocks = [
    schema.node("heading2", { b: "h" }, [schema.text("Part")]), schema.node("blockquote", null, [p(schema.text("q"))]),
    schema.node("ordered_list", { b: "l" }, [item]), schema.node("scene_break", { b: "s" }),
  ];
  assert.equal(toHtml(doc(...blocks)),
    '<h2 data-b="h">Part</h2><blockquote><p>q</p></blockquote><ol data-b="l"><li data-b="i1"><p>one</p></li></ol><hr data-b="s">');
});
