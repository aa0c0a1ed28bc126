/**
 * One line a session, login, transfer and change of the tree, with pino, on stderr. Passwords are never seen here.
 *
 * Names, and texts with names in them, are escaped by `escapeOctetText` in both formats: pino writes a lone surrogate as
 * U+FFFD, which would make one name of many.
 */
import type { AttributesEvent, FtpServer, FtpServerEvents, SessionEvent } from "@twinport/core/ftp-server";
import { escapeOctetText as printable } from "@twinport/core/protocol";
import { pino, type Logger } from "pino";
import pretty from "pino-pretty";

const directions = ["upload", "download"] as const;

/** How logs look. */
export type LogFormat = "pretty" | "json";

/** Makes the log. */
export function makeLog(format: LogFormat, level: string): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: tellError } };
  if (format === "json") return pino(options, pino.destination({ dest: 2, sync: true }));
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY,
    translateTime: "HH:MM:ss",
    singleLine: true,
  });
  return pino(options, stream);
}

/**
 * An error as the log has it. Its texts may name files whose names are no UTF-8, which neither format can write as they are;
 * lines of a stack stay lines.
 */
function tellError(error: Error): Record<string, unknown> {
  const told: Record<string, unknown> = { ...pino.stdSerializers.err(error) };
  for (const [key, value] of Object.entries(told))
    if (typeof value === "string" && !value.isWellFormed()) told[key] = value.split("\n").map(printable).join("\n");
  return told;
}

/** Writes what a server tells into a log. What the log leaves out is not even listened to: the server then makes no event. */
export function logServer(server: FtpServer, log: Logger): void {
  if (log.isLevelEnabled("debug")) logSteps(server, log);
  if (log.isLevelEnabled("info")) {
    logWork(server, log);
    logChanges(server, log);
  }
  logTroubles(server, log);
}

function logSteps(server: FtpServer, log: Logger): void {
  server.on("session", (event) => log.debug(who(event), "session opened"));
  server.on("refusal", ({ verb, code, message, argument, ...event }) => {
    const shown = argument === undefined ? {} : { argument: printable(argument) };
    log.debug({ ...who(event), verb, ...shown, code }, `refused: ${printable(message)}`);
  });
  for (const direction of directions) {
    server.on(`${direction}-start`, (event) =>
      log.debug({ ...who(event), path: printable(event.path) }, `${direction} begins`),
    );
  }
}

function logWork(server: FtpServer, log: Logger): void {
  server.on("session-end", ({ reason, bytesSent, bytesReceived, milliseconds, ...event }) =>
    log.info({ ...who(event), reason, bytesSent, bytesReceived, ms: milliseconds }, "session ended"),
  );
  server.on("login", ({ anonymous, ...event }) =>
    log.info({ ...who(event), ...(anonymous ? { anonymous } : {}) }, "logged in"),
  );
  for (const direction of directions) {
    server.on(direction, (event) => log.info(transfer(event), `${direction} complete`));
  }
}

/** What accounts change in another way than by uploads. */
function logChanges(server: FtpServer, log: Logger): void {
  server.on("rename", ({ from, to, ...event }) =>
    log.info({ ...who(event), from: printable(from), to: printable(to) }, "renamed"),
  );
  server.on("remove", (event) => log.info({ ...who(event), path: printable(event.path) }, "removed"));
  server.on("make-directory", (event) => log.info({ ...who(event), path: printable(event.path) }, "directory made"));
  server.on("remove-directory", (event) =>
    log.info({ ...who(event), path: printable(event.path) }, "directory removed"),
  );
  server.on("attributes", (event) => log.info({ ...who(event), ...attributes(event) }, "attributes set"));
  server.on("copy", ({ from, to, size, ...event }) =>
    log.info({ ...who(event), from: printable(from), to: printable(to), size }, "copied"),
  );
  server.on("combine", ({ parts, to, size, ...event }) =>
    log.info({ ...who(event), parts: parts.map(printable), to: printable(to), size }, "combined"),
  );
  server.on("link", ({ path, target, ...event }) =>
    log.info({ ...who(event), path: printable(path), target: printable(target) }, "link made"),
  );
}

function logTroubles(server: FtpServer, log: Logger): void {
  server.on("session-refused", ({ remote, message }) =>
    log.warn({ remote: `${remote.address}:${remote.port}` }, `session refused: ${message}`),
  );
  server.on("login-refused", ({ user, reason, ...event }) =>
    log.warn({ ...who(event), user: printable(user), reason }, "login refused"),
  );
  server.on("tls-failed", ({ connection, message, ...event }) =>
    log.warn({ ...who(event), connection }, `TLS failed: ${printable(message)}`),
  );
  for (const direction of directions) {
    server.on(`${direction}-broken`, (event) =>
      log.warn(transfer(event), `${direction} broke off: ${printable(event.message)}`),
    );
  }
  server.on("server-error", ({ doing, cause, session }) => log.error({ session, err: cause }, `failed ${doing}`));
}

function who({ session, remote, account }: SessionEvent): Record<string, unknown> {
  const named = account === undefined ? {} : { account: printable(account) };
  return { session, remote: `${remote.address}:${remote.port}`, ...named };
}

function transfer(event: FtpServerEvents["upload"][0]): Record<string, unknown> {
  const { path, bytes, milliseconds, offset } = event;
  return { ...who(event), path: printable(path), bytes, ...(offset > 0 ? { offset } : {}), ms: milliseconds };
}

/** The attributes that were set, as people write them: times in UTC, permission bits in octal. */
function attributes({ path, mode, ...event }: AttributesEvent): Record<string, unknown> {
  const times: Record<string, string> = {};
  for (const name of ["modified", "accessed", "created"] as const) {
    const time = event[name];
    if (time !== undefined) times[name] = new Date(time).toISOString();
  }
  return {
    path: printable(path),
    ...times,
    ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(3, "0") }),
  };
}
