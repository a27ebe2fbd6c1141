import { expect, it } from "vitest";
import { HeddleError } from "./errors.js";
import type { JsonObject } from "./json.js";
import type { Registry } from "./registry.js";

interface Configured {
  readonly className: string;
  getConfig(): JsonObject;
}

type Read = (value: unknown) => Configured;

/**
 * Tests that the `fromConfig` of every class, called directly, reads what `getConfig` writes, and refuses what loading
 * refuses with the same message.
 *
 * @param examples one of each class
 * @param ignored keys that no class reads, with values that would change the result
 */
export function readsConfigsAsLoading(
  registry: Registry<unknown>,
  examples: readonly Configured[],
  ignored: JsonObject = {},
): void {
  const load = (className: string, config: JsonObject) => registry.create("config.json", className, config);
  const messageOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(HeddleError);
      return (error as Error).message;
    }
    return "";
  };

  it.each(examples.map((example) => [example.className, example] as const))(
    "fromConfig of %s reads what getConfig writes, and refuses what loading refuses",
    (className, example) => {
      const kind = example.constructor as unknown as {
        fromConfig(config: JsonObject, read: Read): Configured;
      };
      // Warmup reads another schedule.
      const fromConfig = (config: JsonObject) =>
        kind.fromConfig(config, (value) => registry.deserialize(className, value) as Configured);
      const config = example.getConfig();
      const again = fromConfig(config);
      expect(again).toBeInstanceOf(example.constructor);
      expect(again.getConfig()).toEqual(config);
      for (const [key, value] of Object.entries({ unknwon: 1, ...ignored })) {
        const mistaken = { ...config, [key]: value };
        const message = messageOf(() => fromConfig(mistaken));
        expect(message).toMatch(new RegExp(`^${className}: expected .*\\b${key}\\b`));
        expect(message).toBe(messageOf(() => load(className, mistaken)));
      }
    },
  );

  it("every class is among them", () => {
    const [, names] = /one of (.*), received/.exec(messageOf(() => load("Nothing", {})))!;
    // Other names of a class, such as mse, start with a small letter.
    const classes = names!.split(", ").filter((name) => /^[A-Z]/.test(name));
    expect(examples.map(({ className }) => className).sort()).toEqual(classes.sort());
  });
}
