// What must not be overlooked: a lost connection, a silent camera, a service in trouble, another model, changed pictures.

import { element, part, setText } from "./dom.js";
import { clock, duration, text, word } from "./language.js";
import { wellList } from "./wording.js";

const MODEL_NEWS_MS = 300_000;
const LOUD_TROUBLES = new Set(["overload", "webhook", "mqtt", "modbus", "opcua", "misaligned", "stream"]);

const MOST_ON_PHONE = 2;

const nodes = new Map();
const more = element("button", { type: "button", class: "banner-more", onclick: () => part("banners").toggleAttribute("data-all") });
const served = { artifact: null, changedAt: null };

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
  drawMore(banners.length);
  document.body.classList.toggle("blind", link.state === "lost");
}

/** On a phone two banners are enough to know that something is wrong; the others come with a press. */
function drawMore(number) {
  const rest = number - MOST_ON_PHONE;
  more.hidden = rest <= 0;
  setText(more, text("banner.more", { count: Math.max(0, rest) }));
  if (!more.isConnected) part("banners").append(more);
}

function nodeOf({ key, level }) {
  if (!nodes.has(key)) {
    const node = element("p", { class: `banner banner-${level}`, role: "alert" });
    nodes.set(key, node);
    if (level === "loud") part("banners").prepend(node);
    else part("banners").insertBefore(node, more.isConnected ? more : null);
  }
  return nodes.get(key);
}

function bannersOf(plant, link, status) {
  if (link.state === "lost") {
    return [loud("link", text("link.lost_banner", { duration: duration(Date.now() - link.lostAt) }))];
  }
  if (link.state === "refused") return [];
  if (link.state === "connecting") return link.lostAt ? [loud("link", text("link.never_banner"))] : [];
  return [...serviceBanners(plant, status), ...plant.cameras().flatMap((camera) => cameraBanners(plant, camera))];
}

function serviceBanners(plant, status) {
  if (!status) return [];
  const { ready, problems, troubles } = status;
  const refusal = ready ? [] : [loud("service", text("banner.not_ready", { detail: problems.join("; ") }))];
  const others = troubles.filter(({ kind }) => !problems.some((problem) => problem.startsWith(`${kind}: `)));
  return [...refusal, ...others.map((trouble) => troubleBanner(plant, trouble)), ...modelBanners(status.model)];
}

function troubleBanner(plant, { kind, since, text: detail }) {
  const lasting = duration(plant.age(since));
  const known = word("trouble", kind) !== kind;
  const words = text(known ? `trouble.${kind}` : "banner.trouble", { detail, duration: lasting });
  return { key: `trouble/${kind}`, level: LOUD_TROUBLES.has(kind) ? "loud" : "calm", words };
}

function modelBanners(model) {
  if (model && model.artifact !== served.artifact) {
    served.changedAt = served.artifact && Date.now();
    served.artifact = model.artifact;
  }
  if (!served.changedAt || Date.now() - served.changedAt > MODEL_NEWS_MS) return [];
  const words = text("banner.model", { artifact: served.artifact, time: clock(served.changedAt) });
  return [{ key: "model", level: "calm", words }];
}

function cameraBanners(plant, camera) {
  const name = camera.cameraId;
  if (camera.silentSince) {
    const lasting = duration(plant.age(camera.silentSince));
    const key = plant.age(camera.silentSince) < 1000 ? "banner.camera_silent_now" : "banner.camera_silent";
    return [loud(`silent/${name}`, text(key, { camera: name, duration: lasting }))];
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
