import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { describe, expect, it } from "vitest";
import { lockFolder } from "../system/lock.js";
import { DownloadError, type DownloadOptions, download } from "./download.js";
import { sends, silent, stallsAfter, stallsThenSends, startMirror, status } from "./mirror.testing.js";
import { sha256, temporaryFolder } from "./tiny-dataset.testing.js";

const file = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) >> 7);
const expected: DownloadOptions["expected"] = {
  bytes: file.length,
  md5: createHash("md5").update(file).digest("hex"),
  sha256: sha256(file),
};
const other = file.map((byte) => byte ^ 1);

/** Downloads `file` from mirrors into a new folder, with short delays. */
function start(urls: string[], more: Partial<DownloadOptions> = {}) {
  const target = join(temporaryFolder(), "cache", "a.gz");
  const notices: string[] = [];
  const done = download({
    urls: urls.map((url) => `${url}a.gz`),
    target,
    expected,
    backoffMs: 1,
    onNotice: (message) => notices.push(message),
    ...more,
  });
  return { target, notices, done };
}

/** Compares all bytes at once, because assertions on each would take seconds. */
const holds = (path: string, bytes: Uint8Array) => readFileSync(path).equals(bytes);

describe("download", () => {
  it("puts the complete file in its place, and nothing else", async () => {
    const mirror = await startMirror(sends(file));
    const progress: number[] = [];
    const { target, done, notices } = start([mirror.url], { onProgress: (bytes) => progress.push(bytes) });
    await done;
    expect(holds(target, file)).toBe(true);
    expect(readdirSync(join(target, ".."))).toEqual(["a.gz"]);
    expect(progress.at(-1)).toBe(file.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(notices).toEqual([]);
  });

  it("lets several processes ask for a file at once, of which one downloads it", async () => {
    const mirror = await startMirror(stallsThenSends(file));
    const target = join(temporaryFolder(), "cache", "a.gz");
    const all = Array.from({ length: 4 }, () => start([mirror.url], { target }));
    await Promise.all(all.map(({ done }) => done));
    expect(mirror.requests).toEqual(["/a.gz"]);
    expect(holds(target, file)).toBe(true);
    expect(readdirSync(join(target, ".."))).toEqual(["a.gz"]);
    expect(all.flatMap(({ notices }) => notices)).toEqual([]);
  });

  it("stops waiting for another process on request", async () => {
    const target = join(temporaryFolder(), "a.gz");
    const lock = await lockFolder(join(target, ".."), "Folder");
    const controller = new AbortController();
    const { done } = start(["http://127.0.0.1:1/"], { target, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(done).rejects.toThrow(AbortedError);
    await lock.release();
  });

  it("resumes after a broken connection", async () => {
    const mirror = await startMirror(stallsAfter(file, 100_000), stallsAfter(file, 50_000), sends(file));
    // It breaks only after the bytes are read, or they would be lost with the connection.
    const onProgress = (bytes: number) => {
      if (bytes === 100_000 || bytes === 150_000) mirror.breakConnections();
    };
    const { target, done, notices } = start([mirror.url], { onProgress });
    await done;
    expect(mirror.requests).toEqual(["/a.gz", "/a.gz from 100000", "/a.gz from 150000"]);
    expect(holds(target, file)).toBe(true);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/^a\.gz from 127\.0\.0\.1:\d+: .+; retrying$/);
  });

  it("resumes the download of an earlier process", async () => {
    const mirror = await startMirror(sends(file));
    const target = join(temporaryFolder(), "a.gz");
    writeFileSync(`${target}.part`, file.subarray(0, 123_456));
    await start([mirror.url], { target }).done;
    expect(mirror.requests).toEqual(["/a.gz from 123456"]);
    expect(holds(target, file)).toBe(true);
  });

  it("starts over if the server ignores the range", async () => {
    const mirror = await startMirror((response) => response.end(file));
    const target = join(temporaryFolder(), "a.gz");
    writeFileSync(`${target}.part`, file.subarray(0, 1000));
    await start([mirror.url], { target }).done;
    expect(holds(target, file)).toBe(true);
  });

  it("does not contact the network if the part is complete", async () => {
    const target = join(temporaryFolder(), "a.gz");
    writeFileSync(`${target}.part`, file);
    await start(["http://127.0.0.1:1/"], { target }).done;
    expect(existsSync(target)).toBe(true);
  });

  it("starts over if an earlier part is wrong or too long", async () => {
    for (const part of [other.subarray(0, 1000), other, new Uint8Array(file.length + 1)]) {
      const mirror = await startMirror(sends(file));
      const target = join(temporaryFolder(), "a.gz");
      writeFileSync(`${target}.part`, part);
      await start([mirror.url], { target }).done;
      expect(holds(target, file)).toBe(true);
      expect(mirror.requests.at(-1)).toBe("/a.gz");
    }
  });

  it("tries the next mirror if one lacks the file", async () => {
    const lacking = await startMirror(status(404));
    const having = await startMirror(sends(file));
    const { target, done, notices } = start([lacking.url, having.url]);
    await done;
    expect(lacking.requests).toHaveLength(1);
    expect(holds(target, file)).toBe(true);
    expect(notices[0]).toContain("it responded with HTTP 404; giving up on this mirror");
  });

  it("tries the next mirror if one sends a page instead of the file", async () => {
    const portal = await startMirror((response) => response.end("<html>Log in</html>"));
    const having = await startMirror(sends(file));
    const { done, notices } = start([portal.url, having.url]);
    await done;
    expect(notices[0]).toContain("it offered 19 bytes instead of 300000; giving up on this mirror");
  });

  it("retries a busy server", async () => {
    const mirror = await startMirror(status(503), status(429), sends(file));
    const { done, notices } = start([mirror.url]);
    await done;
    expect(notices.map((notice) => /HTTP \d+.*/.exec(notice)?.[0])).toEqual([
      "HTTP 503; retrying",
      "HTTP 429; retrying",
    ]);
  });

  it("resumes after a server falls silent", async () => {
    const mirror = await startMirror(stallsAfter(file, 10_000), sends(file));
    const { done, notices } = start([mirror.url], { stallTimeoutMs: 1000 });
    await done;
    expect(mirror.requests).toEqual(["/a.gz", "/a.gz from 10000"]);
    expect(notices[0]).toContain("no bytes for 1 s; retrying");
  });

  it("deletes a file with the wrong checksum, reports it, and tries the next mirror", async () => {
    const wrong = await startMirror(sends(other));
    const right = await startMirror(sends(file));
    const { target, done, notices } = start([wrong.url, right.url]);
    await done;
    expect(notices[0]).toMatch(
      /wrong checksum: MD5 \w{32} instead of \w{32}; deleted the received bytes; giving up on this mirror$/,
    );
    expect(right.requests).toEqual(["/a.gz"]);
    expect(holds(target, file)).toBe(true);
  });

  it("checks SHA-256 in addition to MD5, and leaves nothing on disk", async () => {
    const mirror = await startMirror(sends(file));
    const { target, done } = start([mirror.url], { expected: { ...expected, sha256: "0".repeat(64) } });
    await expect(done).rejects.toThrow(`wrong checksum: SHA-256 ${expected.sha256} instead of 000`);
    expect(readdirSync(join(target, ".."))).toEqual([]);
  });

  it("stops at the first byte beyond the size of the file", async () => {
    const mirror = await startMirror((response) => {
      response.write(file);
      response.write(file);
    });
    const { done } = start([mirror.url]);
    await expect(done).rejects.toThrow("it sent more bytes than the file has");
  });

  it("gives up at once on hosts that are unreachable, and lists the reasons", async () => {
    // A label of more than 63 letters is refused without asking a name server.
    const nameless = `${"a".repeat(64)}.invalid`;
    const { target, done, notices } = start(["http://127.0.0.1:1/", `http://${nameless}/`]);
    const error: unknown = await done.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DownloadError);
    expect((error as Error).message).toMatch(
      /^Download of a\.gz: expected the file from one of 2 mirrors, received 127\.0\.0\.1:1: .+; a{64}\.invalid: the host name cannot be resolved\. Check the network/,
    );
    expect(notices).toHaveLength(2);
    expect(existsSync(target)).toBe(false);
  });

  it("gives up at once on a host that never responds", async () => {
    const mute = await startMirror(silent);
    const { done, notices } = start([mute.url], { contactTimeoutMs: 100 });
    await expect(done).rejects.toThrow(/received 127\.0\.0\.1:\d+: no bytes for 0\.1 s\. Check the network/);
    expect(notices).toHaveLength(1);
  });

  it("gives up after `retries`, and keeps the received bytes", async () => {
    const mirror = await startMirror(stallsAfter(file, 1000));
    const onProgress = () => mirror.breakConnections();
    const { target, done } = start([mirror.url], { retries: 2, onProgress });
    await expect(done).rejects.toThrow(DownloadError);
    expect(mirror.requests).toHaveLength(3);
    expect(holds(`${target}.part`, file.subarray(0, 3000))).toBe(true);
  });

  it("stops on an aborted signal, and keeps the received bytes", async () => {
    const mirror = await startMirror(stallsAfter(file, 5000));
    const control = new AbortController();
    const { target, done } = start([mirror.url], {
      signal: control.signal,
      onProgress: () => control.abort(),
    });
    await expect(done).rejects.toThrow(AbortedError);
    expect(holds(`${target}.part`, file.subarray(0, 5000))).toBe(true);
    await expect(start([mirror.url], { signal: control.signal }).done).rejects.toThrow(AbortedError);
    expect(mirror.requests).toHaveLength(1);
  });

  it("reports a failure of the disk as such", async () => {
    const mirror = await startMirror(sends(file));
    const target = join(temporaryFolder(), "a.gz");
    mkdirSync(`${target}.part`);
    const error: unknown = await start([mirror.url], { target }).done.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HeddleError);
    expect((error as Error).message).toContain(`${target}.part: expected to write the download, received E`);
  });
});
