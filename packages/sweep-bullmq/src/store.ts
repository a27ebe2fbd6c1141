/** Small values and checkpoints in the queue's database, next to the queue. */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
  /** Removes every value whose key begins with a text. */
  removeAll(prefix: string): Promise<void>;
  /**
   * Changes a value if it is what is expected; undefined stands for none.
   *
   * @returns whether it was
   */
  swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean>;
}
