// Four bytes as five characters: a quarter longer than the bytes, where base64 is a third longer. The characters need no
// escape in HTML or in JavaScript.

const CHARACTERS = "!#%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}";

/** Bytes as text; zeros fill up the last four. */
export function toBase85(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    let number = 0;
    for (let byte = 0; byte < 4; byte++) number = number * 256 + (bytes[at + byte] ?? 0);
    let part = "";
    for (let digit = 0; digit < 5; digit++) {
      part = CHARACTERS[number % 85]! + part;
      number = Math.floor(number / 85);
    }
    parts.push(part);
  }
  return parts.join("");
}

/** The bytes of a text, a multiple of four. */
export function fromBase85(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length / 5; at++) {
    let number = 0;
    for (let digit = 0; digit < 5; digit++) number = number * 85 + CHARACTERS.indexOf(text[5 * at + digit]!);
    view.setUint32(4 * at, number);
  }
  return bytes;
}
