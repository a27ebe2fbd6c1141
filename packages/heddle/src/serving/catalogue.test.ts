import { describe, expect, it } from "vitest";
import { Catalogue, Version } from "./catalogue.js";
import { fakeModel, limits } from "./fake-model.testing.js";

const same = (image: readonly number[]) => image;

describe("a catalogue", () => {
  it("spreads requests without a version by weights, evenly and exactly; otherwise the latest answers", () => {
    const catalogue = new Catalogue();
    const labels = [
      { label: "stable", version: "1", weight: 3 },
      { label: "new", version: "2", weight: 1 },
    ];
    for (const version of ["1", "2"])
      catalogue.put(new Version("a", version, fakeModel(same), limits), labels);
    for (const version of ["1", "2"]) catalogue.put(new Version("b", version, fakeModel(same), limits));
    const drawn = Array.from({ length: 8 }, () => catalogue.find("a").version);
    expect(drawn.join("")).toBe("11211121");
    expect(catalogue.find("b").version).toBe("2");
    expect(catalogue.find("a", undefined, "stable").version).toBe("1");
    expect(() => catalogue.find("a", "3")).toThrow(
      'Model "a": expected one of its versions, "1", "2", received version "3".',
    );
    expect(() => catalogue.find("a", undefined, "old")).toThrow(
      'expected one of its labels, "stable", "new"',
    );
    expect(() => catalogue.find(undefined)).toThrow("expected the name of a model (a, b)");
  });

  it("closes a replaced model when the last request that uses it has ended", async () => {
    const catalogue = new Catalogue();
    const [old, next] = [fakeModel(same), fakeModel(same)];
    catalogue.put(new Version("a", "1", old, limits));
    let end = () => {};
    const version = catalogue.find("a");
    const using = version.use(() => new Promise<void>((resolve) => (end = resolve)));
    catalogue.put(new Version("a", "1", next, limits));
    expect(catalogue.find("a").model).toBe(next);
    await Promise.resolve();
    expect(old.isClosed).toBe(false);
    // A picture may be decoded while its model is replaced.
    const late = version.batcher.submit(Float32Array.of(1, 2), 1);
    end();
    await using;
    expect(await late).toEqual(Float32Array.of(1, 2));
    await version.batcher.idle();
    await new Promise(setImmediate);
    expect([old.isClosed, next.isClosed]).toEqual([true, false]);
    await catalogue.close();
    expect(next.isClosed).toBe(true);
  });
});
