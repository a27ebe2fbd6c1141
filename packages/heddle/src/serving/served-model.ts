import type { Shape } from "@heddle/core/internal/base/shape.js";

/** The values of images: bytes, or floats. */
export type Values = Uint8Array | Float32Array;

/** A picture as a model takes it. */
export interface ServedPicture {
  /** `[H, W, C]` */
  readonly values: Values;
  readonly inverted: boolean;
  readonly empty: boolean;
}

/** A class that a model sees in a picture. */
export interface TopClass {
  readonly label: number;
  readonly name: string;
  readonly probability: number;
}

/** The shapes and names of a model's tensors. */
export type Signature = Pick<ServedModel, "inputName" | "outputName" | "inputShape" | "outputShape">;

/** Computes a few images on the thread that calls it, to the same bits. */
export interface AtOnce {
  /** Images that take less time than they would wait for another thread. */
  readonly most: number;
  /** Whether this thread is a large part of what computes, so that it should compute under load, too. */
  readonly helps: boolean;
  run(images: Values, count: number): Float32Array;
}

/** What a server needs of a model: neither HTTP nor protocols know more of it. */
export interface ServedModel {
  /** What protocols call its input and its output. */
  readonly inputName: string;
  readonly outputName: string;
  /** Sizes of one image, without N. */
  readonly inputShape: Shape;
  /** Sizes of one answer, without N. */
  readonly outputShape: Shape;
  /** The classes' names, as many as the model has outputs; undefined where outputs are no classes. */
  readonly labels: readonly string[] | undefined;
  /** Which weights answer. */
  readonly weightsSha256: string;
  /** `[N, …inputShape]` → `[N, …outputShape]`. One call at a time. */
  run(images: Values, count: number): Promise<Float32Array>;
  /** Undefined where even one image would keep the server too long. */
  readonly atOnce?: AtOnce | undefined;
  /** A picture file as an input; throws a HeddleError where it is none. */
  read(name: string, bytes: Uint8Array): Promise<ServedPicture>;
  /** The likeliest classes of each image, likeliest first; throws a HeddleError where outputs are no classes. */
  top(outputs: Float32Array): readonly (readonly TopClass[])[];
  /** Ends its threads. */
  close(): void;
}
