// A layout as it stands in the cameras file (TOML).

import { isBox } from "./layout_editor.js";

const BARE = /^[A-Za-z0-9_-]+$/;

/** The tables of a camera's layout on the file `{name, sha256}`, of which the checksum may be unknown. */
export function layoutText(camera, file, wells) {
  if (!camera) return "";
  const table = `cameras.${key(camera)}.layout`;
  const lines = [...wells].map(([name, outline]) => `${key(name)} = ${value(outline)}`);
  return [`[${table}]`, `reference = "${plain(file.name)}"`, `sha256 = "${file.sha256 ?? "SHA256 OF THE FILE"}"`, "", `[${table}.wells]`, ...lines, ""].join("\n");
}

/** A name that a layout may give its reference. */
function plain(name) {
  return name.replace(/[^A-Za-z0-9._-]/g, "-").replace(/^\.+/, "");
}

function key(name) {
  return BARE.test(name) ? name : `"${name}"`;
}

function value(outline) {
  const rounded = (number) => String(Math.round(number * 10) / 10);
  if (isBox(outline)) return `[${outline.map((number) => Math.round(number)).join(", ")}]`;
  return `[${outline.map((point) => `[${point.map(rounded).join(", ")}]`).join(", ")}]`;
}
