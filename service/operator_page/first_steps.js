// The first visit: nothing has been inspected yet, so the page says how to begin, each way with its command.

import { element, part } from "./dom.js";
import { text } from "./language.js";

const KEY = "-H 'X-API-Key: …' ";

/** Shows the ways to begin until there is a well on the board; `keysNeeded` puts a key into what is to be typed. */
export function drawFirstSteps(plant, link, keysNeeded) {
  const place = part("first-steps");
  const wanted = link.state === "live" && plant.wells().length === 0 && plant.nameless.size === 0;
  part("scene").hidden = wanted;
  if (place.hidden === !wanted) return;
  place.hidden = !wanted;
  if (wanted) place.replaceChildren(...steps(keysNeeded));
}

function steps(keysNeeded) {
  const address = new URL(".", location.href).href.replace(/#.*$/, "");
  const key = keysNeeded ? KEY : "";
  return [
    step("first.picture", `curl ${key}--data-binary @well.jpg -H 'Content-Type: image/jpeg' '${address}v1/inspect?camera_id=cam-1&well_id=12a'`,
      element("button", { type: "button", class: "primary", onclick: () => part("try").click() }, text("nav.try"))),
    step("first.demo", `leak-inspection demo --url ${address}${keysNeeded ? " --key …" : ""}`),
    step("first.camera", "LEAK_INSPECTION_CAMERAS_FILE=cameras.toml leak-inspection serve"),
  ];
}

function step(key, command, ...more) {
  return element("section", { class: "plate" }, element("h2", {}, text(key)), element("p", {}, text(`${key}_how`)),
    element("pre", { tabindex: 0 }, element("code", {}, command)), ...more);
}
