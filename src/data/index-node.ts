export { formOfTarget, type WriteOptions, writeData } from "./convert-node.js";
export type { DownloadPatience } from "./download-node.js";
export { type FoundForm, findForm, type ReadData, readForm } from "./forms-node.js";
export { readIdxFile } from "./idx-file-node.js";
export { readIdxFolder } from "./idx-folder-node.js";
export { type LoadedDataset, type LoadOptions, loadDataset, loadSplits } from "./load-node.js";
export {
  DatasetUnavailableError,
  type DownloadProgress,
  defaultCacheFolder,
  findDataset,
  type Located,
  type LocateOptions,
} from "./locate-node.js";
export { type Picture, type PictureShape, readPicture } from "./picture-node.js";
export { openIdxFolder, openStreamedDataset } from "./stream-dataset-node.js";
export type { StreamedDataset, StreamedSet, StreamedSplits } from "./stream-set.js";
