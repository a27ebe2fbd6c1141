import { afterEach, describe, expect, it, vi } from "vitest";
import { SharedCopies } from "./shared-copies.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("SharedCopies", () => {
  it("copies only the bytes of a view", () => {
    const whole = Uint8Array.from({ length: 9 }, (_, index) => index);
    const { bytes } = new SharedCopies().of(whole.subarray(2, 7));
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...bytes]).toEqual([2, 3, 4, 5, 6]);
  });

  it.each([0, 1, 2, 3, 1000, 1024, 1025])("holds %i bytes in no more than twice the memory", (length) => {
    const { bytes } = new SharedCopies().of(new Uint8Array(length).fill(7));
    expect([...bytes]).toEqual(Array(length).fill(7));
    expect(bytes.buffer.byteLength).toBeLessThan(Math.max(2, 2 * length));
  });

  it("reuses the memory of a copy after its release, and not before", () => {
    const copies = new SharedCopies();
    const [first, second] = [copies.of(new Float32Array(100)), copies.of(new Float32Array(100))];
    expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
    first.release();
    const third = copies.of(new Float32Array(90).fill(1));
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
    expect(new Float32Array(third.bytes.slice().buffer).every((value) => value === 1)).toBe(true);
    expect(copies.of(new Float32Array(90)).bytes.buffer).not.toBe(third.bytes.buffer);
  });

  it("does not copy shared arrays, or any arrays if memory cannot be shared", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(16));
    const copies = new SharedCopies();
    const { bytes, release } = copies.of(shared);
    expect(bytes.buffer).toBe(shared.buffer);
    release();
    // After the release of a caller's array, no copy may be written into it.
    expect(copies.of(new Uint8Array(16)).bytes.buffer).not.toBe(shared.buffer);

    vi.stubGlobal("crossOriginIsolated", false);
    const plain = new Uint8Array(16);
    expect(copies.of(plain).bytes.buffer).toBe(plain.buffer);
  });
});
