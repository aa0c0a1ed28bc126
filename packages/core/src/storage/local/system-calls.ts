/** The system calls of this storage, as promises of the callback forms: in loops they cost less than FileHandle. */
import fs from "node:fs";
import { promisify } from "node:util";

export const open: (path: string, flags: number, mode?: number) => Promise<number> = promisify(fs.open);
export const close: (fd: number) => Promise<void> = promisify(fs.close);
export const fstat: (fd: number) => Promise<fs.Stats> = promisify(fs.fstat);
export const lstat: (path: string) => Promise<fs.Stats> = promisify(fs.lstat);
export const readlink: (path: string) => Promise<string> = promisify(fs.readlink);
export const realpath: (path: string) => Promise<string> = promisify(fs.realpath.native);
export const unlink: (path: string) => Promise<void> = promisify(fs.unlink);
export const rename: (from: string, to: string) => Promise<void> = promisify(fs.rename);
export const link: (from: string, to: string) => Promise<void> = promisify(fs.link);
export const symlink: (target: string, path: string) => Promise<void> = promisify(fs.symlink);
export const rmdir: (path: string) => Promise<void> = promisify(fs.rmdir);
export const ftruncate: (fd: number, length: number) => Promise<void> = promisify(fs.ftruncate);
export const fchmod: (fd: number, mode: number) => Promise<void> = promisify(fs.fchmod);
export const fsync: (fd: number) => Promise<void> = promisify(fs.fsync);
export const futimes: (fd: number, accessed: Date, modified: Date) => Promise<void> = promisify(fs.futimes);
export const copyFile: (from: string, to: string, mode: number) => Promise<void> = promisify(fs.copyFile);

/** Makes a folder. */
export function mkdir(path: string, mode: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.mkdir(path, { mode }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
