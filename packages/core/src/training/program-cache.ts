import type { CompiledProgram } from "../compiler/compile.js";
import type { Engine } from "../engine/engine.js";

/** Programs that an engine has loaded, each compiled when it is first needed. */
export class ProgramCache {
  private readonly entries: { readonly key: readonly unknown[]; readonly compiled: CompiledProgram }[] = [];

  constructor(private readonly engine: Engine) {}

  /** @param key all that the program depends on: objects count as equal if they are the same object */
  get(key: readonly unknown[], compile: () => CompiledProgram): CompiledProgram {
    const known = this.entries.find((entry) => sameKey(entry.key, key));
    if (known) return known.compiled;
    const compiled = compile();
    this.engine.load(compiled.program);
    this.entries.push({ key, compiled });
    return compiled;
  }
}

function sameKey(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
