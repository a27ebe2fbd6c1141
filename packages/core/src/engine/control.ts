/**
 * The words that the threads of a team share. `generation` counts barriers: threads sleep on it, and it also
 * moves when something failed, so that no thread stays asleep.
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

/** A cache line of 64 bytes, so that no thread slows down another by writing next to its word. */
const LINE_WORDS = 16;

/** The most threads of a team. */
export const MAXIMUM_THREADS = 64;

/** Where a thread records its current kernel call, by its number in `callsOf`, from 1; 0 before the first. */
export function callWord(thread: number): number {
  return LINE_WORDS * (1 + thread);
}

export const CONTROL_WORDS = callWord(MAXIMUM_THREADS);

/** How often a thread looks before it sleeps: about 50 µs, longer than threads of the study CNN wait for each other. */
const SPINS = 20_000;

/** Thrown in a thread whose team-mate failed. */
export class TeamFailed extends Error {}

/**
 * Waits until all `threads` have arrived. The last to arrive runs `last` before any continues.
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
