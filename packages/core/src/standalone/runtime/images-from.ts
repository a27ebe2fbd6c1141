/** The values of some images among those of all. */
export function imagesFrom(images: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === 0 && to === images.length) return images;
  return ArrayBuffer.isView(images)
    ? (images as unknown as Float64Array).subarray(from, to)
    : Array.prototype.slice.call(images, from, to);
}
