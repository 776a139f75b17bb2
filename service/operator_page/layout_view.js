// The layout of a camera (`#/layout`): its wells over a frame, the crops that result, and what to write into the cameras file.

import { read } from "./api.js";
import { element, part } from "./dom.js";
import { text } from "./language.js";
import { around, LayoutEditor } from "./layout_editor.js";
import { layoutText } from "./layout_text.js";

const NAME = /^[A-Za-z0-9._:-]{1,64}$/;

let view = null;

/** Shows the view; it is built when it is first asked for. */
export async function showLayout() {
  view ??= build();
  try {
    view.offer((await read("v1/cameras")).items);
  } catch (error) {
    view.say(error.message);
  }
}

function build() {
  const nodes = made();
  const editor = new LayoutEditor(nodes.frame, () => drawResult(nodes, editor));
  let cameras = [];
  let address = null;
  const show = async (source, wells, camera, file) => {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    Object.assign(editor, { picture, camera, file });
    editor.show(source, [picture.naturalWidth, picture.naturalHeight], wells);
    drawResult(nodes, editor);
  };
  const choose = async () => {
    const camera = cameras.find((one) => one.camera_id === nodes.camera.value);
    nodes.said.textContent = "";
    if (!camera?.layout) return;
    const source = `v1/cameras/${encodeURIComponent(camera.camera_id)}/reference`;
    await show(source, camera.layout, camera.camera_id, { name: camera.reference, sha256: camera.reference_sha256 }).catch((error) => say(error.message));
  };
  const say = (words) => { nodes.said.textContent = words; };
  nodes.camera.addEventListener("change", choose);
  nodes.file.addEventListener("change", async () => {
    const [file] = nodes.file.files;
    if (!file) return;
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    const wells = Object.fromEntries(editor.wells);
    await show(address, wells, nodes.camera.value || "cam-1", { name: file.name, sha256: await digest(file) }).catch((error) => say(error.message));
  });
  nodes.add.addEventListener("click", () => editor.picture && editor.add());
  nodes.remove.addEventListener("click", () => editor.chosen && editor.remove());
  nodes.name.addEventListener("change", () => {
    const valid = NAME.test(nodes.name.value) && editor.rename(nodes.name.value);
    say(valid || nodes.name.value === editor.chosen ? "" : text("layout.bad_name"));
  });
  return {
    say,
    offer(items) {
      cameras = items;
      const before = nodes.camera.value;
      nodes.camera.replaceChildren(...items.map((one) => element("option", { value: one.camera_id }, one.camera_id)));
      if (items.some((one) => one.camera_id === before)) nodes.camera.value = before;
      nodes.camera.hidden = items.length === 0;
      if (!editor.picture) choose();
      if (!items.some((one) => one.layout)) say(text("layout.none"));
    },
  };
}

function made() {
  const nodes = {
    camera: element("select", { "aria-label": text("layout.camera") }),
    file: element("input", { type: "file", accept: "image/jpeg,image/png", "aria-label": text("layout.file") }),
    name: element("input", { type: "text", maxlength: 64, id: "layout-name" }),
    add: element("button", { type: "button", id: "layout-add" }, text("layout.add")),
    remove: element("button", { type: "button", id: "layout-remove" }, text("layout.remove")),
    said: element("p", { role: "status" }),
    frame: part("layout-frame"),
    crops: element("div", { class: "layout-crops", id: "layout-crops" }),
    result: element("textarea", { rows: 10, readonly: true, spellcheck: "false", "aria-label": text("layout.result"), id: "layout-text" }),
  };
  part("layout").prepend(
    element("div", { class: "view-head" }, element("h1", {}, text("layout.title")), element("div", { class: "actions" }, nodes.camera, nodes.file,
      element("label", {}, element("span", {}, text("layout.name")), nodes.name), nodes.add, nodes.remove)),
    element("p", { class: "hint" }, text("layout.hint")),
    nodes.said,
  );
  part("layout").append(element("h2", {}, text("layout.crops")), nodes.crops, element("h2", {}, text("layout.result")), element("p", { class: "hint" }, text("layout.result_hint")), nodes.result);
  return nodes;
}

function drawResult(nodes, editor) {
  nodes.name.value = editor.chosen ?? "";
  nodes.result.value = layoutText(editor.camera, editor.file, editor.wells);
  if (!editor.picture) return;
  nodes.crops.replaceChildren(...[...editor.wells].map(([name, outline]) => crop(editor.picture, name, outline)));
}

function crop(picture, name, outline) {
  const [left, top, width, height] = around(outline);
  const canvas = element("canvas", { width, height, role: "img", "aria-label": name });
  canvas.getContext("2d").drawImage(picture, left, top, width, height, 0, 0, width, height);
  return element("figure", {}, canvas, element("figcaption", {}, name));
}

/** The checksum of a file; a page that did not come over TLS or from this machine may not compute one. */
async function digest(file) {
  if (!crypto.subtle) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
