import { HeddleError } from "@heddle/core";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import { modelFileKind } from "./containers/kind.js";
import type { FileMap } from "./format.js";

/** What people pass that Heddle does not read, and what they can do instead. */
interface ForeignKind {
  /** In words, for messages. */
  readonly title: string;
  readonly next: string;
  /** Whether the name says it. */
  readonly named?: RegExp;
  /** Whether the beginning of the bytes says it, whatever the name. */
  readonly begins?: (bytes: Uint8Array) => boolean;
  /** Whether the names in a zip archive say it. */
  readonly holds?: (entries: readonly string[]) => boolean;
}

const TORCH =
  'In PyTorch, write the model with torch.onnx.export(model, x, "net.onnx"), or its weights alone with safetensors.torch.save_file(model.state_dict(), "net.safetensors").';
const CONVERT =
  "Save the model that it was made from as .keras, or convert it to ONNX with tf2onnx in Python.";

const text = (bytes: Uint8Array, first: number, end: number) =>
  String.fromCharCode(...bytes.subarray(first, end));

const KINDS: readonly ForeignKind[] = [
  {
    title: "an empty file",
    next: "Get it again: it was not written or downloaded to its end.",
    begins: ({ length }) => length === 0,
  },
  {
    title: "a web page",
    next: "Download the file itself: the address returned a page about it.",
    begins: (bytes) => /^\s*<(!doctype html|html)/i.test(text(bytes, 0, 64)),
  },
  {
    title: "a pointer of Git LFS in place of the file",
    next: "Get the file with git lfs pull.",
    begins: (bytes) => text(bytes, 0, 26) === "version https://git-lfs.gi",
  },
  {
    title: "a file packed by gzip",
    next: "Unpack it first.",
    begins: ([first, second]) => first === 0x1f && second === 0x8b,
  },
  {
    title: "a file of PyTorch, whose pickles may run code when they are read",
    next: TORCH,
    named: /\.(pt|pth|pth\.tar)$|^pytorch_model.*\.bin$/i,
    holds: (entries) => entries.some((name) => /(^|\/)data\.pkl$/.test(name)),
  },
  {
    title: "a pickle, which may run code when it is read",
    next: `Write the model in a format without code. ${TORCH} In Keras, model.save("net.keras").`,
    named: /\.(pkl|pickle|joblib)$/i,
    begins: ([first, second = 0]) => first === 0x80 && second >= 2 && second <= 5,
  },
  {
    title: "a model of TensorFlow Lite, which has no layers to train",
    next: CONVERT,
    named: /\.tflite$/i,
    begins: (bytes) => text(bytes, 4, 8) === "TFL3",
  },
  {
    title: "a model prepared for ONNX Runtime alone",
    next: "Pass the .onnx file that it was made from.",
    named: /\.ort$/i,
    begins: (bytes) => text(bytes, 4, 8) === "ORTM",
  },
  {
    title: "a graph of TensorFlow (SavedModel or GraphDef), which has operations and no layers",
    next: `${CONVERT} If it is ONNX, let its name end in .onnx.`,
    named: /\.pb$/i,
    holds: (entries) => entries.some((name) => /(^|\/)saved_model\.pb$/.test(name)),
  },
  {
    title: "a checkpoint of TensorFlow, which has weights without names of layers",
    next: 'In Keras, build the model, call load_weights, and model.save("net.keras").',
    named: /\.(ckpt|index|data-\d+-of-\d+)$/i,
  },
  {
    title: "a model of Core ML",
    next: "Export the model that it was made from as ONNX, or save it as .keras.",
    named: /\.(mlmodel|mlpackage)$/i,
    holds: (entries) => entries.some((name) => /\.mlmodel$/.test(name)),
  },
  {
    title: "arrays of NumPy",
    next: "Set them in the model that they belong to, in Python, and save that as .keras or ONNX. For known answers, pass them with `check`.",
    named: /\.npz$/i,
    holds: (entries) => entries.length > 0 && entries.every((name) => name.endsWith(".npy")),
  },
];

/** What a file is that Heddle does not read, by what is in it, otherwise by its name. */
export function foreignKind(name: string, bytes?: Uint8Array): ForeignKind | undefined {
  const entries = bytes && modelFileKind(bytes) === "zip" ? entriesIn(name, bytes) : [];
  const own = KINDS.find(({ begins, holds }) => (bytes && begins?.(bytes)) || holds?.(entries));
  // A file that is a model is one under any name.
  const isKnown = bytes !== undefined && modelFileKind(bytes) !== "other";
  return own ?? (isKnown ? undefined : KINDS.find(({ named }) => named?.test(name)));
}

/**
 * Refuses files of which one is of a kind that Heddle does not read.
 *
 * @param expected what it reads, in words
 */
export function refuseForeign(files: FileMap, expected: string): void {
  // Further files are weights, whose bytes may be any.
  const [file] = files;
  const kind = file && foreignKind(...file);
  if (!kind) return;
  throw new HeddleError({ who: file[0], expected, received: kind.title, next: kind.next });
}

function entriesIn(name: string, bytes: Uint8Array): readonly string[] {
  try {
    return zipFiles(bytes, name).map((entry) => entry.name);
  } catch {
    // Whoever reads it says what is wrong with it.
    return [];
  }
}
