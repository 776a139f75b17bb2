// English or Russian: words, plural forms, numbers, times and durations.

import english from "./strings_en.js";
import russian from "./strings_ru.js";
import { recall, remember } from "./preferences.js";

const LANGUAGES = { en: english, ru: russian };
const PLURALS = { en: ["one", "other"], ru: ["one", "few", "many"] };
const current = chosen();
const strings = LANGUAGES[current];
const plurals = new Intl.PluralRules(current);
const times = new Intl.DateTimeFormat(current, { timeStyle: "medium", hourCycle: "h23" });
const dates = new Intl.DateTimeFormat(current, { dateStyle: "medium" }); // the month by name: 4/5 is two days
const numbers = {};

/** The language in use, `en` or `ru`: the remembered one, else the browser's first that we have. */
export function language() {
  return current;
}

/** Remembers the other language and loads the page anew. */
export function switchLanguage() {
  remember("language", current === "en" ? "ru" : "en");
  location.reload();
}

/** The text for a key, filled in; a `count` chooses the plural form. A key that we lack stands for itself. */
export function text(key, values = {}) {
  const entry = strings[key] ?? key;
  const pattern = Array.isArray(entry) ? entry.at(pluralForm(values.count)) : entry;
  return pattern.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
}

/** The text for a member of a closed list, or the raw value where the service knows more than the page. */
export function word(list, value) {
  return strings[`${list}.${value}`] ? text(`${list}.${value}`) : String(value);
}

/** The members of a closed list that the page has words for. */
export function members(list) {
  return Object.keys(strings).filter((key) => key.startsWith(`${list}.`)).map((key) => key.slice(list.length + 1));
}

/** A sentence that the service said in English, in the language of the page; one that fits no text of that list as it is. */
export function retold(list, sentence) {
  for (const key of members(list).map((name) => `${list}.${name}`)) {
    const found = patternOf(english[key]).exec(sentence);
    if (found) return text(key, Object.fromEntries(Object.entries(found.groups).map(([name, value]) => [name, figure(value)])));
  }
  return sentence;
}

/** Puts the words into index.html: `data-text` names the key of an element's text, `data-label` of its label. */
export function translate(root) {
  document.documentElement.lang = current;
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", text(node.dataset.label));
    node.title = text(node.dataset.label);
  }
}

/** A number with that many significant digits, or a dash. */
export function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  numbers[digits] ??= new Intl.NumberFormat(current, { maximumSignificantDigits: digits }); // making one takes long
  return numbers[digits].format(value);
}

/** A count with its thousands apart. */
export function count(value) {
  return new Intl.NumberFormat(current).format(value);
}

/** A share of one as a percentage. */
export function share(value) {
  return new Intl.NumberFormat(current, { style: "percent", maximumFractionDigits: 2 }).format(value);
}

/** Bytes in binary units. */
export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(value) / 10)) : 0;
  return `${number(value / 1024 ** power)} ${text(`unit.${units[power]}`)}`;
}

/** The clock time of a moment, local, with the day where it is not today. */
export function clock(moment) {
  const date = new Date(moment);
  const time = times.format(date);
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${dates.format(date)} ${time}`;
}

/** A length of time in its two largest units, `2 min 14 s`. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = parts.findIndex(([, size]) => seconds >= size);
  if (first < 0) return text("unit.s", { count: 0 });
  const shown = parts.slice(first, first + 2).map(([unit, size], index) => {
    const value = Math.floor((index === 0 ? seconds : seconds % parts[first][1]) / size);
    return value > 0 ? text(`unit.${unit}`, { count: value }) : "";
  });
  return shown.filter(Boolean).join(" ");
}

/** What matches that text with anything in its holes. */
function patternOf(words) {
  return new RegExp(`^${words.replace(/[()?.*+|]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`);
}

/** A value out of an English sentence: a number with the marks of this language, the reason of a verdict in its words. */
function figure(value) {
  const [, digits, percent] = /^([\d.]+)(%?)$/.exec(value) ?? [];
  return digits && Number.isFinite(Number(digits)) ? `${number(Number(digits), 4)}${percent}` : word("reason", value);
}

function chosen() {
  const wishes = [recall("language"), ...navigator.languages];
  const known = wishes.map((wish) => wish?.slice(0, 2)).find((wish) => wish in LANGUAGES);
  return known ?? "en";
}

function pluralForm(value) {
  return PLURALS[current].indexOf(plurals.select(value));
}
