/** The kinds of files that this storage opens. */
import type { Stats } from "node:fs";
import { storageError } from "./system-errors.ts";

/** @throws StorageError for anything but a file: opening a pipe or a device would hang or do worse. */
export function demandRegular(stats: Stats, path: string): void {
  if (stats.isDirectory()) throw storageError("is-a-directory", path);
  if (!stats.isFile()) throw storageError("permission-denied", path);
}
