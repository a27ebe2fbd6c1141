/** The queue of trainings, which all sweeps of a database share. */
export const TRAININGS = "heddle-trainings";

/** The queue of messages to the coordinator of a sweep. */
export function messagesOf(sweep: string): string {
  return `heddle-messages-${sweep}`;
}

/** The sweep of a training: its id begins with that of the sweep. */
export function sweepOf(training: string): string {
  return training.slice(0, training.indexOf("_"));
}

/** What begins the keys of a sweep in the store. */
export function keysOf(sweep: string): string {
  return `${sweep}/`;
}

export function leaseKey(sweep: string): string {
  return `${keysOf(sweep)}coordinator`;
}

/** Set for a training that is to end. */
export function withdrawnKey(training: string): string {
  return `${keysOf(sweepOf(training))}withdrawn/${training}`;
}

export function checkpointKey(sweep: string, checkpoint: string): string {
  return `${keysOf(sweep)}checkpoint/${checkpoint}`;
}
