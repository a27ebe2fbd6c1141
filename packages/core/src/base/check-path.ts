import { HeddleError } from "./errors.js";

/**
 * Checks that a path is one: an empty text, which comes from a variable that is not set, would mean the working folder or
 * the root of the disk.
 *
 * @param who what the path is for: `Model`
 * @throws HeddleError when it is empty or not a text
 */
export function checkPath(who: string, path: string): string {
  if (typeof path === "string" && path.trim() !== "") return path;
  const received = path === undefined ? "nothing" : JSON.stringify(path);
  throw new HeddleError({ who, expected: "a path", received, next: "Pass the path of a file or folder." });
}
