import type { Engine } from "../engine/engine.js";
import { SharedCopies, type SharedCopy } from "./shared-copies.js";
import type { Columns } from "./stream-reader.js";

/** Arrays of samples that an engine's threads know by a number, and read in shared memory where there is any. */
export class BoundData {
  private readonly copies = new SharedCopies();
  /** By the number of bound data: releases its copies. */
  private readonly releases = new Map<number, () => void>();

  constructor(private readonly engine: Engine) {}

  /** Makes arrays known to the threads; returns their number. */
  bind(...arrays: readonly ArrayBufferView[]): number {
    return this.bindCopies(arrays.map((array) => this.copies.of(array)));
  }

  /** Makes columns of samples known to the threads: their number, and the images, which stay until `unbind`. */
  bindColumns({ images, targets, weights }: Columns): {
    readonly data: number;
    readonly images: Columns["images"];
  } {
    const [first, ...others] = [images, targets, weights]
      .filter((column) => column !== undefined)
      .map((column) => this.copies.of(column));
    const bytes = first!.bytes;
    const data = this.bindCopies([first!, ...others]);
    // Where memory is not shared, the threads have copies, and these are the caller's bytes.
    const kept = bytes.buffer === images.buffer ? bytes.slice() : bytes;
    if (images instanceof Uint8Array) return { data, images: kept };
    return { data, images: new Float32Array(kept.buffer, kept.byteOffset, images.length) };
  }

  /** Forgets arrays that no run reads any more. */
  unbind(id: number): void {
    this.engine.unbind(id);
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  private bindCopies(shared: readonly SharedCopy[]): number {
    const id = this.engine.bind(shared.map(({ bytes }) => bytes));
    this.releases.set(id, () => {
      for (const { release } of shared) release();
    });
    return id;
  }
}
