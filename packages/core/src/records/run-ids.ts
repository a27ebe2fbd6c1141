/** The id of a run that begins: its time, and what it is about. */
export function newRunId(name: string, time: Date): string {
  return `${formatTime(time)}-${slug(name)}`;
}

/** `2026-03-04-153012`, in UTC: ids sort by time in every time zone, also when clocks change. */
export function formatTime(time: Date): string {
  const [date, clock] = time.toISOString().split("T") as [string, string];
  return `${date}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** Whether an id starts with a time, as {@link newRunId} makes them. */
export function isDated(id: string): boolean {
  return /^\d{4}-\d\d-\d\d-\d{6}-./.test(id);
}

/** A name that is safe in a path on every system. */
export function slug(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["run"];
  return words.join("-").slice(0, 60).replace(/-$/, "");
}
