export { storageConformance } from "./conformance/conformance.ts";
export type { ConformanceCase, ConformanceNeed } from "./conformance/conformance-case.ts";
export type { ReadableFile, WritableFile } from "../bytes/index.ts";
export {
  compilePathGlob as compileGlob,
  hashAlgorithms,
  pathGlobLimit as globLimit,
  type HashAlgorithm,
} from "../protocol/index.ts";
export { usualText as storageErrorText } from "./error-texts.ts";
export { StorageError, type StorageErrorKind } from "./errors.ts";
export { digestReadable, type DigestOptions } from "./hashing/digest-readable.ts";
export { makeDigest, type Digest } from "./hashing/digest.ts";
export { hashFile } from "./hashing/hash-file.ts";
export {
  brokenUploadLifetime,
  LocalStorage,
  type Durability,
  type LocalStorageOptions,
} from "./local/local-storage.ts";
export { refusedBesidePart, refusedOvertaken } from "./kept-uploads.ts";
export { findDestination, openDestination, type Destination, type OpenDestination } from "./local-files/destination.ts";
export { handleReadable, type HandleReadableOptions } from "./local-files/handle-readable.ts";
export { MemoryStorage, type MemoryStorageOptions } from "./memory/memory-storage.ts";
export type {
  AbilitiesOptions,
  Entry,
  EntryKind,
  EntryTimes,
  HashOptions,
  ListOptions,
  MakeDirectoryOptions,
  OpenReadOptions,
  OpenWriteOptions,
  RemoveOptions,
  RenameOptions,
  StatOptions,
  Storage,
  StorageAbility,
  StorageOptions,
  WriteMode,
} from "./storage.ts";
export {
  baseName,
  isWithin,
  maxVirtualPathLength,
  parentPath,
  resolveVirtualPath,
  rootPath,
  type VirtualPath,
} from "./virtual-path.ts";
export { mountedStorage } from "./wrappers/mounts.ts";
export { readOnlyStorage } from "./wrappers/read-only.ts";
export { rootedStorage } from "./wrappers/rooted.ts";
