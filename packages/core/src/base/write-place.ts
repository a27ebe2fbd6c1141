/** Where a file of Heddle's own may be written. */
export interface WritePlace {
  /**
   * A folder that must exist and hold the file. Neither it nor a folder above it is made, so that a run whose folder was
   * moved is not begun again in its old place; and no link below it is followed, because a stranger's run may hold one
   * that leads out of it.
   */
  readonly within?: string | undefined;
}
