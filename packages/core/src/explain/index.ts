/** Looking at a model: its filters, what it makes of an image, where it looks, and how it lays images out. */
export { type Embedding, type EmbeddingOptions, embed, lastHiddenLayer } from "./embedding.js";
export { type FeatureMap, featureMaps } from "./feature-maps.js";
export { type Filters, filtersOf } from "./filters.js";
export { type GradCam, gradCam, lastConvolution } from "./grad-cam.js";
export { type Neighbours, nearestNeighbours } from "./neighbours.js";
export { type Occlusion, type OcclusionOptions, occlusion } from "./occlusion.js";
export { rangeOf, type Tiles, tilesOf } from "./tiles.js";
