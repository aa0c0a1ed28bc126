/** What a mirror refuses; and which failures of storages may pass. */
import { StorageError, type StorageErrorKind } from "../../storage/index.ts";
import { FtpError, FtpTransferError } from "../errors.ts";
import { isRetryable } from "../retry/retryable.ts";

/** Why a mirror was refused. */
export type MirrorErrorKind =
  /** More would be removed than is allowed. */
  | "too-many-deletions"
  /** A saved plan is none, or of a version that is not known. */
  | "bad-plan"
  /** The tree, or a plan's text, is over its cap. */
  | "too-large";

/** A mirror was refused, and nothing was done. */
export class MirrorError extends FtpError {
  override readonly name = "MirrorError";
  readonly kind: MirrorErrorKind;

  constructor(kind: MirrorErrorKind, tried: string, message: string, cause?: unknown) {
    super(tried, message, { cause });
    this.kind = kind;
  }
}

const passing: ReadonlySet<StorageErrorKind> = new Set(["unavailable", "busy", "input-output", "too-many-open"]);

/** Whether a failure of a storage may pass, so that it is worth trying again: `isRetryable`, for storages' errors too. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof StorageError)) return isRetryable(error);
  // What a server said is told by the cause: a refusal is no better the next time, whatever the kind.
  return passing.has(error.kind) && (!(error.cause instanceof FtpError) || isRetryable(error.cause));
}

/** @throws FtpTransferError `aborted` when the caller has given up. */
export function demandGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new FtpTransferError("aborted", "Mirroring", "it was aborted", { cause: signal.reason });
}

/** Whether an error is a storage's of this kind. */
export function isKind(error: unknown, ...kinds: readonly StorageErrorKind[]): boolean {
  return error instanceof StorageError && kinds.includes(error.kind);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
