// Calls to the service. Errors arrive as problem+json and are thrown with the text that the service meant for people.

const DEADLINE_MS = 10_000;

/** An answer that is not 2xx, or none at all (status 0). */
export class ServiceError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** GET, parsed from JSON. `query` leaves out empty values. */
export function read(path, query = {}) {
  return call("GET", withQuery(path, query));
}

/** POST of a JSON body, parsed answer. */
export function send(path, body) {
  return call("POST", path, JSON.stringify(body), "application/json");
}

/** POST of a picture as it is. */
export function sendPicture(path, blob) {
  return call("POST", path, blob, blob.type || "application/octet-stream");
}

/** DELETE, no answer expected. */
export function remove(path) {
  return call("DELETE", path);
}

/** A path with its query; of an array each member is named. */
export function withQuery(path, query) {
  const single = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const filled = single.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(filled).toString();
  return text ? `${path}?${text}` : path;
}

/** Path of a decision or of what belongs to it. */
export function decisionPath(id, rest = "") {
  return `v1/decisions/${encodeURIComponent(id)}${rest}`;
}

async function call(method, path, body = undefined, type = null) {
  const headers = { Accept: "application/json", ...(type && { "Content-Type": type }) };
  let answer;
  try {
    answer = await fetch(path, { method, body, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    throw new ServiceError(0, "");
  }
  if (!answer.ok) throw new ServiceError(answer.status, await problemText(answer));
  return answer.status === 204 ? null : answer.json();
}

async function problemText(answer) {
  try {
    const problem = await answer.json();
    return String(problem.detail ?? problem.title ?? "");
  } catch {
    return "";
  }
}
