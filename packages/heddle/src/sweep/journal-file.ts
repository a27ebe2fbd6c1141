import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, openFile } from "@heddle/core/internal/base/files-node.js";
import { Journal } from "@heddle/core/internal/sweep/journal.js";
import { type Lock, lockFolder } from "../system/lock.js";

/** A sweep's journal in its folder. */
export const JOURNAL_NAME = "journal.log";

const CHUNK_BYTES = 2 ** 20;

/**
 * The journal of a sweep's folder, which one process at a time writes. What was appended is on the disk when `append`
 * returns; what a killed process left of a line is cut off by the next one.
 *
 * @example
 * const file = await JournalFile.open("sweep");
 * await file.append(records.createStudy({ id: 0, name: "clothes", goal: "maximize", definition }));
 * file.journal.study("clothes");
 * await file.close();
 */
export class JournalFile {
  private waiting: Waiting[] = [];
  /** What could not be written: the journal has read it, the file has not. */
  private fault: unknown;
  private writing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    /** What the file's lines add up to. */
    readonly journal: Journal,
    private readonly handle: FileHandle,
    private readonly lock: Lock,
    /** How many bytes of the file the journal has read, all of them whole lines. */
    private bytesRead: number,
  ) {}

  /**
   * Locks a sweep's folder, which must exist, and reads its journal, which is made if it is missing.
   *
   * @throws HeddleError when another process has the folder, the journal is damaged, or cannot be read and written
   */
  static async open(folder: string): Promise<JournalFile> {
    const path = join(folder, JOURNAL_NAME);
    const lock = await lockFolder(folder, "Sweep");
    let handle: FileHandle | undefined;
    try {
      const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_RDWR } = constants; // Windows has no O_NOFOLLOW.
      handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW);
      const journal = new Journal(path);
      const whole = await readLines(handle, journal, 0);
      if (whole < (await handle.stat()).size) await handle.truncate(whole);
      return new JournalFile(path, journal, handle, lock, whole);
    } catch (thrown) {
      await handle?.close();
      await lock.release();
      throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be written", thrown);
    }
  }

  /** Aborts when another process may have the folder: from then on nothing is appended. */
  get lost(): AbortSignal {
    return this.lock.lost;
  }

  /**
   * Appends lines, each with its end. The journal has read them when this returns; they are on the disk when its promise
   * resolves. Those of calls that wait for the disk at the same time share one write.
   *
   * @throws HeddleError when they cannot be written: then the file is as before, and no more can be appended
   */
  append(lines: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.fault !== undefined) throw this.fault;
      const content = new TextEncoder().encode(lines);
      const created = this.created;
      this.journal.read(content);
      this.waiting.push({ content, creates: this.created > created, resolve, reject });
      this.writing ??= this.writeWaiting();
    });
  }

  /** Waits for what is being appended, and releases the folder. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle.close();
    await this.lock.release();
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        if (this.fault !== undefined) throw this.fault;
        await this.write(
          Buffer.concat(batch.map(({ content }) => content)),
          batch.some(({ creates }) => creates),
        );
        for (const { resolve } of batch) resolve();
      } catch (thrown) {
        this.fault =
          thrown instanceof HeddleError ? thrown : fileError(this.path, "a file that can be written", thrown);
        for (const { reject } of batch) reject(this.fault);
      }
    }
    // At once, so that whoever appends next begins a new turn.
    this.writing = undefined;
  }

  /** Studies and trials are numbered in the order of the file. */
  private get created(): number {
    return this.journal.trialCount + this.journal.studies.length;
  }

  /** @param creates whether the content begins studies or trials, whose numbers another program must not have used */
  private async write(content: Uint8Array, creates: boolean): Promise<void> {
    this.lost.throwIfAborted();
    await this.catchUp(creates);
    let written = 0;
    try {
      while (written < content.length) written += (await this.handle.write(content, written)).bytesWritten;
      await this.handle.datasync();
    } catch (thrown) {
      // A full disk takes the bytes that fit into the file's last block.
      if (written > 0) await this.handle.truncate(this.bytesRead);
      throw thrown;
    }
    this.bytesRead += content.length;
  }

  /** Reads what other programs, such as optuna-dashboard, have appended. */
  private async catchUp(creates: boolean): Promise<void> {
    const { size } = await this.handle.stat();
    if (size > this.bytesRead) {
      const created = this.created;
      this.bytesRead = await readLines(this.handle, this.journal, this.bytesRead);
      if (creates && this.created > created) {
        throw new HeddleError({
          who: `File ${this.path}`,
          expected: "no other program to begin a trial at the same moment",
          received: "one that did",
          next: "Resume the sweep.",
        });
      }
    }
    if (size === this.bytesRead) return;
    throw new HeddleError({
      who: `File ${this.path}`,
      expected: `${this.bytesRead} bytes, as far as its lines were read`,
      received: String(size),
      next: "Another program has changed it: end that program, then resume the sweep.",
    });
  }
}

interface Waiting {
  readonly content: Uint8Array;
  readonly creates: boolean;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Reads a journal without locking it, while another process may write it.
 *
 * @throws HeddleError when it is missing, cannot be read or is damaged
 */
export async function readJournalFile(path: string): Promise<Journal> {
  const { handle } = await openFile(path);
  try {
    const journal = new Journal(path);
    await readLines(handle, journal, 0);
    return journal;
  } catch (thrown) {
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be read", thrown);
  } finally {
    await handle.close();
  }
}

/**
 * Applies the whole lines from a position on.
 *
 * @returns where they end
 */
async function readLines(handle: FileHandle, journal: Journal, from: number): Promise<number> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let rest = new Uint8Array();
  for (let position = from; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return position - rest.length;
    position += bytesRead;
    const bytes = new Uint8Array(rest.length + bytesRead);
    bytes.set(rest);
    bytes.set(chunk.subarray(0, bytesRead), rest.length);
    rest = bytes.slice(journal.read(bytes));
  }
}
