import type { KeptFiles } from "./kept-files";

/** The browser's own files and those of the local server: written to both, read from either. */
export class BothFiles implements KeptFiles {
  constructor(
    readonly browser: KeptFiles,
    readonly server: KeptFiles,
  ) {}

  async ids(): Promise<readonly string[]> {
    return union(await this.browser.ids(), await this.server.ids());
  }

  async names(id: string): Promise<readonly string[]> {
    const [own, others] = await Promise.all([this.browser.ids(), this.server.ids()]);
    return union(
      own.includes(id) ? await this.browser.names(id) : [],
      others.includes(id) ? await this.server.names(id) : [],
    );
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return (await this.browser.read(path)) ?? this.server.read(path);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const [id] = path.split("/");
    // Name and tags of a run that only the server has.
    const isTheirs = path.endsWith("/labels.jsonl") && !(await this.browser.ids()).includes(id!);
    if (!isTheirs) await this.browser.write(path, content);
    await this.server.write(path, content);
  }

  async lock(id: string): Promise<() => void> {
    const release = await this.browser.lock(id);
    try {
      const other = await this.server.lock(id);
      return () => {
        other();
        release();
      };
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  /** A run that is removed stays in the folder of the local server. */
  async remove(path: string): Promise<void> {
    await this.browser.remove(path);
    if (path.includes("/")) await this.server.remove(path);
  }
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort();
}
