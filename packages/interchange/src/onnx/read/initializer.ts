import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import {
  bytesOf,
  decodeElements,
  type ElementType,
  elementTypeOf,
  fromBfloat16,
  fromFloat16,
  type Numbers,
  numbersFor,
} from "../elements.js";
import { type TensorProto, TensorProto_DataLocation } from "../schema/onnx_pb.js";
import { type Constant, constant } from "./constant.js";
import { damaged } from "./fault.js";

/** The bytes of files that a model keeps its weights in, by the names that it gives them. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/** The numbers of a tensor in a file. */
export function readTensor(who: string, tensor: TensorProto, files: ExternalFiles): Constant {
  const what = `${who}, tensor "${tensor.name}"`;
  const type = elementTypeOf(what, tensor.dataType);
  const shape = tensor.dims.map(Number);
  const count = sizeOf(shape);
  if (
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    !(8 * count <= MAXIMUM_FILE_BYTES * 8)
  ) {
    throw damaged(what, "sizes of a tensor that fits into memory", `[${shape.join(", ")}]`);
  }
  return constant(type, shape, valuesOf(what, { tensor, type, count, files }));
}

interface Encoded {
  readonly tensor: TensorProto;
  readonly type: ElementType;
  readonly count: number;
  readonly files: ExternalFiles;
}

function valuesOf(what: string, { tensor, type, count, files }: Encoded): Numbers {
  const isExternal = tensor.dataLocation === TensorProto_DataLocation.EXTERNAL;
  if (isExternal || tensor.rawData.length > 0) {
    const bytes = isExternal ? externalBytes(what, tensor, files) : tensor.rawData;
    const expected = bytesOf(type, count);
    if (bytes.length !== expected) throw damaged(what, `${expected} bytes`, String(bytes.length));
    return decodeElements(type, bytes, count);
  }
  const { floatData, doubleData, int32Data, int64Data, uint64Data } = tensor;
  const lists = [floatData, doubleData, int32Data, int64Data, uint64Data];
  const list = lists.find(({ length }) => length > 0) ?? [];
  const isPacked = type === "int4" || type === "uint4";
  if (isPacked && list.length === bytesOf(type, count)) {
    return decodeElements(type, Uint8Array.from(list as number[]), count);
  }
  if (list.length !== count || isPacked) {
    throw damaged(what, `${count} numbers`, String(list.length));
  }
  const decode = BITS_AS_NUMBERS[type] ?? Number;
  const values = numbersFor(type, count);
  for (let index = 0; index < count; index++) values[index] = decode(Number(list[index]));
  return values;
}

/** Types whose bits are stored as whole numbers. */
const BITS_AS_NUMBERS: Partial<Record<ElementType, (bits: number) => number>> = {
  float16: fromFloat16,
  bfloat16: fromBfloat16,
};

/** Where a tensor's bytes are outside of the model's file; undefined where they are in it. */
export function externalLocation(who: string, tensor: TensorProto): string | undefined {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return undefined;
  const location = entryOf(tensor, "location");
  if (location !== undefined && isInFolder(location)) return location;
  throw new HeddleError({
    who: `${who}, tensor "${tensor.name}"`,
    expected: "weights in a file of the model's folder",
    received: location === undefined ? "no file" : JSON.stringify(location),
    next: "Place the file next to the model, and save the model again with that name.",
  });
}

/** A path below the model's folder, whichever system reads it. */
function isInFolder(location: string): boolean {
  const parts = location.split(/[/\\]/);
  return location !== "" && !/^[a-z]:/i.test(location) && !parts.some((part) => part === "" || part === "..");
}

function externalBytes(what: string, tensor: TensorProto, files: ExternalFiles): Uint8Array {
  const bytes = files.get(entryOf(tensor, "location") ?? "") ?? new Uint8Array();
  const offset = Number(entryOf(tensor, "offset") ?? 0);
  const length = Number(entryOf(tensor, "length") ?? bytes.length - offset);
  const fits = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (fits && offset + length <= bytes.length) return bytes.subarray(offset, offset + length);
  throw damaged(what, `offset and length within ${bytes.length} bytes`, `${offset} and ${length}`);
}

function entryOf(tensor: TensorProto, key: string): string | undefined {
  return tensor.externalData.find((entry) => entry.key === key)?.value;
}
