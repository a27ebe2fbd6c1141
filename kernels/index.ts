// Every kernel that the engine may call. tools/build-kernels.mjs reads the signatures from these files and
// writes the typed table src/engine/kernel-table.ts.
export { conv2dForward, conv2dKernelGradient, conv2dInputGradient, biasGradient, flipKernel, transpose } from "./conv2d";
export { conv2dMaxPoolForward, conv2dMaxPoolBackward, kernelByChannel } from "./conv2d-max-pool";
export { winogradKernel, conv2dMaxPoolWinograd } from "./winograd";
export { denseForward, denseKernelGradient } from "./dense";
export { maxPoolForward, maxPoolBackward } from "./max-pool";
export { rescaleBytes, rescale, reluForward, reluBackward, padImage, cropImage, clear, copy } from "./elementwise";
export { expF32, logF32 } from "./math";
export { softmaxForward, softmaxBackward, sparseCrossEntropy, categoricalCrossEntropy } from "./softmax";
export { dropout } from "./random";
export { randomFlip } from "./random-flip";
export { sumShards, sumShardsByChannel, addPenaltyGradient, penalty } from "./gradients";
export { adam, sgd, sgdMomentum } from "./optimizers";
