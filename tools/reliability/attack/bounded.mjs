// Bounded: a size is asked before it is read, and no file costs more memory than it may.
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { told } from "./sandbox.mjs";

/** What a command needs without data, generously, in MiB. */
const BASE_MIB = 400;
const MIB = 2 ** 20;

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export function bounded(sandbox) {
  return sandbox.pick([sparse, sparse, archive, packed])(sandbox);
}

const checkPeak = (
  /** @type {import("./sandbox.mjs").Sandbox} */ sandbox,
  /** @type {import("./sandbox.mjs").Ended} */ ended,
  /** @type {number} */ limitMiB,
) =>
  sandbox.hold(
    ended.peakMiB < limitMiB,
    () => `${told(ended)}: had ${Math.round(ended.peakMiB)} MiB, more than ${Math.round(limitMiB)}`,
  );

/** A file of many bytes that takes no place on the disk. */
async function sparse(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json", "finished");
  const run = sandbox.run("finished");
  mkdirSync(sandbox.file("folder"));
  const [big, words] = sandbox.pick([
    ["big.json", ["train", "big.json", "--data", "data.csv"]],
    ["big.csv", ["train", "model.json", "--data", "big.csv"]],
    ["big.npz", ["data", "big.npz"]],
    ["big.csv.gz", ["data", "big.csv.gz"]],
    ["big", ["convert", "big", "out.npz"]],
    ["big.png", ["predict", run, "big.png"]],
    ["big.png", ["explain", run, "big.png"]],
    [`${run}/run.json`, ["report", run]],
    [`${run}/history.csv`, ["report", run]],
    [`${run}/metrics.json`, ["report", run]],
    [`${run}/model/weights.safetensors`, ["evaluate", run]],
    [`${run}/model/config.json`, ["evaluate", run]],
    ["folder/train-images-idx3-ubyte", ["data", "folder"]],
  ]);
  writeFileSync(sandbox.file(big), "", { flag: "a" });
  truncateSync(sandbox.file(big), 2 ** 31 + 1 + sandbox.below(2 ** 20) * 4096);
  const ended = await sandbox.heddle(words);
  sandbox.refuses(ended);
  checkPeak(sandbox, ended, BASE_MIB);
}

/** An npz of an array that is much smaller packed, and says its size truly, or more, or less. */
async function archive(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const count = 1000 + sandbox.below(150_000);
  const said = sandbox.pick([count, count, count * 1000, count + 1, count - 1, 2 ** 40, 0]);
  const images = Buffer.concat([npyHead("|u1", `${said}, 28, 28`), Buffer.alloc(count * 28 * 28)]);
  const labels = Buffer.concat([
    npyHead("|u1", `${said},`),
    Buffer.from(Uint8Array.from({ length: count }, (_, at) => at % 3)),
  ]);
  const path = sandbox.file("bomb.npz");
  writeFileSync(path, zip({ "x_train.npy": images, "y_train.npy": labels }, sandbox.pick([1, 1, 1000])));
  const ended = await sandbox.heddle(["data", "bomb.npz"]);
  sandbox.succeedsOrRefuses(ended);
  checkPeak(sandbox, ended, BASE_MIB + (2 * images.length) / MIB);
}

/** gzip files that hold more than their header says, or one endless line. */
async function packed(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const bytes = (20 + sandbox.below(100)) * MIB;
  if (sandbox.chance(2)) {
    const filler = sandbox.pick(["0", ",", '"', "\n", "1,", "\0", "x"]);
    writeFileSync(
      sandbox.file("bomb.csv.gz"),
      gzipSync(`label,pixel1,pixel2,pixel3,pixel4\n${filler.repeat(bytes / filler.length)}`, { level: 1 }),
    );
    const ended = await sandbox.heddle(["data", "bomb.csv.gz"]);
    sandbox.refuses(ended);
    return checkPeak(sandbox, ended, BASE_MIB);
  }
  mkdirSync(sandbox.file("folder"));
  const head = Buffer.alloc(16);
  for (const [at, value] of [0x803, sandbox.pick([1, 60_000, 2 ** 31, 2 ** 32 - 1]), 28, 28].entries())
    head.writeUInt32BE(value, 4 * at);
  const labels = Buffer.concat([Buffer.from([0, 0, 8, 1]), head.subarray(4, 8), Buffer.alloc(60_000)]);
  for (const split of ["train", "t10k"]) {
    writeFileSync(
      sandbox.file("folder", `${split}-images-idx3-ubyte.gz`),
      gzipSync(Buffer.concat([head, Buffer.alloc(bytes)]), { level: 1 }),
    );
    writeFileSync(sandbox.file("folder", `${split}-labels-idx1-ubyte.gz`), gzipSync(labels));
  }
  const ended = await sandbox.heddle(["data", "folder"]);
  sandbox.succeedsOrRefuses(ended);
  checkPeak(sandbox, ended, BASE_MIB + (2 * bytes) / MIB);
}

/** The head of a NumPy array. */
function npyHead(/** @type {string} */ type, /** @type {string} */ shape) {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"), Buffer.from(`${text}\n`)]);
}

/** A zip archive whose entries say `factor` times their size. */
function zip(/** @type {Record<string, Buffer>} */ entries, factor = 1) {
  const [parts, directory] = [[Buffer.alloc(0)], [Buffer.alloc(0)]];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = deflateRawSync(content, { level: 6 });
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE((content.length * factor) % 2 ** 32, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  const count = Object.keys(entries).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}
