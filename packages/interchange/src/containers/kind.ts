/** What a model file is, by what its bytes begin with: ONNX has no signature and is what remains. */
export type ModelFileKind = "zip" | "hdf5" | "json" | "safetensors" | "other";

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const HDF5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const BRACE = 0x7b;
/** A safetensors file begins with the length of its JSON header, in eight bytes. */
const SAFETENSORS_LENGTH_BYTES = 8;

/**
 * Tells the kind of a model file from its bytes, whatever its name.
 *
 * @param bytes the file's beginning: at least its first 16 bytes, where it has so many
 */
export function modelFileKind(bytes: Uint8Array): ModelFileKind {
  const startsWith = (signature: readonly number[]) =>
    signature.every((value, index) => bytes[index] === value);
  if (startsWith(ZIP)) return "zip";
  if (startsWith(HDF5)) return "hdf5";
  if (bytes[SAFETENSORS_LENGTH_BYTES] === BRACE && bytes[0] !== BRACE) return "safetensors";
  // White space may stand before the text, and a mark of its byte order.
  const text = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  return text.startsWith("{") ? "json" : "other";
}
