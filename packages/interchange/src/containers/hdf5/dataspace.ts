import { damaged, type Hdf5Source } from "./fields.js";
import { fieldsOf } from "./header.js";

/** HDF5's own limit. */
const MAXIMUM_RANK = 32;

/** Reads a dataspace message: the sizes of an array, none for a single value; undefined for nothing at all. */
export function readDataspace(source: Hdf5Source, message: Uint8Array): readonly number[] | undefined {
  const fields = fieldsOf(source, "an array's sizes", message);
  const version = fields.u8();
  const rank = fields.u8();
  fields.skip(1);
  if ((version !== 1 && version !== 2) || rank > MAXIMUM_RANK) {
    throw damaged(source, `an array of at most ${MAXIMUM_RANK} axes`, `version ${version} of ${rank} axes`);
  }
  const isNull = fields.u8() === 2 && version === 2;
  if (version === 1) fields.skip(4);
  const shape = Array.from({ length: rank }, () => fields.length());
  return isNull ? undefined : shape;
}
