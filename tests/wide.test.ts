// On Node 24, vectors of 256 bits: the same weights as at 128, there and everywhere.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { available } from "../packages/heddle/dist/system/required.testing.js";
import { mergesOf } from "../tools/kernels/merges.mjs";
import { nodeAt } from "../tools/node-versions.mjs";
import { committedHash } from "../tools/reproducibility/page.mjs";
import { MAIN, readJson, TINY, Workspace } from "./cli.js";

const VERSION = "24.21.0";
const node = nodeAt(VERSION);
const hasNode24 = available("node24", existsSync(node));
const NEEDS_NODE_24 = `(needs \`node tools/node-versions.mjs ${VERSION}\`)`;
const inNode = fileURLToPath(new URL("../tools/reproducibility/in-node.mjs", import.meta.url));

/** Kernels that most trainings spend their time in: V8 must merge their vectors. */
const hot = [
  "average-pool/averagePoolForward",
  "batch-normalization/batchMoments",
  "batch-normalization-gradient/channelGradients",
  "batch-normalization/scaleChannels",
  "batch-normalization-gradient/scaleChannelsBackward",
  "conv2d-max-pool/conv2dMaxPoolBackward",
  "conv2d-one-channel/conv2dForwardOneChannel",
  "conv2d/reluBiasGradient",
  "dense-narrow/narrowForward",
  "dense-narrow/narrowKernelGradient",
  "dense/denseKernelGradient",
  "depthwise/windows",
  "grid/productGrid",
  "max-pool/maxPoolForward",
  "optimizers/adam",
  "optimizers/sgdMomentum",
  "saturating/sigmoidForward",
  "saturating/tanhForward",
  "tile/outerTileCalled",
  "tile/tile",
  "tile/wideOuterTileCalled",
  "tile/wideTile",
  "winograd-gradient/addProducts",
  "winograd-transforms/gradientTile",
  "winograd-transforms/inputTile",
  "winograd/multiply",
  "winograd/poolTile",
  "finish/finishPixels",
  "winograd/conv2dWinograd",
];

describe.skipIf(!hasNode24)(`Node 24 ${NEEDS_NODE_24}`, () => {
  const work = new Workspace();

  it.each(["strict", "fma"] as const)(
    "trains to the hash of docs/reproducibility.md, wide and narrow, on %s kernels",
    async (variant) => {
      for (const env of [{}, { HEDDLE_WIDE: "0" }]) {
        const { code, stdout, stderr } = await work.spawn(node, [inNode, "2", variant], env).finished;
        expect(code, stderr).toBe(0);
        const { sha256, width } = JSON.parse(stdout);
        expect(sha256).toBe(committedHash(variant));
        if ("HEDDLE_WIDE" in env) expect(width).toBe(128);
      }
    },
  );

  it.each(["strict", "fma"] as const)("merges the vectors of the hot %s kernels", async (variant) => {
    const merged = (await mergesOf(node, variant)).filter(({ nodes }) => nodes > 0).map(({ name }) => name);
    expect(merged).toEqual(expect.arrayContaining(hot));
  });

  it("records the width, keeps to 128 bits with --no-wide, and verifies either run on Node 20", async () => {
    const train = async (...more: string[]) => {
      const { code, stderr } = await work.spawn(node, [MAIN, ...TINY, "--quiet", ...more]).finished;
      expect([code, stderr]).toEqual([0, ""]);
      return work.runs().at(-1)!;
    };
    const [wide, narrow] = [await train(), await train("--no-wide")];
    expect([128, 256]).toContain(readJson(wide, "metrics.json").engine.width);
    expect(readJson(narrow, "metrics.json").engine.width).toBe(128);
    for (const run of [wide, narrow]) expect((await work.heddle(["verify", run])).code).toBe(0);
  });
});
