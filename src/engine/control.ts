/**
 * The words that the threads of a team share. `generation` counts barriers: threads sleep on it, and it also
 * moves when something failed, so that nobody sleeps on.
 */
export const word = {
  generation: 0,
  arrived: 1,
  nextItem: 2,
  stepsDone: 3,
  cancel: 4,
  stopped: 5,
  failed: 6,
} as const;

export const CONTROL_WORDS = 16;

/** How often a thread looks before it sleeps: about 50 µs, longer than a phase of the study CNN is uneven. */
const SPINS = 20_000;

/** Thrown in a thread whose team-mate failed. */
export class TeamFailed extends Error {}

/**
 * Waits until all `threads` have arrived. The last to arrive runs `last` before any goes on.
 * Throws TeamFailed in every thread once one has failed.
 */
export function barrier(control: Int32Array, threads: number, last: () => void): void {
  const generation = Atomics.load(control, word.generation);
  if (Atomics.add(control, word.arrived, 1) === threads - 1) {
    last();
    Atomics.store(control, word.arrived, 0);
    Atomics.add(control, word.generation, 1);
    if (threads > 1) Atomics.notify(control, word.generation);
  } else {
    let spins = 0;
    while (Atomics.load(control, word.generation) === generation) {
      if (++spins > SPINS) Atomics.wait(control, word.generation, generation);
    }
  }
  if (Atomics.load(control, word.failed) !== 0) throw new TeamFailed();
}

/** Tells every thread of the team that one has failed. */
export function fail(control: Int32Array): void {
  Atomics.store(control, word.failed, 1);
  Atomics.add(control, word.generation, 1);
  Atomics.notify(control, word.generation);
}
