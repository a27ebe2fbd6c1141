import { describe, expect, it } from "vitest";
import { philox, Random, randomKey, shuffle } from "./random.js";

describe("philox", () => {
  // The authors' known answers, published with Random123 (kat_vectors).
  const ones = 0xffffffff;
  const cases = [
    {
      rounds: 7,
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48],
    },
    {
      rounds: 10,
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      rounds: 10,
      counter: [ones, ones, ones, ones],
      key: [ones, ones],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
  ] as const;
  for (const { rounds, counter, key, words } of cases) {
    it(`computes the published words after ${rounds} rounds from counter ${counter[0]}`, () => {
      const out = new Uint32Array(4);
      philox(out, counter, key, rounds);
      expect([...out]).toEqual(words);
    });
  }
});

describe("randomKey", () => {
  it("is 32-bit words for every seed, marked with the purpose", () => {
    expect(randomKey(5, "dropout")).toEqual([5, 0x03000000]);
    expect(randomKey(2 ** 32 + 7, "dropout")).toEqual([7, 0x03000001]);
  });
});

describe("Random", () => {
  it("repeats for the same seed, purpose and index, and differs otherwise", () => {
    const draw = (...args: ConstructorParameters<typeof Random>) => {
      const random = new Random(...args);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw(7, "shuffle", 3)).toEqual(draw(7, "shuffle", 3));
    expect(draw(7, "shuffle", 3)).not.toEqual(draw(8, "shuffle", 3));
    expect(draw(7, "shuffle", 3)).not.toEqual(draw(7, "dropout", 3));
    expect(draw(7, "shuffle", 3)).not.toEqual(draw(7, "shuffle", 4));
    expect(draw(7, "shuffle", 3)).not.toEqual(draw(7 + 2 ** 32, "shuffle", 3));
  });

  it("is uniform over [0, 1) and normal with unit variance", () => {
    const random = new Random(1, "initializer");
    const count = 20_000;
    let sum = 0;
    let square = 0;
    let normalSum = 0;
    let normalSquare = 0;
    for (let index = 0; index < count; index++) {
      const u = random.uniform();
      expect(u >= 0 && u < 1).toBe(true);
      sum += u;
      square += u * u;
      const z = random.normal();
      normalSum += z;
      normalSquare += z * z;
    }
    expect(sum / count).toBeCloseTo(0.5, 2);
    expect(square / count).toBeCloseTo(1 / 3, 2);
    expect(normalSum / count).toBeCloseTo(0, 1);
    expect(normalSquare / count).toBeCloseTo(1, 1);
  });

  it("draws every value below a limit", () => {
    const random = new Random(5, "split");
    const seen = new Set(Array.from({ length: 500 }, () => random.below(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe("shuffle", () => {
  it("permutes all positions, and the same way for the same seed", () => {
    const once = new Int32Array(1000);
    const twice = new Int32Array(1000);
    shuffle(once, new Random(3, "shuffle", 0));
    shuffle(twice, new Random(3, "shuffle", 0));
    expect(once).toEqual(twice);
    expect([...once]).not.toEqual([...once].sort((a, b) => a - b));
    expect(new Set(once).size).toBe(1000);
  });
});
