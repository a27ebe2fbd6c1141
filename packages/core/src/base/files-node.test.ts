import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leftoverOf } from "./aside.testing.js";
import { AbortedError, HeddleError } from "./errors.js";
import {
  appendLine,
  appendToFile,
  fileError,
  fileExists,
  makeFolder,
  openFile,
  readFileBytes,
  readTextFile,
  removeFile,
  writeFileAtomic,
} from "./files-node.js";
import * as web from "./files-web.js";

const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeFileAtomic", () => {
  it("writes text and bytes, creates the folders, and leaves no temporary file", async () => {
    const path = join(folder, "a", "b", "weights.bin");
    await writeFileAtomic(path, "first");
    await writeFileAtomic(path, new Uint8Array([1, 2, 255]));
    expect(await readFileBytes(path)).toEqual(new Uint8Array([1, 2, 255]));
    expect(await readdir(join(folder, "a", "b"))).toEqual(["weights.bin"]);
  });

  it("keeps the old file and removes the temporary one if writing fails", async () => {
    const path = join(folder, "history.csv");
    await writeFileAtomic(path, "old");
    const unwritable = { length: 3 } as unknown as string; // writeFile throws after the file is open
    await expect(writeFileAtomic(path, unwritable)).rejects.toThrow(`File ${path}: expected a file`);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["history.csv"]);
  });

  it("keeps a folder that has the file's name, and removes the temporary file", async () => {
    const path = join(folder, "model");
    await mkdir(join(path, "inside"), { recursive: true });
    await expect(writeFileAtomic(path, "x")).rejects.toBeInstanceOf(HeddleError);
    expect(await readdir(folder)).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["inside"]);
  });

  it("lets readers see one whole content while many write", async () => {
    const path = join(folder, "run.json");
    const contents = Array.from({ length: 12 }, (_, index) => String(index).repeat(20_000));
    await writeFileAtomic(path, contents[0]!);
    const writes = Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    for (let read = 0; read < 20; read++) expect(contents).toContain(await readTextFile(path));
    await writes;
    expect(await readdir(folder)).toEqual(["run.json"]);
  });

  it("removes what killed processes left next to the file", async () => {
    const left = await leftoverOf(join(folder, "backup.safetensors"), "tmp");
    await writeFile(left, "half");
    await writeFileAtomic(join(folder, "run.json"), "{}");
    expect(await readdir(folder)).toEqual(["run.json"]);
  });

  it("refuses an empty path", async () => {
    for (const path of ["", " "])
      await expect(writeFileAtomic(path, "x")).rejects.toThrow(`File: expected a path, received "${path}".`);
    await expect(appendLine("", "x")).rejects.toThrow("File: expected a path");
  });

  it("refuses a path in which a file is in place of a folder", async () => {
    await writeFile(join(folder, "runs"), "");
    await expect(writeFileAtomic(join(folder, "runs", "run.json"), "x")).rejects.toThrow(
      /run\.json: expected a file that can be written, received .*(folder|file)/,
    );
  });

  // Root may write anywhere.
  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")("names a forbidden path", async () => {
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, "x"), "x")).rejects.toThrow("received permission denied");
    await chmod(folder, 0o700);
  });
});

describe("what is written within a folder", () => {
  it("does not make the folder again after it was moved", async () => {
    const run = join(folder, "run");
    await mkdir(run);
    await writeFileAtomic(join(run, "model", "config.json"), "{}", { within: run });
    await rename(run, join(folder, "moved"));
    for (const write of [
      () => writeFileAtomic(join(run, "model", "config.json"), "{}", { within: run }),
      () => writeFileAtomic(join(run, "run.json"), "{}", { within: run }),
      () => appendLine(join(run, "labels.jsonl"), "{}\n", { within: run }),
      () => appendToFile(join(run, "tensorboard", "train", "events"), bytes("x"), { within: run }),
    ]) {
      await expect(write()).rejects.toThrow("received no such file or folder");
    }
    expect(await readdir(folder)).toEqual(["moved"]);
  });

  it.skipIf(process.platform === "win32")("never passes through a link, but replaces one", async () => {
    const [run, elsewhere] = [join(folder, "run"), join(folder, "elsewhere")];
    await mkdir(run);
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, "config.json"), "precious");
    await symlink(elsewhere, join(run, "model"));
    await expect(writeFileAtomic(join(run, "model", "config.json"), "{}", { within: run })).rejects.toThrow(
      `Folder ${join(run, "model")}: expected a folder in ${run}, received a link.`,
    );
    await symlink(join(elsewhere, "config.json"), join(run, "labels.jsonl"));
    await expect(appendLine(join(run, "labels.jsonl"), "{}\n", { within: run })).rejects.toThrow(
      `File ${join(run, "labels.jsonl")}: expected a file that can be written, received a link.`,
    );
    await symlink(join(elsewhere, "config.json"), join(run, "report.html"));
    await writeFileAtomic(join(run, "report.html"), "new", { within: run });
    expect(await readFile(join(run, "report.html"), "utf8")).toBe("new");
    expect(await readFile(join(elsewhere, "config.json"), "utf8")).toBe("precious");
    expect(await readdir(elsewhere)).toEqual(["config.json"]);
  });
});

describe("makeFolder", () => {
  it("creates missing folders, and returns whether the folder is new", async () => {
    const path = join(folder, "a", "b");
    expect(await makeFolder(path)).toBe(true);
    expect(await makeFolder(path)).toBe(false);
    expect(await makeFolder(`${path}/`)).toBe(false);
    expect(await makeFolder(".")).toBe(false);
    const many = Array.from({ length: 8 }, () => makeFolder(join(folder, "c", "d", "e")));
    expect((await Promise.all(many)).filter((made) => made)).toHaveLength(1);
  });

  // Node's own recursive mkdir never ends there.
  it.skipIf(process.platform !== "linux")("refuses a folder in which none can be created", async () => {
    const error = await makeFolder("/proc/heddle/runs").catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "ENOENT" });
  });
});

describe("reading a file", () => {
  it("refuses a missing file, a folder, and text that is not UTF-8", async () => {
    const missing = join(folder, "missing.json");
    await expect(readTextFile(missing)).rejects.toThrow(
      `File ${missing}: expected a file that can be read, received no such file or folder. Check the path.`,
    );
    await expect(readFileBytes(folder)).rejects.toThrow("received a folder");
    const binary = join(folder, "binary");
    await writeFile(binary, new Uint8Array([0xff, 0xfe, 0x00]));
    await expect(readTextFile(binary)).rejects.toThrow(`File ${binary}: expected UTF-8 text`);
  });

  it.skipIf(process.platform === "win32")("refuses pipes and devices before they are opened", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(readFileBytes(pipe)).rejects.toThrow(
      `File ${pipe}: expected a file that can be read, received a pipe. Write its content to a file, and pass the path of that.`,
    );
    await expect(openFile(pipe)).rejects.toThrow("received a pipe");
    await expect(readTextFile("/dev/zero")).rejects.toThrow("received a device");
  });

  it("checks a file's size before it reads any of it", async () => {
    const path = join(folder, "large.json");
    await writeFile(path, "{}");
    await truncate(path, 65 * 2 ** 20);
    await expect(readTextFile(path)).rejects.toThrow(
      `File ${path}: expected at most 64.0 MiB, received 65.0 MiB. Check that this is the right file.`,
    );
    await truncate(path, 3);
    expect(await readFileBytes(path, { maximumBytes: 3 })).toEqual(new Uint8Array([0x7b, 0x7d, 0]));
    await expect(readFileBytes(path, { maximumBytes: 2 })).rejects.toThrow("at most 2 B, received 3 B");
  });

  it("stops on a signal", async () => {
    const path = join(folder, "a.npz");
    await writeFile(path, "bytes");
    await expect(readFileBytes(path, { signal: AbortSignal.abort() })).rejects.toThrow(
      new AbortedError(`Reading ${path}: stopped on request.`),
    );
  });

  it("explains a full disk, and passes on unknown errors", () => {
    const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    expect(fileError("w.bin", "a file that can be written", full).message).toBe(
      "File w.bin: expected a file that can be written, received a full disk. Free some space or choose another disk.",
    );
    expect(fileError("w.bin", "a file", new Error("odd")).message).toContain("received odd.");
  });
});

describe("a log file", () => {
  it("is created with its folders, appended to, and removed", async () => {
    const path = join(folder, "logs", "events");
    expect(await fileExists(path)).toBe(false);
    await appendToFile(path, bytes("one "));
    await appendToFile(path, bytes("two"));
    expect(await readTextFile(path)).toBe("one two");
    expect(await fileExists(path)).toBe(true);
    await removeFile(path);
    await removeFile(path);
    expect(await fileExists(path)).toBe(false);
    await expect(appendToFile(folder, bytes("x"))).rejects.toThrow("received a folder");
  });
});

describe("appendLine", () => {
  it("begins a new line where the file ends within one", async () => {
    const path = join(folder, "labels.jsonl");
    await appendLine(path, "one\n");
    await appendLine(path, "two\n");
    await writeFile(path, 'one\n{"at":');
    await appendLine(path, "three\n");
    expect(await readTextFile(path)).toBe('one\n{"at":\nthree\n');
  });

  // A file system's block has 4,096 bytes: what fits into the last one of the file is written even to a full disk.
  it("leaves nothing of a line that a full disk could not take", async ({ skip }) => {
    if (!mountDisk(folder)) skip();
    try {
      const path = join(folder, "labels.jsonl");
      const before = `${"x".repeat(4089)}\n`;
      await writeFile(path, before);
      await writeFile(join(folder, "ballast"), Buffer.alloc(1 << 20)).catch(() => undefined);
      await expect(appendLine(path, `${"y".repeat(100)}\n`)).rejects.toThrow("received a full disk");
      await expect(appendToFile(path, bytes("y".repeat(100)))).rejects.toThrow("received a full disk");
      await rm(join(folder, "ballast"));
      expect(await readTextFile(path)).toBe(before);
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});

/** Mounts a small disk, which needs root on Linux. */
function mountDisk(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("files in a browser", () => {
  it("have the same functions, each of which says that there are no files", async () => {
    for (const call of [
      web.readFileBytes,
      web.readTextFile,
      web.fileExists,
      web.removeFile,
      (path: string) => web.writeFileAtomic(path, ""),
      (path: string) => web.appendToFile(path, bytes("")),
    ]) {
      await expect(call("model/config.json")).rejects.toThrow(
        "File model/config.json: expected Node, where files can be read and written by path, received a browser.",
      );
    }
  });
});
