/** Paths of a storage, as the server is told them. */
import { baseName, parentPath, type VirtualPath } from "../../storage/index.ts";

/** What the root of a storage is on a server: absolute, or from the working directory after the login (the default). */
export class ServerPaths {
  readonly #root: string;

  /** @param root - A folder of the server; "" or "." is the one after the login. */
  constructor(root: string) {
    const trimmed = root.length > 1 ? root.replace(/\/+$/, "") : root;
    this.#root = trimmed === "." ? "" : trimmed;
  }

  /** The path of a command. */
  of(path: VirtualPath): string {
    if (path === "/") return this.#root === "" ? "." : this.#root;
    if (this.#root === "/") return path;
    if (this.#root !== "") return `${this.#root}${path}`;
    const relative = path.slice(1);
    // A blank, a switch or somebody's home, to servers that look at how an argument begins.
    return /^[-~\s]/.test(relative) ? `./${relative}` : relative;
  }
}

/** A path beside another one. */
export function beside(path: VirtualPath, name: string): VirtualPath {
  const folder = parentPath(path);
  // Two valid parts with a slash between them are a valid path.
  return `${folder === "/" ? "" : folder}/${name}` as VirtualPath;
}

/** The longest name that is tried, in octets: what file systems of today have room for. */
const longestName = 255;

/** Whether a new name cannot be one. */
export function isTooLong(path: VirtualPath): boolean {
  return Buffer.byteLength(baseName(path)) > longestName;
}
