export type { DownloadPatience } from "./download-node.js";
export { readIdxFile } from "./idx-file-node.js";
export { readIdxFolder } from "./idx-folder-node.js";
export { type LoadedDataset, type LoadOptions, loadDataset } from "./load-node.js";
export {
  DatasetUnavailableError,
  type DownloadProgress,
  defaultCacheFolder,
  findDataset,
  type Located,
  type LocateOptions,
} from "./locate-node.js";
export { type Picture, type PictureShape, readPicture } from "./picture-node.js";
