// Shifts of the scores of good wells in the system view: how much speaks for one, by camera; accepted by a person.

import { nameOfOperator } from "./alarm_actions.js";
import { read, send } from "./api.js";
import { element, part } from "./dom.js";
import { clock, count, number, share, text } from "./language.js";
import { failure, notice } from "./notice.js";

const TOO_MUCH_MEMORY = 0.2; // the bound on false alarms does not hold beyond it: see the runbook

/** Draws a row a camera; `changed()` is called when a shift was accepted. */
export async function drawShifts(changed) {
  try {
    const { items } = await read("v1/cameras/shifts");
    part("shift-rows").replaceChildren(...items.map((shift) => shiftRow(shift, changed)));
    part("shift-none").hidden = items.length > 0;
    part("shift-table").hidden = items.length === 0;
  } catch (error) {
    notice(failure(error), "bad");
  }
}

function shiftRow(shift, changed) {
  const cell = (...content) => element("td", {}, ...content);
  const memory = shift.memory === null ? "–" : `${number(shift.memory, 2)}${shift.memory > TOO_MUCH_MEMORY ? ` ▲ ${text("shift.too_soon")}` : ""}`;
  const state = shift.shifted_at === null ? text("shift.calm") : text("shift.since", { time: clock(shift.shifted_at) });
  const button = element("button", { type: "button", onclick: () => ask(shift, changed) }, text("shift.accept"));
  return element("tr", {},
    cell(shift.camera_id), cell(count(shift.periods)), cell(share(Math.min(1, shift.evidence_ratio))), cell(memory),
    cell(element("span", {}, state), ...(shift.shifted_at === null ? [] : [button])));
}

function ask({ camera_id: camera }, changed) {
  part("shift-form").onsubmit = async (event) => {
    event.preventDefault();
    part("shift-dialog").close();
    const operator = await nameOfOperator();
    try {
      await send(`v1/cameras/${encodeURIComponent(camera)}/shift/accept`, { operator, reason: part("shift-reason").value.trim() });
      notice(text("shift.accepted", { camera }), "good");
    } catch (error) {
      notice(failure(error), "bad");
    }
    changed();
  };
  part("shift-dialog").showModal();
}
