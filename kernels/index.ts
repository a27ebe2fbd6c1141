// Every kernel that the engine may call. tools/build-kernels.mjs reads the signatures from these files and
// writes the typed table src/engine/kernel-table.ts.
export { conv2dForward, conv2dKernelGradient, biasGradient } from "./conv2d";
export { inputGradientKernel, conv2dInputGradient } from "./conv2d-input-gradient";
export { packKernel, packTransposed } from "./pack";
export { conv2dForwardOneChannel } from "./conv2d-one-channel";
export { conv2dMaxPoolForward, conv2dMaxPoolBackward, kernelByChannel } from "./conv2d-max-pool";
export { winogradKernel, winogradKernelFlipped, conv2dWinograd, conv2dMaxPoolWinograd } from "./winograd";
export { conv2dWinogradKernelGradient } from "./winograd-gradient";
export { denseForward, denseKernelGradient } from "./dense";
export { maxPoolForward, maxPoolBackward } from "./max-pool";
export { averagePoolForward, averagePoolBackward } from "./average-pool";
export { upSamplingForward, upSamplingBackward } from "./up-sampling";
export { activationForward, activationBackward } from "./activation";
export { rescaleBytes, rescale, reluForward, reluBackward, padImage, cropImage, clear, copy } from "./elementwise";
export { expF32, logF32, sinTurns, cosTurns } from "./math";
export { softmaxForward, softmaxBackward, sparseCrossEntropy, categoricalCrossEntropy } from "./softmax";
export { dropout } from "./random";
export { spatialDropout } from "./spatial-dropout";
export { randomFlip } from "./random-flip";
export { randomErasing } from "./random-erasing";
export { affine, affineBackward, randomTranslation, randomRotation, randomZoom } from "./affine";
export { resize, resizeBackward, randomCrop, randomCropBackward } from "./resize";
export { normalize, normalizeBackward, randomContrast, randomContrastBackward } from "./normalize";
export { addTo, multiply, copyPieces } from "./merge";
export { sumShards, sumShardsByChannel, addPenaltyGradient, penalty } from "./gradients";
export { adam, sgd, sgdMomentum } from "./optimizers";
