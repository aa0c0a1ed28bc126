/** How the program ends: a small stable table, and the one place where errors become codes and words. */
import {
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
  FtpError,
  LocalFileError,
  MirrorError,
  ServersRefusedError,
  isRetryable,
} from "@twinport/core/ftp-client";
import { StorageError } from "@twinport/core/storage";
import { TftpError, tftpErrorCode } from "@twinport/core/tftp";

/** Exit codes. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  cannotConnect: 3,
  loginRefused: 4,
  notFound: 5,
  refused: 6,
  transferBroken: 7,
  timeout: 8,
  localFile: 9,
  notSecure: 10,
  refusedForNow: 11,
  someFailedForNow: 12,
  tooManyDeletions: 13,
  interrupted: 130,
} as const;

/** The table, as `--help` and the docs show it. */
export const exitCodeTable: readonly (readonly [number, string])[] = [
  [0, "all done"],
  [1, "some of several files failed, or something unforeseen happened"],
  [2, "the command line is wrong"],
  [3, "cannot connect (retryable)"],
  [4, "the login was refused"],
  [5, "no such file or directory on the server"],
  [6, "the server refused, or what it sent cannot be used"],
  [7, "the transfer broke off, or the sizes differ (retryable)"],
  [8, "the server did not answer in time (retryable)"],
  [9, "a file of this machine could not be read or written"],
  [10, "TLS failed, or the certificate is not to be trusted"],
  [11, "the server refused for now (retryable)"],
  [12, "some of several files failed, none of them for good (retryable)"],
  [13, "more would be removed than --max-delete allows; nothing was done"],
  [130, "interrupted"],
];

/** The command line is wrong in a way that its parser cannot see. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Several files were asked for, and some failed; each was told already. */
export class SomeFailedError extends Error {
  override readonly name = "SomeFailedError";
  /** Why each of them failed. */
  readonly failures: readonly unknown[];

  constructor(message: string, failures: readonly unknown[]) {
    super(message);
    this.failures = failures;
  }
}

/** The exit codes that say: the same may succeed later. */
export const retryableExitCodes: ReadonlySet<number> = new Set([
  exitCodes.cannotConnect,
  exitCodes.transferBroken,
  exitCodes.timeout,
  exitCodes.refusedForNow,
  exitCodes.someFailedForNow,
]);

/** The exit code of an error. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof UsageError || error instanceof RangeError) return exitCodes.usage;
  if (error instanceof SomeFailedError) {
    const passing = error.failures.every((failure) => retryableExitCodes.has(exitCodeFor(failure)));
    return passing && error.failures.length > 0 ? exitCodes.someFailedForNow : exitCodes.failed;
  }
  if (error instanceof FtpReplyError) return codeOfReply(error);
  if (error instanceof FtpTlsError) return exitCodes.notSecure;
  if (error instanceof FtpTimeoutError) return exitCodes.timeout;
  if (error instanceof DataConnectionAttemptsError) return codeOfAttempts(error);
  if (error instanceof FtpConnectionError) return exitCodes.cannotConnect;
  if (error instanceof ServersRefusedError) return exitCodes.refused;
  if (error instanceof LocalFileError) return exitCodes.localFile;
  if (error instanceof FtpTransferError) return codeOfTransfer(error);
  if (error instanceof ClientClosedError) return codeOfClosed(error);
  if (error instanceof TftpError) return codeOfTftp(error);
  if (error instanceof StorageError) return codeOfStorage(error);
  if (error instanceof MirrorError) return codeOfMirror(error);
  if (error instanceof Error && error.message === interruption) return exitCodes.interrupted;
  return codeOfSystem(error);
}

/** What programs are told of an error. */
export function errorFacts(error: unknown): {
  readonly error: string;
  readonly exitCode: number;
  readonly retryable: boolean;
  /** The code of the server's reply, where it was one. */
  readonly reply?: number;
} {
  const exitCode = exitCodeFor(error);
  return {
    error: error instanceof Error ? error.message : String(error),
    exitCode,
    retryable: retryableExitCodes.has(exitCode),
    ...(error instanceof FtpReplyError ? { reply: error.code } : {}),
  };
}

/** Only what broke, or differs from what the server has, may be better the next time. */
function codeOfTransfer(error: FtpTransferError): number {
  if (error.kind === "aborted") return exitCodes.interrupted;
  return isRetryable(error) ? exitCodes.transferBroken : exitCodes.refused;
}

/** Where every way was refused for good, or none could be made secure, another attempt is in vain. */
function codeOfAttempts(error: DataConnectionAttemptsError): number {
  if (isRetryable(error)) return exitCodes.cannotConnect;
  const last = error.attempts.at(-1)?.cause;
  return last instanceof FtpTlsError ? exitCodes.notSecure : exitCodes.refused;
}

/** The system's own: files have a path, connections have none. */
function codeOfSystem(error: unknown): number {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return exitCodes.failed;
  if ("path" in error) return exitCodes.localFile;
  return isRetryable(error) ? exitCodes.cannotConnect : exitCodes.failed;
}

function codeOfClosed({ cause }: ClientClosedError): number {
  if (cause instanceof Error && cause.message === interruption) return exitCodes.interrupted;
  return cause instanceof Error ? exitCodeFor(cause) : exitCodes.cannotConnect;
}

/** What a server said is told by the cause; what is none of a server is of this machine. */
function codeOfStorage({ kind, cause }: StorageError): number {
  if (kind === "aborted") return exitCodes.interrupted;
  if (cause instanceof FtpError) {
    const code = exitCodeFor(cause);
    return kind === "not-found" && code === exitCodes.refused ? exitCodes.notFound : code;
  }
  return exitCodes.localFile;
}

function codeOfMirror({ kind }: MirrorError): number {
  switch (kind) {
    case "too-many-deletions":
      return exitCodes.tooManyDeletions;
    case "bad-plan":
      return exitCodes.usage;
    case "too-large":
      return exitCodes.failed;
  }
}

function codeOfTftp(error: TftpError): number {
  switch (error.kind) {
    case "timeout":
      return exitCodes.timeout;
    case "refused":
      return error.code === tftpErrorCode.fileNotFound ? exitCodes.notFound : exitCodes.refused;
    case "protocol":
      return exitCodes.transferBroken;
    case "file":
      return exitCodes.localFile;
    case "aborted":
      return exitCodes.interrupted;
    case "unreachable":
      return exitCodes.cannotConnect;
  }
}

/** The message of the error that a signal aborts with. */
export const interruption = "interrupted";

function codeOfReply(error: FtpReplyError): number {
  if (error.code === 421) return exitCodes.cannotConnect;
  const isLogin = error.verb === "USER" || error.verb === "PASS" || error.verb === "ACCT";
  // Too many at once, or a login that takes its time: not the password's fault.
  if (isLogin && error.transient && error.code !== 430) return exitCodes.refusedForNow;
  if (isLogin || error.code === 530 || error.code === 430) return exitCodes.loginRefused;
  if ((error.verb === "AUTH" || error.verb === "PROT") && !error.transient) return exitCodes.notSecure;
  if (error.code === 425 || error.code === 426) return exitCodes.transferBroken;
  const missing =
    /no such|not found|does not exist|doesn't exist|cannot find|can't find|can't check|could not get|failed to open/i;
  const text = error.reply?.text ?? "";
  // A look at a path is refused where nothing is there: what is locked may be looked at from outside.
  const isLook = error.verb === "SIZE" || (error.verb === "MLST" && !/denied|permission|not allowed/i.test(text));
  if (error.code === 550 && (missing.test(text) || isLook)) return exitCodes.notFound;
  return error.transient ? exitCodes.refusedForNow : exitCodes.refused;
}

/** An error in a line or two: what was tried, what stood in the way, what to do. */
export function explain(error: unknown): string {
  const message = printable(error instanceof Error ? error.message : String(error));
  const advice = adviceFor(error);
  return advice === undefined ? `twinport: ${message}` : `twinport: ${message}\n          ${advice}`;
}

function adviceFor(error: unknown): string | undefined {
  if (error instanceof UsageError) return "See twinport --help, or twinport help COMMAND.";
  switch (systemCode(error)) {
    case "EADDRINUSE":
      return "Another program listens there. Stop it, or choose another port.";
    case "ECONNREFUSED":
      return "Nothing listens there. Check the host and the port.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "The name is not known. Check its spelling and the network.";
    case "EACCES":
      if (error instanceof LocalFileError || error instanceof TftpError) return undefined;
      return "Ports below 1024 need root, or: setcap cap_net_bind_service=+ep on node.";
    default:
      break;
  }
  if (error instanceof FtpTlsError && error.kind === "unverified") {
    return "Trust it with --ca or --fingerprint; --insecure takes any, --tls=off goes without.";
  }
  if (error instanceof ServersRefusedError) {
    return "Without --fxp it goes through this machine. To do without that, both must allow it (serve --allow-foreign-data).";
  }
  if (exitCodeFor(error) === exitCodes.loginRefused) {
    return "Give the user in the URL, and the password in TWINPORT_PASSWORD, ~/.netrc or at the prompt.";
  }
  return undefined;
}

function systemCode(error: unknown): string {
  for (let next = error; next instanceof Error; next = next.cause) {
    if ("code" in next && typeof next.code === "string") return next.code;
  }
  return "";
}

/** Text without what would move the cursor or forge a line. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters meant
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
