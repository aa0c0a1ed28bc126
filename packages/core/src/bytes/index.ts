export { findDestination, openDestination, type Destination, type OpenDestination } from "./destination.ts";
export { handleReadable, type HandleReadableOptions } from "./handle-readable.ts";
export { offPageMemory } from "./off-page-memory.ts";
export { InlinePace } from "./inline-pace.ts";
export type { ReadableFile } from "./readable-file.ts";
export type { WritableFile } from "./writable-file.ts";
