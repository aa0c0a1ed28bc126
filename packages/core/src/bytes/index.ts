export { isCallbackError } from "./callback-error.ts";
export { offPageMemory } from "./off-page-memory.ts";
export { InlinePace } from "./inline-pace.ts";
export type { ReadableFile } from "./readable-file.ts";
export type { WritableFile } from "./writable-file.ts";
