import { type Shape, sizeOf } from "../base/shape.js";
import { emitRelu, emitSoftmax } from "./activation.js";
import { emitAveragePool } from "./average-pool.js";
import {
  type BatchNormalizationSettings,
  type BatchNormalizationWeights,
  emitBatchNormalization,
} from "./batch-normalization.js";
import { emitConv2D } from "./conv2d.js";
import { type Conv2DGeometry, conv2dMacs } from "./conv2d-geometry.js";
import { emitConv2DMaxPool } from "./conv2d-max-pool.js";
import { emitDense } from "./dense.js";
import { depthwiseMacs, emitDepthwiseConv2D } from "./depthwise-conv2d.js";
import { type DropoutOptions, emitDropout } from "./dropout.js";
import { type ElementwiseActivation, emitElementwiseActivation } from "./elementwise-activation.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { emitGroupedConv2D } from "./grouped-conv2d.js";
import { emitLayerNormalization, type LayerNormalizationOptions } from "./layer-normalization.js";
import { emitMaxPool, type Pool2DGeometry } from "./max-pool.js";
import type { MergeNode } from "./merge.js";
import { emitNormalize } from "./normalize.js";
import { emitRandomAffine, type RandomAffineOptions } from "./random-affine.js";
import { emitRandomContrast, type RandomContrastOptions } from "./random-contrast.js";
import { emitRandomCrop, type RandomCropOptions } from "./random-crop.js";
import { emitRandomErasing, type RandomErasingOptions } from "./random-erasing.js";
import { emitRandomFlip, type RandomFlipOptions } from "./random-flip.js";
import { emitRescale } from "./rescale.js";
import { emitResize, type ResizeOptions } from "./resize.js";
import { emitSpatialDropout } from "./spatial-dropout.js";
import { emitUpSampling, type UpSamplingOptions } from "./up-sampling.js";
import type { Weight } from "./weight.js";
import { emitZeroPadding, type ZeroPaddingOptions } from "./zero-padding.js";

interface WithWeights {
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
}

/**
 * One op of a lowered model: what layers turn into, what the compiler fuses, and what it then emits. `owner` is
 * the layer's name, or the names of several that were fused.
 */
export type OpNode = { readonly owner: string } & (
  | { readonly op: "rescale"; readonly scale: number; readonly offset: number }
  | ({
      readonly op: "conv2d" | "depthwiseConv2d";
      readonly geometry: Conv2DGeometry;
      readonly relu: boolean;
    } & WithWeights)
  | ({
      readonly op: "groupedConv2d";
      readonly geometry: Conv2DGeometry;
      readonly groups: number;
      readonly relu: boolean;
    } & WithWeights)
  | ({
      readonly op: "conv2dMaxPool";
      readonly geometry: Conv2DGeometry;
      readonly dropout: DropoutOptions | undefined;
    } & WithWeights)
  | { readonly op: "maxPool" | "averagePool"; readonly geometry: Pool2DGeometry }
  | ({ readonly op: "dense"; readonly relu: boolean } & WithWeights)
  | ({ readonly op: "dropout" } & DropoutOptions)
  | ({ readonly op: "spatialDropout" } & DropoutOptions)
  | ({ readonly op: "upSampling" } & UpSamplingOptions)
  | ({ readonly op: "zeroPadding" } & ZeroPaddingOptions)
  | ({ readonly op: "batchNormalization" } & BatchNormalizationSettings & BatchNormalizationWeights)
  | ({ readonly op: "layerNormalization" } & LayerNormalizationOptions)
  | { readonly op: "normalize"; readonly mean: Weight; readonly deviation: Weight }
  | ({ readonly op: "resize" } & ResizeOptions)
  | ({ readonly op: "randomAffine" } & RandomAffineOptions)
  | ({ readonly op: "randomContrast" } & RandomContrastOptions)
  | ({ readonly op: "randomCrop" } & RandomCropOptions)
  | ({ readonly op: "randomErasing" } & RandomErasingOptions)
  | ({ readonly op: "randomFlip" } & RandomFlipOptions)
  | { readonly op: "relu" }
  | { readonly op: "activation"; readonly activation: ElementwiseActivation }
  | { readonly op: "softmax" }
  | { readonly op: "reshape"; readonly shape: Shape }
);

/** An op of one value or of several. */
export type AnyNode = OpNode | MergeNode;

/** Emits the forward calls of a node; returns its output and how to emit its backward calls. */
export function emitNode(
  e: Emitter,
  node: OpNode,
  x: Value,
  parameter: (weight: Weight) => Parameter,
): [Value, Backward] {
  e.owner = node.owner;
  const weights = (from: WithWeights) => ({
    kernel: parameter(from.kernel),
    bias: from.bias && parameter(from.bias),
  });
  switch (node.op) {
    case "rescale":
      return emitRescale(e, { scale: node.scale, offset: node.offset }, x);
    case "conv2d":
      return emitConv2D(e, { ...weights(node), geometry: node.geometry, relu: node.relu }, x);
    case "depthwiseConv2d":
      return emitDepthwiseConv2D(e, { ...weights(node), geometry: node.geometry, relu: node.relu }, x);
    case "groupedConv2d": {
      const { geometry, groups, relu } = node;
      return emitGroupedConv2D(e, { ...weights(node), geometry, groups, relu }, x);
    }
    case "conv2dMaxPool":
      return emitConv2DMaxPool(e, { ...weights(node), geometry: node.geometry, dropout: node.dropout }, x);
    case "maxPool":
      return emitMaxPool(e, node.geometry, x);
    case "averagePool":
      return emitAveragePool(e, node.geometry, x);
    case "dense":
      return emitDense(e, { ...weights(node), relu: node.relu }, x);
    case "dropout":
      return emitDropout(e, { rate: node.rate, layer: node.layer }, x);
    case "batchNormalization":
      return emitBatchNormalization(
        e,
        {
          ...node,
          gamma: node.gamma && parameter(node.gamma),
          beta: node.beta && parameter(node.beta),
          movingMean: parameter(node.movingMean),
          movingVariance: parameter(node.movingVariance),
        },
        x,
      );
    case "layerNormalization": {
      const [gamma, beta] = [node.gamma && parameter(node.gamma), node.beta && parameter(node.beta)];
      return emitLayerNormalization(e, { ...node, gamma, beta }, x);
    }
    case "normalize":
      return emitNormalize(e, { mean: parameter(node.mean), deviation: parameter(node.deviation) }, x);
    case "resize":
      return emitResize(e, node, x);
    case "randomAffine":
      return emitRandomAffine(e, node, x);
    case "randomContrast":
      return emitRandomContrast(e, node, x);
    case "randomCrop":
      return emitRandomCrop(e, node, x);
    case "randomErasing":
      return emitRandomErasing(e, node, x);
    case "randomFlip":
      return emitRandomFlip(e, node, x);
    case "spatialDropout":
      return emitSpatialDropout(e, node, x);
    case "upSampling":
      return emitUpSampling(e, node, x);
    case "zeroPadding":
      return emitZeroPadding(e, node, x);
    case "activation":
      return emitElementwiseActivation(e, node.activation, x);
    case "relu":
      return emitRelu(e, x);
    case "softmax":
      return emitSoftmax(e, x);
    case "reshape":
      // The same memory under another shape; the gradient moves over as it is.
      return [
        { shape: node.shape, data: x.data },
        (dy, dx) => {
          if (dx) e.call("copy", "backward", { y: dx, x: dy, N: "samples", bytes: 4 * sizeOf(node.shape) });
        },
      ];
  }
}

/** The weights that a node uses, in order. */
export function nodeWeights(node: OpNode): readonly Weight[] {
  if (node.op === "normalize") return [node.mean, node.deviation];
  if (node.op === "layerNormalization") {
    return [node.gamma, node.beta].filter((weight) => weight !== undefined);
  }
  if (node.op === "batchNormalization") {
    const { gamma, beta, movingMean, movingVariance } = node;
    return [gamma, beta, movingMean, movingVariance].filter((weight) => weight !== undefined);
  }
  if (!("kernel" in node)) return [];
  return node.bias ? [node.kernel, node.bias] : [node.kernel];
}

/** Multiply-adds of one sample's forward pass through a node. */
export function nodeMacs(node: OpNode): number {
  switch (node.op) {
    case "conv2d":
    case "conv2dMaxPool":
      return conv2dMacs(node.geometry);
    case "depthwiseConv2d":
      return depthwiseMacs(node.geometry);
    case "groupedConv2d":
      return conv2dMacs(node.geometry) / node.groups;
    case "dense":
      return sizeOf(node.kernel.shape);
    default:
      return 0;
  }
}
