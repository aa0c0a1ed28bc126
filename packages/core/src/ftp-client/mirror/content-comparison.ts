/** Whether two files hold the same octets: by a hash that the ends count themselves where they can, else by reading. */
import { hashAlgorithms, hashFile, type HashAlgorithm, type Storage, type VirtualPath } from "../../storage/index.ts";

/** One file at one end. */
export interface FileAt {
  readonly storage: Storage;
  readonly path: VirtualPath;
}

/** The strongest is needless work: SHA-256 first, and what is left for servers that have nothing else. */
const inOrder: readonly HashAlgorithm[] = ["SHA-256", ...hashAlgorithms.filter((algorithm) => algorithm !== "SHA-256")];

/** Compares what is in two files. */
export class ContentComparison {
  /** The hash that the ends have in common, once it is known. */
  #algorithm: HashAlgorithm | undefined;

  /** Whether they are equal, whatever must be read for it. @throws StorageError. */
  async isEqual(one: FileAt, other: FileAt, signal: AbortSignal | undefined): Promise<boolean> {
    const told = await this.isEqualByHash(one, other, signal);
    if (told !== undefined) return told;
    const options = signal === undefined ? {} : { signal };
    const [first, second] = await Promise.all(
      [one, other].map(({ storage, path }) => hashFile(storage, path, "SHA-256", options)),
    );
    return first === second;
  }

  /**
   * Whether they are equal, where every end that has the ability counts the same hash itself.
   *
   * @returns undefined where one does not, and would have to be read over a line.
   * @throws StorageError.
   */
  async isEqualByHash(one: FileAt, other: FileAt, signal: AbortSignal | undefined): Promise<boolean | undefined> {
    const options = signal === undefined ? {} : { signal };
    for (const algorithm of this.#algorithm === undefined ? inOrder : [this.#algorithm]) {
      const [first, second] = await Promise.all(
        // An end that counts none itself is at hand, and is read.
        [one, other].map(({ storage, path }) =>
          storage.hash === undefined ? Promise.resolve("") : storage.hash(path, algorithm, options),
        ),
      );
      if (first === undefined || second === undefined) continue;
      this.#algorithm = algorithm;
      const count = ({ storage, path }: FileAt): Promise<string> => hashFile(storage, path, algorithm, options);
      return (first === "" ? await count(one) : first) === (second === "" ? await count(other) : second);
    }
    return undefined;
  }
}
