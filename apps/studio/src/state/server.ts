import type { EpochLogs } from "@heddle/core";

/** A dataset that the local server gives. */
export interface ServedData {
  readonly id: string;
  readonly title: string;
}

/** A run that the local server gives. */
export interface ServedRun {
  readonly id: string;
  readonly epochs: readonly EpochLogs[];
}

/** What `heddle studio` tells the page that it serves. */
export interface Served {
  readonly datasets: readonly ServedData[];
  readonly run?: ServedRun | undefined;
}

/** What the local server gives; undefined on any other host, which is never asked. */
export async function askServer(): Promise<Served | undefined> {
  if (!document.querySelector('meta[name="heddle-server"]')) return undefined;
  const response = await fetch(new URL("api/state.json", document.baseURI));
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Served;
}

/** The address of a dataset of the local server. */
export function dataUrl({ id }: ServedData): string {
  return new URL(`api/data/${id}`, document.baseURI).href;
}

/** The address of the folder of the run's model. */
export function runUrl(): string {
  return new URL("api/run", document.baseURI).href;
}

/** The address of the folder of all runs. */
export function runsUrl(): string {
  return new URL("api/runs/", document.baseURI).href;
}
