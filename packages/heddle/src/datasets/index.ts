export type {
  StreamedDataset,
  StreamedSet,
} from "@heddle/core/internal/data/streams/streamed-set.js";
export type { ArchiveFolder } from "./archive-folder.js";
export type { ArrayFiles } from "./array-files.js";
export type { CifarFiles } from "./cifar-folder.js";
export type { ClassArrays } from "./class-arrays.js";
export type { DownloadPatience } from "./download.js";
export { type FoundForm, findForm, type IdxForm, type ReadOptions, readForm } from "./forms.js";
export { readIdxFile } from "./idx-file.js";
export { type IdxFolderOptions, readIdxFolder } from "./idx-folder.js";
export { type DatasetName, type LoadedDataset, type LoadOptions, loadDataset, loadSplits } from "./load.js";
export {
  DatasetUnavailableError,
  type DownloadProgress,
  defaultCacheFolder,
  findDataset,
  type Located,
  type LocateOptions,
} from "./locate.js";
export type { ParquetFiles } from "./parquet.js";
export { type Picture, type PictureOptions, type PictureShape, readPicture } from "./picture.js";
export type { ReadData } from "./read-data.js";
export type { SourceEntry, SourceFolder } from "./source-folder.js";
export type { SplitArchives } from "./split-archives.js";
export { openIdxFolder, openStreamedDataset, type StreamOptions } from "./stream-dataset.js";
export type { TableFile, Tables } from "./tables.js";
export { formOfTarget, type WriteOptions, writeData } from "./write-data.js";
