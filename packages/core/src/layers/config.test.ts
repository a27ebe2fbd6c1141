import { describe, expect, it } from "vitest";
import type { Json } from "../base/json.js";
import { layers } from "./registry.js";

const configs: Readonly<Record<string, { readonly [key: string]: Json }>> = {
  Rescaling: { scale: 1, offset: 0 },
  Dropout: { rate: 0.5 },
  Dense: { units: 2, use_bias: true },
  Conv2D: { filters: 2, kernel_size: 3, use_bias: true, padding: "same", groups: 1 },
  MaxPooling2D: { pool_size: 2, padding: "valid" },
  BatchNormalization: { epsilon: 0.001, momentum: 0.9, center: true, scale: true },
  RandomContrast: { factor: 0.2 },
};
const wrong: readonly Json[] = [null, "", "0x10", "false", [], [[5]], {}];
const cases = Object.entries(configs).flatMap(([layer, config]) =>
  Object.keys({ ...config, trainable: true }).flatMap((key) =>
    [...wrong, typeof config[key] === "number" ? true : 0.5].map((value) => [layer, key, value] as const),
  ),
);

describe("a configuration's value of a wrong type is refused by its name", () => {
  it.each(cases)("%s, %s: %j", (layer, key, value) => {
    const config = { ...configs[layer], [key]: value };
    const name = key.replace(/_(.)/g, (_, letter: string) => `(_${letter}|${letter.toUpperCase()})`);
    expect(() => layers.create("test", layer, config)).toThrow(new RegExp(`expected ${name} to be `));
  });
});
