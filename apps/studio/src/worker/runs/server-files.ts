import type { KeptFiles } from "./kept-files";

/** The folder of all runs of the local server. */
export class ServerFiles implements KeptFiles {
  /** @param url its address, with a slash at its end */
  constructor(private readonly url: string) {}

  async ids(): Promise<readonly string[]> {
    return (await this.ask("")).json();
  }

  async names(id: string): Promise<readonly string[]> {
    return (await this.ask(`${id}/`)).json();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const response = await fetch(this.url + path);
    if (response.status === 404) return undefined;
    return new Uint8Array(await (await checked(response)).arrayBuffer());
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    // Browsers do not send memory that is shared.
    const body = typeof content === "string" ? content : content.slice();
    await this.ask(path, { method: "PUT", body });
  }

  /** Of a run, only old checkpoints are removed. */
  async remove(path: string): Promise<void> {
    await this.ask(path, { method: "DELETE" });
  }

  /** As long as the answer goes on, the run is this page's. */
  async lock(id: string): Promise<() => void> {
    const ending = new AbortController();
    const { body } = await this.ask(`${id}/lock`, { signal: ending.signal });
    // Whoever stops reading loses the connection in the end.
    const reading = body!.getReader();
    const read = async (): Promise<void> => ((await reading.read()).done ? undefined : read());
    void read().catch(() => {});
    return () => ending.abort();
  }

  private async ask(path: string, init?: RequestInit): Promise<Response> {
    return checked(await fetch(this.url + path, init));
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new Error((await response.text()) || `${response.url}: ${response.status}`);
}
