import { HeddleError } from "../base/errors.js";

/** Why a packed stream cannot be unpacked: thrown within a decoder, which adds the file's name. */
export class StreamFault extends Error {}

/** The error for a packed file whose content is damaged. */
export function damagedStream(name: string, packer: string, cause: unknown): unknown {
  if (!(cause instanceof StreamFault)) return cause;
  return new HeddleError(
    {
      who: name,
      expected: `a whole ${packer} stream`,
      received: cause.message,
      next: "Download or copy the file again.",
    },
    { cause },
  );
}
