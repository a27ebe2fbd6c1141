import type { Hdf5Dataset, Hdf5Group } from "../containers/hdf5/read.js";

/** The datasets of HDF5 files by their paths: `layers/conv2d/vars/0`. */
export type Variables = ReadonlyMap<string, Hdf5Dataset>;

/** The datasets in a group and in those within it. */
export function variablesIn(group: Hdf5Group, prefix = ""): Map<string, Hdf5Dataset> {
  const variables = new Map<string, Hdf5Dataset>();
  for (const [name, child] of group.children) {
    const path = prefix + currentName(name);
    if (child.kind === "dataset") variables.set(path, child);
    else for (const [inner, dataset] of variablesIn(child, `${path}/`)) variables.set(inner, dataset);
  }
  return variables;
}

/** The archives of TensorFlow 2.12 to 2.15 have a longer word for layers. */
function currentName(name: string): string {
  return name === "_layer_checkpoint_dependencies" ? "layers" : name;
}
