// What must not be overlooked: a lost connection, a silent camera, a service that gives no verdicts, changed pictures.

import { element, part, setText } from "./dom.js";
import { duration, text, word } from "./language.js";
import { wellList } from "./wording.js";

const nodes = new Map();

/** Draws the banners; each stays the same node while it lasts, so that a screen reader says it once. */
export function drawBanners(plant, link, status) {
  const banners = bannersOf(plant, link, status);
  const wanted = new Set(banners.map((banner) => banner.key));
  for (const [key, node] of nodes) {
    if (wanted.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  for (const banner of banners) setText(nodeOf(banner), banner.words);
  document.body.classList.toggle("blind", link.state === "lost");
}

function nodeOf({ key, level }) {
  if (!nodes.has(key)) {
    const node = element("p", { class: `banner banner-${level}`, role: "alert" });
    nodes.set(key, node);
    part("banners").append(node);
  }
  return nodes.get(key);
}

function bannersOf(plant, link, status) {
  if (link.state === "lost") {
    return [loud("link", text("link.lost_banner", { duration: duration(Date.now() - link.lostAt) }))];
  }
  if (link.state === "connecting") return link.lostAt ? [loud("link", text("link.never_banner"))] : [];
  return [...serviceBanners(status), ...plant.cameras().flatMap((camera) => cameraBanners(plant, camera))];
}

function serviceBanners(status) {
  if (!status || status.ready) return [];
  return [loud("service", text("banner.not_ready", { detail: status.problems.join("; ") }))];
}

function cameraBanners(plant, camera) {
  const name = camera.cameraId;
  if (camera.silentSince) {
    const lasting = duration(plant.age(camera.silentSince));
    return [loud(`silent/${name}`, text("banner.camera_silent", { camera: name, duration: lasting }))];
  }
  const banners = [];
  const silent = [...camera.wells.values()].filter((well) => well.silentSince).map((well) => well.wellId);
  if (silent.length > 0) {
    banners.push(loud(`wells/${name}`, text("banner.wells_silent", { camera: name, wells: wellList(silent) })));
  }
  if (camera.drifting.length > 0) {
    const figures = camera.drifting.map((figure) => word("figure", figure).toLowerCase()).join(", ");
    banners.push({ key: `drift/${name}`, level: "calm", words: text("banner.drift", { camera: name, figures }) });
  }
  return banners;
}

function loud(key, words) {
  return { key, level: "loud", words };
}
