import { HeddleError } from "../base/errors.js";

/** A file within an archive. Nothing is unpacked before `read` is called. */
export interface ArchiveFile {
  /** Its path within the archive, separated by slashes: `photos/cat/1.png`. */
  readonly name: string;
  /** Its size once unpacked, as the archive declares. */
  readonly bytes: number;
  /**
   * Its content.
   *
   * @throws HeddleError if it is damaged, or has another size than declared; AbortedError on `signal`
   */
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/** No file system allows longer names or deeper folders; an archive could declare any. */
const MAXIMUM_NAME_LENGTH = 4096;
const MAXIMUM_DEPTH = 64;

/**
 * The name of an archive's entry as a path below the archive: without `.` and doubled slashes.
 *
 * @param archive the archive's path, for errors
 * @returns `""` for the archive's own folder
 * @throws HeddleError for a name that leads outside of the archive, or no file can have
 */
export function pathInArchive(name: string, archive: string): string {
  const refuse = (received: string) =>
    new HeddleError({
      who: archive,
      expected: "an archive of files below one folder",
      received,
      next: "Nothing in it was read. Pack the files again, from within their folder.",
    });
  const shown = JSON.stringify(name.slice(0, 80));
  if (name.length > MAXIMUM_NAME_LENGTH) {
    throw refuse(`a name of ${name.length} characters, more than ${MAXIMUM_NAME_LENGTH}`);
  }
  if (/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(name)) throw refuse(`the absolute name ${shown}`);
  if (name.includes("\0")) throw refuse(`a name with a zero byte, ${shown}`);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refuse(`a name that leads out of the archive, ${shown}`);
  if (parts.length > MAXIMUM_DEPTH) {
    throw refuse(`a file ${parts.length} folders deep, more than ${MAXIMUM_DEPTH}`);
  }
  return parts.join("/");
}

/** The error for a link in an archive, which could lead anywhere. */
export function linkInArchive(name: string, archive: string, next: string): HeddleError {
  return new HeddleError({
    who: archive,
    expected: "files and folders",
    received: `a link, ${JSON.stringify(name.slice(0, 80))}, and links in archives are never followed`,
    next,
  });
}
