import { describe, expect, it } from "vitest";
import {
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
  isRetryable,
  LocalFileError,
  ServersRefusedError,
  type FtpTransferErrorKind,
} from "@twinport/core/ftp-client";
import { TftpError } from "@twinport/core/tftp";
import {
  errorFacts,
  exitCodeFor,
  exitCodes,
  exitCodeTable,
  retryableExitCodes,
  SomeFailedError,
  UsageError,
} from "../src/exit-codes.ts";

function reply(code: number, verb = "RETR", text = "no"): FtpReplyError {
  return new FtpReplyError("Trying", { code, text, lines: [text] }, verb);
}

function transfer(kind: FtpTransferErrorKind): FtpTransferError {
  return new FtpTransferError(kind, "Trying", "no");
}

const attempts = (cause: Error): DataConnectionAttemptsError =>
  new DataConnectionAttemptsError("Trying", [{ strategy: "EPSV", address: undefined, cause }]);

const errors: readonly (readonly [string, unknown, number])[] = [
  ["421", reply(421), 3],
  ["421 to PASS", reply(421, "PASS"), 3],
  ["425", reply(425), 7],
  ["426", reply(426), 7],
  ["450", reply(450), 11],
  ["451", reply(451), 11],
  ["452", reply(452), 11],
  ["530", reply(530), 4],
  ["530 to PASS", reply(530, "PASS"), 4],
  ["431 to PASS", reply(431, "PASS"), 11],
  ["534 to PROT", reply(534, "PROT"), 10],
  ["550, no such file", reply(550, "RETR", "No such file"), 5],
  ["550, permission denied", reply(550, "STOR", "Permission denied"), 6],
  ["552", reply(552), 6],
  ["553", reply(553), 6],
  ["a refused connection", new FtpConnectionError("Trying", "no"), 3],
  ["a timeout", new FtpTimeoutError("reply", "Trying", "no"), 8],
  ["a certificate", new FtpTlsError("unverified", "Trying", "no"), 10],
  ["data connections that time out", attempts(new FtpTimeoutError("data-connection", "Trying", "no")), 3],
  ["data connections that are refused for good", attempts(reply(502, "EPSV")), 6],
  ["data connections without trust", attempts(new FtpTlsError("unverified", "Trying", "no")), 10],
  ["a broken transfer", transfer("broken"), 7],
  ["sizes that differ", transfer("size-mismatch"), 7],
  ["hashes that differ", transfer("hash-mismatch"), 7],
  ["a malformed file", transfer("malformed"), 6],
  ["a server without hashes", transfer("no-hash"), 6],
  ["what cannot be resumed", transfer("cannot-resume"), 6],
  ["what is too large", transfer("too-large"), 6],
  ["an unsafe name", transfer("unsafe-name"), 6],
  ["what was aborted", transfer("aborted"), 130],
  ["servers that refuse each other", new ServersRefusedError("Trying", "no", []), 6],
  ["a local file", new LocalFileError("Trying", "no"), 9],
  ["a lost connection", new ClientClosedError("Trying", "no", { cause: new FtpConnectionError("x", "y") }), 3],
  ["an interrupted client", new ClientClosedError("Trying", "no", { cause: new Error("interrupted") }), 130],
  ["an interruption", new Error("interrupted"), 130],
  ["a wrong command line", new UsageError("no"), 2],
  ["a file error of the system", Object.assign(new Error("x"), { code: "EACCES", syscall: "open", path: "/x" }), 9],
  ["a network error of the system", Object.assign(new Error("x"), { code: "ECONNRESET", syscall: "read" }), 3],
  ["an address in use", Object.assign(new Error("x"), { code: "EADDRINUSE", syscall: "listen" }), 1],
  ["something unforeseen", new TypeError("x"), 1],
  ["a TFTP timeout", new TftpError("timeout", "Trying", "x"), 8],
  ["some of several, for good", new SomeFailedError("x", [reply(450), reply(553)]), 1],
  ["some of several, for now", new SomeFailedError("x", [reply(450), transfer("broken")]), 12],
];

describe("exit codes", () => {
  it.each(errors)("tell %s", (_name, error, code) => {
    expect(exitCodeFor(error)).toBe(code);
    expect(errorFacts(error)).toMatchObject({ exitCode: code, retryable: retryableExitCodes.has(code) });
  });

  it.each(errors.filter(([, error]) => error instanceof Error && error.name.startsWith("Ftp")))(
    "call %s retryable exactly where the library would try again",
    (_name, error, code) => {
      expect(retryableExitCodes.has(code)).toBe(isRetryable(error));
    },
  );

  it("are all in the table that --help shows, which tells those that may pass", () => {
    expect(exitCodeTable.map(([code]) => code)).toEqual(Object.values(exitCodes));
    const told = exitCodeTable.filter(([, text]) => text.includes("(retryable)")).map(([code]) => code);
    expect(told).toEqual([...retryableExitCodes].sort((a, b) => a - b));
  });
});
