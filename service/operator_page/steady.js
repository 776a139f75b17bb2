// Nothing moves under a finger: while somebody points at the board, what stands there keeps its place. Figures and colours
// go on; what is new is told above, on its cell and by the tone, and takes its place as soon as the hand rests.

const RESTS_MS = 1500;
const LONGEST_MS = 10_000; // a mouse that is moved for ever holds nothing up for longer

let movedAt = -Infinity;
let beganAt = -Infinity;

/** Watches hands on that element. */
export function watchHands(node) {
  const moved = () => {
    const now = performance.now();
    if (now - movedAt > RESTS_MS) beganAt = now;
    movedAt = now;
  };
  for (const kind of ["pointerdown", "pointermove", "wheel"]) node.addEventListener(kind, moved, { passive: true });
}

/** Whether somebody is about to press something. */
export function handsAtWork(now = performance.now()) {
  return now - movedAt < RESTS_MS && now - beganAt < LONGEST_MS;
}
