import { describe, expect, it } from "vitest";
import type { CompiledProgram } from "../compiler/compile.js";
import type { Engine } from "../engine/engine.js";
import type { Program } from "../engine/program.js";
import { ProgramCache } from "./program-cache.js";

describe("a program cache", () => {
  const loaded: unknown[] = [];
  const engine = { load: (program: unknown) => loaded.push(program) } as unknown as Engine;
  const compiled = (name: string) => ({ program: { name } }) as unknown as CompiledProgram;

  it("compiles and loads a program once for each key", () => {
    const cache = new ProgramCache(engine);
    const first = cache.get(["training", 32], () => compiled("a"));
    expect(cache.get(["training", 32], () => compiled("b"))).toBe(first);
    expect(cache.get(["training", 64], () => compiled("c"))).not.toBe(first);
    expect(cache.get(["training"], () => compiled("d"))).not.toBe(first);
    expect(loaded).toEqual([{ name: "a" }, { name: "c" }, { name: "d" }]);
  });

  it("distinguishes objects of the same class and settings", () => {
    const cache = new ProgramCache(engine);
    const [one, other] = [{ rate: 1 }, { rate: 1 }];
    const program = cache.get([one], () => compiled("one"));
    expect(cache.get([other], () => compiled("other"))).not.toBe(program);
    expect(cache.get([one], () => compiled("again"))).toBe(program);
  });

  it("unloads the least recently used before it compiles one more than it keeps", () => {
    const events: string[] = [];
    const recording = {
      load: ({ name }: Program) => events.push(`load ${name}`),
      unload: ({ name }: Program) => events.push(`unload ${name}`),
    } as unknown as Engine;
    const cache = new ProgramCache(recording, 2);
    const get = (name: string) =>
      cache.get([name], () => {
        events.push(`compile ${name}`);
        return compiled(name);
      });
    for (const name of ["a", "b", "a", "c", "a", "b"]) get(name);
    expect(events.join(", ")).toBe(
      "compile a, load a, compile b, load b, unload b, compile c, load c, unload c, compile b, load b",
    );
  });
});
