/** From a granted request to an open file: access, rewriting, the application's decision, the storage. */
import { tftpErrorCode } from "../../protocol/index.ts";
import {
  resolveVirtualPath,
  rootPath,
  StorageError,
  type ReadableFile,
  type VirtualPath,
  type WritableFile,
} from "../../storage/index.ts";
import { findInAnyCase, isMissing } from "./case-lookup.ts";
import { netasciiSink, netasciiSource } from "../transfer/netascii-files.ts";
import type { ResolvedTftpOptions, TftpDecision, TftpRequestInfo } from "./options.ts";
import { TftpRequestError } from "./request-error.ts";

/** An open file, as it goes on the wire, and where in the storage it lies: undefined for what the application supplied. */
export type OpenedRequest =
  | { readonly operation: "read"; readonly file: ReadableFile; readonly path: VirtualPath | undefined }
  | { readonly operation: "write"; readonly file: WritableFile; readonly path: VirtualPath | undefined };

/** Whether the peer may do this at all. @throws TftpRequestError. */
export function demandAccess(options: ResolvedTftpOptions, operation: "read" | "write", address: string): void {
  const { allowed, from } = options[operation];
  if (!allowed) {
    throw new TftpRequestError(
      tftpErrorCode.accessViolation,
      `This server offers no ${operation === "read" ? "reading" : "writing"}`,
    );
  }
  if (from !== undefined && !from.has(address))
    throw new TftpRequestError(tftpErrorCode.accessViolation, "Access violation");
}

/** The mode as it is known. @throws TftpRequestError for mail, and for what is none. */
export function demandMode(mode: string): "octet" | "netascii" {
  if (mode === "octet" || mode === "netascii") return mode;
  const message = mode === "mail" ? "Mode mail is not offered; use octet" : "The mode is none; use octet or netascii";
  throw new TftpRequestError(tftpErrorCode.illegalOperation, message);
}

/**
 * Opens what a request asks for.
 *
 * @param expectedSize - The tsize of a write.
 * @throws TftpRequestError, StorageError, and what the application's hook throws.
 */
export async function openRequest(
  options: ResolvedTftpOptions,
  request: TftpRequestInfo,
  expectedSize: number | undefined,
  signal: AbortSignal,
): Promise<OpenedRequest> {
  const decision = await options.onRequest?.(request);
  if (decision !== undefined && "refuse" in decision) {
    throw new TftpRequestError(decision.code ?? tftpErrorCode.accessViolation, decision.refuse);
  }
  if (request.operation === "read") {
    const { path, file } = await openRead(options, request, decision, signal);
    return { operation: "read", path, file: request.mode === "netascii" ? netasciiSource(file) : file };
  }
  if (expectedSize !== undefined && expectedSize > options.write.maxSize) {
    throw new TftpRequestError(tftpErrorCode.diskFull, "The file is too large");
  }
  const { path, file } = await openWrite(options, request, decision, expectedSize, signal);
  return { operation: "write", path, file: request.mode === "netascii" ? netasciiSink(file) : file };
}

/** A file, and where in the storage it is; what the application made is nowhere. */
interface OpenedFile<F> {
  readonly path: VirtualPath | undefined;
  readonly file: F;
}

async function openRead(
  options: ResolvedTftpOptions,
  request: TftpRequestInfo,
  decision: TftpDecision | undefined,
  signal: AbortSignal,
): Promise<OpenedFile<ReadableFile>> {
  if (decision !== undefined && "content" in decision) return { path: undefined, file: toFile(decision.content) };
  const name = decision !== undefined && "file" in decision ? decision.file : request.file;
  const path = resolveVirtualPath(rootPath, name);
  const { storage, ignoreCase, limits } = options;
  try {
    return { path, file: await storage.openRead(path, { signal }) };
  } catch (error) {
    if (!ignoreCase || !isMissing(error)) throw error;
    const found = await findInAnyCase(storage, path, { entries: limits.caseLookupEntries, signal });
    return { path: found, file: await storage.openRead(found, { signal }) };
  }
}

async function openWrite(
  options: ResolvedTftpOptions,
  request: TftpRequestInfo,
  decision: TftpDecision | undefined,
  expectedSize: number | undefined,
  signal: AbortSignal,
): Promise<OpenedFile<WritableFile>> {
  if (decision !== undefined && "sink" in decision) return { path: undefined, file: decision.sink };
  const name = decision !== undefined && "file" in decision ? decision.file : request.file;
  const path = resolveVirtualPath(rootPath, name);
  const { create, overwrite } = options.write;
  if (!create) {
    if (!overwrite) throw new TftpRequestError(tftpErrorCode.accessViolation, "Access violation");
    await options.storage.stat(path, { signal });
  }
  const file = await options.storage.openWrite(path, {
    mode: overwrite ? "replace" : "create",
    signal,
    ...(expectedSize === undefined ? {} : { expectedSize }),
  });
  return { path, file };
}

function toFile(content: Uint8Array | string | ReadableFile): ReadableFile {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) return content;
  const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let at = 0;
  const readNow = (into: Uint8Array): number => {
    const part = octets.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return part.length;
  };
  return { size: octets.length, read: async (into) => readNow(into), readNow, close: async () => undefined };
}

/** Gives back a file that is not used after all. */
export async function discard(opened: OpenedRequest): Promise<void> {
  try {
    if (opened.operation === "read") await opened.file.close();
    else await opened.file.abandon();
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause;
  }
}
