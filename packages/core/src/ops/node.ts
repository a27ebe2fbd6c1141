import { type AveragePoolNode, averagePool } from "./average-pool.js";
import { type BatchNormalizationNode, batchNormalization } from "./batch-normalization.js";
import { type ChannelScaleNode, channelScale } from "./channel-scale.js";
import { type Conv2DNode, conv2d } from "./conv2d.js";
import { type Conv2DMaxPoolNode, conv2dMaxPool } from "./conv2d-max-pool.js";
import { type CroppingNode, cropping } from "./cropping.js";
import { type DenseNode, dense } from "./dense.js";
import { type DepthwiseConv2DNode, depthwiseConv2d } from "./depthwise-conv2d.js";
import { type DropoutNode, dropout } from "./dropout.js";
import { type ActivationNode, activation } from "./elementwise-activation.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { type GroupedConv2DNode, groupedConv2d } from "./grouped-conv2d.js";
import { type LayerNormalizationNode, layerNormalization } from "./layer-normalization.js";
import { type MaxPoolNode, maxPool } from "./max-pool.js";
import type { MergeNode } from "./merge.js";
import { type DropSamplesNode, dropSamples, type GaussianNoiseNode, gaussianNoise } from "./noise.js";
import { type NormalizeNode, normalize } from "./normalize.js";
import type { Op, WithParameters } from "./op.js";
import { type PermuteNode, permute } from "./permute.js";
import { type PreluNode, prelu } from "./prelu.js";
import { type RandomAffineNode, randomAffine } from "./random-affine.js";
import { type RandomBrightnessNode, randomBrightness } from "./random-brightness.js";
import { type RandomContrastNode, randomContrast } from "./random-contrast.js";
import { type RandomCropNode, randomCrop } from "./random-crop.js";
import { type RandomErasingNode, randomErasing } from "./random-erasing.js";
import { type RandomFlipNode, randomFlip } from "./random-flip.js";
import { type RectifyNode, rectify } from "./rectify.js";
import { type ReluNode, relu } from "./relu.js";
import { type RescaleNode, rescale } from "./rescale.js";
import { type ReshapeNode, reshape } from "./reshape.js";
import { type ResizeNode, resize } from "./resize.js";
import { type SoftmaxNode, softmax } from "./softmax.js";
import { type SpatialDropoutNode, spatialDropout } from "./spatial-dropout.js";
import { type UnitNormalizationNode, unitNormalization } from "./unit-normalization.js";
import { type UpSamplingNode, upSampling } from "./up-sampling.js";
import type { Weight } from "./weight.js";
import { type ZeroPaddingNode, zeroPadding } from "./zero-padding.js";

/** One op of a lowered model: what layers turn into, what the compiler fuses, and what it then emits. */
export type OpNode =
  | ActivationNode
  | AveragePoolNode
  | BatchNormalizationNode
  | Conv2DMaxPoolNode
  | Conv2DNode
  | DenseNode
  | DepthwiseConv2DNode
  | DropoutNode
  | DropSamplesNode
  | GaussianNoiseNode
  | ChannelScaleNode
  | CroppingNode
  | PermuteNode
  | RandomBrightnessNode
  | UnitNormalizationNode
  | GroupedConv2DNode
  | LayerNormalizationNode
  | MaxPoolNode
  | NormalizeNode
  | RandomAffineNode
  | RandomContrastNode
  | RandomCropNode
  | RandomErasingNode
  | RandomFlipNode
  | PreluNode
  | RectifyNode
  | ReluNode
  | RescaleNode
  | ReshapeNode
  | ResizeNode
  | SoftmaxNode
  | SpatialDropoutNode
  | UpSamplingNode
  | ZeroPaddingNode;

/** An op of one value or of several. */
export type AnyNode = OpNode | MergeNode;

/** Every op by its name: a node of the union above without an entry here does not compile. */
const ops: { readonly [Name in OpNode["op"]]: Op<Extract<OpNode, { readonly op: Name }>> } = {
  activation,
  averagePool,
  batchNormalization,
  conv2d,
  conv2dMaxPool,
  dense,
  depthwiseConv2d,
  dropout,
  dropSamples,
  gaussianNoise,
  channelScale,
  cropping,
  permute,
  randomBrightness,
  unitNormalization,
  groupedConv2d,
  layerNormalization,
  maxPool,
  normalize,
  randomAffine,
  randomContrast,
  randomCrop,
  randomErasing,
  randomFlip,
  prelu,
  rectify,
  relu,
  rescale,
  reshape,
  resize,
  softmax,
  spatialDropout,
  upSampling,
  zeroPadding,
};

/** The entry of a node. Its fields are read by name here, and typed in the op's own file. */
function opOf(node: OpNode): { readonly op: Op<OpNode>; readonly weights: readonly [string, Weight][] } {
  const op = ops[node.op] as Op<OpNode>;
  const fields = node as unknown as Readonly<Record<string, Weight | undefined>>;
  const weights = (op.weights ?? []).flatMap((name: string): [string, Weight][] => {
    const weight = fields[name];
    return weight ? [[name, weight]] : [];
  });
  return { op, weights };
}

/** Emits the forward calls of a node; returns its output and what emits its backward calls. */
export function emitNode(
  e: Emitter,
  node: OpNode,
  x: Value,
  parameter: (weight: Weight) => Parameter,
): [Value, Backward] {
  e.owner = node.owner;
  const { op, weights } = opOf(node);
  const parameters = Object.fromEntries(weights.map(([name, weight]) => [name, parameter(weight)]));
  return op.emit(e, { ...node, ...parameters } as WithParameters<OpNode>, x);
}

/** The weights that a node uses, in order. */
export function nodeWeights(node: OpNode): readonly Weight[] {
  return opOf(node).weights.map(([, weight]) => weight);
}

/** Multiply-adds of one sample's forward pass through a node. */
export function nodeMacs(node: OpNode): number {
  return opOf(node).op.macs?.(node) ?? 0;
}
