export type { ReadableFile } from "./readable-file.ts";
export type { WritableFile } from "./writable-file.ts";
