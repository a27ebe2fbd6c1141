/** CRC-32 as zip and PNG use it (ITU-T V.42). */
export const crc32 = checksum(0xedb88320);

/** CRC-32C (Castagnoli) as iSCSI and TFRecord use it. */
export const crc32c = checksum(0x82f63b78);

/** CRC-32C with TFRecord's mask, because a checksum over data that contains checksums would be weak. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/**
 * A 32-bit cyclic redundancy check by a polynomial whose bits are reversed. `before` is the check of the bytes that
 * precede these.
 */
function checksum(polynomial: number): (bytes: Uint8Array, before?: number) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  return (bytes, before = 0) => {
    let rest = ~before;
    for (let index = 0; index < bytes.length; index++) {
      rest = (rest >>> 8) ^ table[(rest ^ bytes[index]!) & 0xff]!;
    }
    return ~rest >>> 0;
  };
}
