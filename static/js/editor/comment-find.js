/**
 * Finds a passage again in a text that was edited since. The twin of `stories/anchors.py`, which says why; both are held
 * to the same cases (stories/tests/anchor-cases.json). Places are counted as strings are here, in UTF-16.
 */

import { PER_CHARACTER } from "../lib/counting.js";

const CONTEXT = 32;
const ENOUGH = 24;
const SAME_BLOCK = 16;
const SAME_START = 8;
const MOST_PLACES = 2_000;
const KEPT_WORDS = 0.25;
const KEPT_PAIRS = 0.4;
const GROWN = 3;
const FEW_WORDS = 3;
const WORD = new RegExp(`[${PER_CHARACTER}]|(?:(?![${PER_CHARACTER}])[\\p{L}\\p{N}_])+`, "gu");

/** @typedef {{quote: string, prefix: string, suffix: string, block: string, paragraph: number | null, start: number | null}} Anchor */

/** A chapter as its reader sees it: the text of each block, parted by a line feed. */
export class Reading {
  /** @param {{id: string, text: string}[]} blocks those that hold text, in order */
  constructor(blocks) {
    this.ids = blocks.map(({ id }) => id);
    this.text = blocks.map(({ text }) => text).join("\n");
    let at = 0;
    this.starts = blocks.map(({ text }) => { const start = at; at += text.length + 1; return start; });
  }

  get words() {
    this.known ??= Array.from(this.text.matchAll(WORD), (one) => [one[0].toLowerCase(), one.index, one.index + one[0].length]);
    return this.known;
  }

  paragraphOf(at) {
    const after = this.starts.findIndex((start) => start > at);
    return Math.max(0, (after < 0 ? this.starts.length : after) - 1);
  }

  stretch(paragraph) {
    return [this.starts[paragraph], paragraph + 1 < this.starts.length ? this.starts[paragraph + 1] - 1 : this.text.length];
  }

  /** The block that held the passage; without an id that of the same number; [0, -1] when it is gone. */
  homeOf({ block, paragraph }) {
    if (!block && (paragraph ?? 0) < this.starts.length) return this.stretch(paragraph ?? 0);
    return this.ids.includes(block) ? this.stretch(this.ids.indexOf(block)) : [0, -1];
  }

  /** @returns {Anchor} what stands between two places */
  anchor(from, to) {
    const paragraph = this.paragraphOf(from);
    return {
      quote: this.text.slice(from, to), prefix: this.text.slice(Math.max(0, from - CONTEXT), from), suffix: this.text.slice(to, to + CONTEXT),
      block: this.ids[paragraph] ?? "", paragraph, start: from - (this.starts[paragraph] ?? 0),
    };
  }
}

/** @param {Reading} reading @param {Anchor} sought @returns {[number, number] | null} where it begins and ends, null when it is gone */
export function findPassage(reading, sought) {
  if (!sought.quote.trim()) return null;
  for (const look of [exactly, respaced, between, alike]) {
    const span = look(reading, sought);
    if (span) return span[1] > span[0] ? trimmed(reading.text, span) : null;
  }
  return null;
}

/** Without the spaces at its ends. */
export function trimmed(text, [from, to]) {
  const words = text.slice(from, to);
  return [from + words.length - words.trimStart().length, to - words.length + words.trimEnd().length];
}

function exactly(reading, sought) {
  return surest(reading, sought, occurrences(reading.text, sought.quote).map((at) => [at, at + sought.quote.length]));
}

function respaced(reading, sought) {
  const pieces = sought.quote.trim().split(/\s+/);
  if (pieces.length < 2) return null;
  const pattern = new RegExp(pieces.map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("\\s+"), "gu");
  const found = Array.from(reading.text.matchAll(pattern), (one) => [one.index, one.index + one[0].length]);
  return surest(reading, sought, found.slice(0, MOST_PLACES));
}

/** The place whose neighbours agree most; of two alike the nearest to the old one. */
function surest(reading, sought, places) {
  const around = sought.prefix.length + sought.suffix.length;
  const [low, high] = reading.homeOf(sought);
  let best = null;
  for (const [from, to] of places) {
    const agreed = alikeBefore(sought.prefix, reading.text, from) + alikeAfter(sought.suffix, reading.text, to);
    const isHome = low <= from && from <= high;
    const score = agreed + (isHome ? SAME_BLOCK : 0) + (isHome && from - low === sought.start ? SAME_START : 0);
    if (agreed < around && sought.quote.length + score < ENOUGH) continue;
    const near = -Math.abs(reading.paragraphOf(from) - (sought.paragraph ?? 0));
    if (!best || isMore([score, near], best.rank)) best = { rank: [score, near], span: [from, to] };
  }
  return best?.span ?? null;
}

/** What stands between the same neighbours, wherever those are; nothing may stand there. */
function between(reading, sought) {
  const { quote, prefix, suffix } = sought;
  if (prefix.trim().length + suffix.trim().length < Math.floor(ENOUGH / 2)) return null;
  for (const from of beginnings(reading, sought)) {
    const longest = from + GROWN * quote.length + CONTEXT;
    const to = suffix ? reading.text.indexOf(suffix, from) : reading.text.length;
    if (from <= to && to <= longest && isKin(quote, reading.text.slice(from, to))) return [from, to];
  }
  return null;
}

function beginnings(reading, sought) {
  if (!sought.prefix) return [0];
  const [low, high] = reading.homeOf(sought);
  const ends = occurrences(reading.text, sought.prefix).map((at) => at + sought.prefix.length);
  const isHome = (end) => low <= end && end <= high;
  return [...ends.filter(isHome), ...ends.filter((end) => !isHome(end))];
}

function isKin(quote, now) {
  const words = wordsOf(quote);
  if (!now.trim() || words.length <= FEW_WORDS) return true;
  const kept = new Set(wordsOf(now));
  return words.filter((word) => kept.has(word)).length >= KEPT_WORDS * words.length;
}

/** The stretch in which most of the passage's pairs of neighbouring words stand. */
function alike(reading, sought) {
  const quoted = wordsOf(sought.quote);
  const pairs = new Set(quoted.slice(1).map((word, index) => `${quoted[index]} ${word}`));
  const { words } = reading;
  const pairAt = (number) => `${words[number][0]} ${words[number + 1][0]}`;
  const hits = [];
  for (let number = 0; number < words.length - 1; number += 1) if (pairs.has(pairAt(number))) hits.push(number);
  const needed = Math.max(2, KEPT_PAIRS * pairs.size);
  const longest = Math.floor((quoted.length * 3) / 2) + 2;
  const inside = new Map();
  let [best, first] = [null, 0];
  hits.forEach((number, last) => {
    inside.set(pairAt(number), (inside.get(pairAt(number)) ?? 0) + 1);
    for (; number - hits[first] + 2 > longest; first += 1) drop(inside, pairAt(hits[first]));
    const span = [words[hits[first]][1], words[number + 1][2]];
    const near = -Math.abs(reading.paragraphOf(span[0]) - (sought.paragraph ?? 0));
    const rank = [inside.size, near, first - last];
    if (inside.size >= needed && (!best || isMore(rank, best.rank))) best = { rank, span };
  });
  return best?.span ?? null;
}

function drop(inside, pair) {
  const left = inside.get(pair) - 1;
  if (left) inside.set(pair, left);
  else inside.delete(pair);
}

function isMore(one, other) {
  const place = one.findIndex((value, index) => value !== other[index]);
  return place >= 0 && one[place] > other[place];
}

function occurrences(text, words) {
  const found = [];
  for (let at = text.indexOf(words); at >= 0 && found.length < MOST_PLACES; at = text.indexOf(words, at + 1)) found.push(at);
  return found;
}

function alikeBefore(prefix, text, from) {
  let n = 0;
  while (n < Math.min(prefix.length, from) && prefix[prefix.length - 1 - n] === text[from - 1 - n]) n += 1;
  return n;
}

function alikeAfter(suffix, text, to) {
  let n = 0;
  while (n < Math.min(suffix.length, text.length - to) && suffix[n] === text[to + n]) n += 1;
  return n;
}

const wordsOf = (text) => Array.from(text.matchAll(WORD), ([word]) => word.toLowerCase());
