import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import type { Entry } from "./entries";

/** The files of a zip archive; nothing is unpacked before it is read, and then into memory that browsers decode from. */
export function readZipFiles(bytes: Uint8Array, archive: string): readonly Entry[] {
  return zipFiles(bytes, archive).map(({ name, read }) => ({
    path: name,
    read: async () => new Uint8Array(await read()),
  }));
}
