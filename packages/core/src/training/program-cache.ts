import { HeddleError } from "../base/errors.js";
import type { Engine } from "../engine/engine.js";
import type { Program } from "../engine/program.js";

/** Programs that an engine has loaded, each compiled when it is first needed. */
export class ProgramCache<Compiled extends { readonly program: Program }> {
  /** The most recently used last. */
  private readonly entries: { readonly key: readonly unknown[]; readonly compiled: Compiled }[] = [];

  /** @param capacity how many programs to keep; a further one replaces the least recently used, which must not run then */
  constructor(
    private readonly engine: Engine,
    private readonly capacity = Number.POSITIVE_INFINITY,
  ) {}

  /** @param key all that the program depends on: objects count as equal if they are the same object */
  get(key: readonly unknown[], compile: () => Compiled): Compiled {
    const { entries, engine, capacity } = this;
    const index = entries.findIndex((entry) => sameKey(entry.key, key));
    if (index >= 0) entries.push(...entries.splice(index, 1));
    else {
      // Makes room first: the new program may take the place of the old one.
      if (entries.length >= capacity) engine.unload(entries.shift()!.compiled.program);
      const compiled = this.compiledInRoom(compile);
      engine.load(compiled.program);
      entries.push({ key, compiled });
    }
    return entries.at(-1)!.compiled;
  }

  /** A new program, in the place of earlier ones where the engine's memory does not hold them all. */
  private compiledInRoom(compile: () => Compiled): Compiled {
    for (;;) {
      try {
        return compile();
      } catch (thrown) {
        const oldest = thrown instanceof HeddleError ? this.entries.shift() : undefined;
        if (!oldest) throw thrown;
        this.engine.unload(oldest.compiled.program);
      }
    }
  }
}

function sameKey(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
