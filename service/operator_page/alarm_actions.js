// What a person does with alarms: acknowledges them, puts one aside for a while, takes it up again; always by name.

import { send } from "./api.js";
import { element, part, setText } from "./dom.js";
import { duration, text } from "./language.js";
import { failure, notice } from "./notice.js";
import { recall, remember } from "./preferences.js";
import { wellName } from "./wording.js";

const MINUTES = [15, 60, 240, 480];

/** Returns the actions; `changed(alarm)` is called with each alarm as it is afterwards. */
export function alarmActions(changed) {
  const act = async (operate, words) => {
    const operator = await nameOfOperator();
    try {
      const alarms = await operate(operator);
      alarms.forEach(changed);
      notice(words(alarms), "good");
    } catch (error) {
      notice(failure(error), "bad");
    }
  };
  return {
    acknowledge: (alarms) => act((operator) => acknowledgeAll(alarms, operator), acknowledgedWords),
    unshelve: (alarm) => act(async (operator) => [await send(pathOf(alarm, "unshelve"), { operator })], () => text("done.unshelved", nameOf(alarm))),
    shelve: (alarm) => askForShelf(alarm, (form) =>
      act(async (operator) => [await send(pathOf(alarm, "shelve"), { operator, ...form })], () => text("done.shelved", nameOf(alarm)))),
  };
}

async function acknowledgeAll(alarms, operator) {
  const ids = alarms.map((alarm) => alarm.alarm_id);
  return (await send("v1/alarms/acknowledge", { operator, comment: "", alarm_ids: ids })).items;
}

function acknowledgedWords(alarms) {
  return alarms.length === 1 ? text("done.acknowledged", nameOf(alarms[0])) : text("done.acknowledged_all", { count: alarms.length });
}

function nameOf({ camera_id: camera, well_id: well }) {
  return { well: wellName(camera, well) };
}

function pathOf({ alarm_id: id }, rest) {
  return `v1/alarms/${encodeURIComponent(id)}/${rest}`;
}

/** Resolves to the name that goes on record, which is asked for once. */
export function nameOfOperator() {
  const known = recall("reviewer");
  if (known) return Promise.resolve(known);
  return new Promise((resolve) => {
    part("name-form").onsubmit = () => {
      remember("reviewer", part("name-field").value.trim());
      resolve(recall("reviewer"));
    };
    part("name").showModal();
  });
}

function askForShelf(alarm, then) {
  setText(part("shelf-title"), text("shelf.title", nameOf(alarm)));
  part("shelf-minutes").replaceChildren(...MINUTES.map((minutes) => element("option", { value: minutes }, duration(minutes * 60_000))));
  part("shelf-form").onsubmit = (event) => {
    event.preventDefault();
    part("shelf").close();
    then({ minutes: Number(part("shelf-minutes").value), reason: part("shelf-reason").value.trim() });
  };
  part("shelf").showModal();
}
