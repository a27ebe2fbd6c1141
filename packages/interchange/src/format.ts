import type { JsonObject, Model, ModelOptions, WeightValues } from "@heddle/core";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { WeightPrecision } from "@heddle/core/internal/standalone/index.js";
import type { Changes } from "./changes.js";
import type { FoundReceipt } from "./receipt.js";
import type { WeightMapping } from "./weight-mapping.js";

/** A model's files by their names, without folders. */
export type FileMap = ReadonlyMap<string, Uint8Array>;

/** What a file leaves open. A format takes those that its files may need. */
export interface ImportChoices {
  /**
   * The shape of an input, `[height, width, channels]`, where the file does not know all sizes.
   *
   * @defaultValue the file's
   */
  readonly inputShape?: Shape;
  /**
   * The output that becomes the model's, where an ONNX file has several.
   *
   * @defaultValue the only one
   */
  readonly output?: string;
  /**
   * `"ignore"` reads an ONNX file although some of its weights belong to nothing.
   *
   * @defaultValue `"refuse"`
   */
  readonly unusedWeights?: "refuse" | "ignore";
}

/** What importing a model takes. */
export interface ImportOptions extends ModelOptions, ImportChoices {
  /**
   * Called with each thing of the files that the model does not have, such as a loss that Heddle does not know.
   *
   * @defaultValue `console.warn`
   */
  readonly onWarning?: (message: string) => void;
}

/** What exporting a model takes. */
export interface ExportOptions {
  /**
   * The name of the file, without its ending.
   *
   * @defaultValue the model's name
   */
  readonly name?: string;
  /**
   * How exactly modules, pages and safetensors keep the weights: `"f32"` as they are, `"f16"` in half of the bytes, `"int8"`,
   * which safetensors does not have, in a quarter.
   *
   * @defaultValue `"f16"` for modules and pages, `"f32"` for safetensors
   */
  readonly weights?: WeightPrecision;
  /**
   * Whether a module (`"mjs"`) computes by WebAssembly, many times as fast as by plain loops; other formats have no choice.
   *
   * @defaultValue `false`
   */
  readonly wasm?: boolean;
  /**
   * Images for which it is measured how many answers rounded weights change; the receipt says it.
   *
   * @defaultValue none: not measured
   */
  readonly changes?: Changes;
  /**
   * Of Keras's weights: the most bytes of a file's arrays. They are then in as many files as they need, with an index,
   * `name.weights.json`.
   *
   * @defaultValue all in one file, `name.weights.h5`
   */
  readonly shardBytes?: number;
  /**
   * Whether the files hold what the model answers for 32 drawn samples, so that it can be checked where they are used.
   *
   * @defaultValue `true`
   */
  readonly receipt?: boolean;
  /**
   * Called with each thing of the model that the files cannot hold, such as a schedule that the other program does not have.
   *
   * @defaultValue `console.warn`
   */
  readonly onWarning?: (message: string) => void;
}

/** What reading a format needs. */
export interface ReadContext {
  /** The options for the model itself. */
  readonly model: ModelOptions;
  /** Those that were made and the format takes. */
  readonly choices?: ImportChoices;
  readonly warn: (message: string) => void;
}

/** What setting weights needs. */
export interface WeightsContext extends Pick<ReadContext, "warn"> {
  /** Which tensors the weights are, for a format that takes a mapping. */
  readonly mapping?: WeightMapping;
}

/** What writing a format needs. */
export interface WriteContext {
  /** The name of the file, without its ending. */
  readonly name: string;
  /** How exactly the files keep the weights. */
  readonly weights: WeightPrecision;
  /** Whether the files compute by WebAssembly. */
  readonly wasm: boolean;
  /** The most bytes of weights in a file; undefined for one file. */
  readonly shardBytes: number | undefined;
  readonly changes: Changes | undefined;
  readonly warn: (message: string) => void;
  /**
   * What the files say about the model: class names, how pictures become inputs, and the receipt.
   *
   * @param stored the bytes in the files that hold the weights
   * @param rounded the weights as the files have them, if they have fewer bits
   */
  readonly about: (stored: Uint8Array, rounded?: readonly WeightValues[]) => Promise<JsonObject>;
}

/** A format of model files: how it is told from others, read and written. */
export interface ModelFormat {
  /** As users name it: `keras`. */
  readonly name: string;
  /** In words, for messages: `a Keras archive (.keras)`. */
  readonly title: string;
  /** How exactly it can keep weights, the default first; 32 bits and nothing else if undefined. */
  readonly precisions?: readonly WeightPrecision[];
  /** Whether its files can compute by WebAssembly. */
  readonly takesWasm?: boolean;
  /** Whether its weights can be in several files. */
  readonly takesShards?: boolean;
  /** Another name that users may have for what is written. */
  readonly alias?: string;
  /** Whether it takes a mapping from names of tensors to weights. */
  readonly takesMapping?: boolean;
  /** Whether its files have fixed names, so that each model needs a folder of its own. */
  readonly needsFolder?: boolean;
  /** What its files may leave open. */
  readonly choices?: readonly (keyof ImportChoices)[];
  /** Whether files are of this format, by what is in them. Must not throw. */
  recognises(files: FileMap): boolean;
  /** The names of further files without which these cannot be read, from the same folder. */
  companions?(files: FileMap): readonly string[];
  /** @throws HeddleError when a file is damaged, or needs something that Heddle does not have */
  read?(files: FileMap, context: ReadContext): Promise<Model>;
  /** The receipt in files that Heddle wrote, and that nobody has written since. */
  receipt?(files: FileMap): Promise<FoundReceipt | undefined>;
  /** Sets the weights of a model to those of the files; may leave some of them set when it throws. */
  readWeights?(model: Model, files: FileMap, context: WeightsContext): Promise<void>;
  /** The files of a model by their names. */
  write?(model: Model, context: WriteContext): Promise<Readonly<Record<string, Uint8Array>>>;
}
