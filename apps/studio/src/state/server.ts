/** A dataset that the local server gives. */
export interface ServedData {
  readonly id: string;
  readonly title: string;
}

/** What `heddle studio` tells the page that it serves. */
export interface Served {
  readonly datasets: readonly ServedData[];
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
