/** A shell without a terminal, and servers in this process for it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { FtpServer } from "@twinport/core/ftp-server";
import { resolveVirtualPath, rootPath, type Storage, type VirtualPath } from "@twinport/core/storage";
import { onTestFinished } from "vitest";
import { putFile, readFile, startServer as startPlain } from "../../../core/test/ftp-server/server-fixture.ts";
import type { Asker } from "../../src/shell/asker.ts";
import { LeaveShell } from "../../src/shell/interpret.ts";
import { linesOfText } from "../../src/shell/line-source.ts";
import { outputTo } from "../../src/shell/output.ts";
import { Shell } from "../../src/shell/shell.ts";

/** A server with the user me, whose password is secret. */
export interface TestServer {
  readonly storage: Storage;
  readonly server: FtpServer;
  readonly port: number;
  /** As `open` takes it. */
  readonly url: string;
  put(path: string, content: string | Uint8Array): Promise<void>;
  read(path: string): Promise<string | undefined>;
  makeFolder(path: string): Promise<void>;
  /** All paths, folders with a `/`. */
  paths(): Promise<string[]>;
}

/** Starts a server. */
export async function startServer(options: Parameters<typeof startPlain>[0] = {}): Promise<TestServer> {
  const { server, port, storage } = await startPlain(options);
  const at = (path: string): VirtualPath => resolveVirtualPath(rootPath, path);
  return {
    storage,
    server,
    port,
    url: `ftp://me:secret@127.0.0.1:${port}`,
    put: (path, content) => putFile(storage, path, content),
    read: (path) => readFile(storage, path),
    makeFolder: (path) => storage.makeDirectory(at(path)),
    paths: () => pathsBelow(storage, rootPath),
  };
}

async function pathsBelow(storage: Storage, folder: VirtualPath): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of storage.list(folder)) {
    for (const { name, kind } of batch) {
      const path = resolveVirtualPath(folder, name);
      if (kind === "directory") found.push(`${path}/`, ...(await pathsBelow(storage, path)));
      else found.push(path);
    }
  }
  return found.sort();
}

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-shell-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A shell, and what it said. */
export interface TestShell {
  readonly shell: Shell;
  /** What it printed as data since the last look. */
  out(): string;
  /** What it told since the last look. */
  told(): string;
  /** Runs lines; gives the exit code. */
  run(text: string): Promise<number>;
  /** Runs lines that must go well; gives what they printed. */
  ok(text: string): Promise<string>;
  /** Where its files are. */
  readonly folder: string;
}

/** @param answers - What is answered to its questions, one after the other; undefined: nobody can be asked. */
export async function startShell(answers?: (string | undefined)[], questions: string[] = []): Promise<TestShell> {
  let out = "";
  let told = "";
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      out += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      done();
    },
  });
  const answer = (question: string): Promise<string | undefined> => {
    questions.push(question);
    if (answers === undefined || answers.length === 0) throw new Error(`An unexpected question: ${question}`);
    return Promise.resolve(answers.shift());
  };
  const asker: Asker | undefined = answers === undefined ? undefined : { line: answer, secret: answer };
  const shell = new Shell({
    remote: { tls: "off" },
    exitOnError: false,
    output: outputTo(sink),
    tell: (text) => (told += `${text}\n`),
    ...(asker === undefined ? {} : { asker }),
  });
  shell.place.folder = await temporaryFolder();
  onTestFinished(async () => {
    await shell.close();
  });
  const take = (text: string, clear: () => void): string => {
    clear();
    return text;
  };
  const run = async (text: string): Promise<number> => {
    try {
      return await shell.runAll(linesOfText(text, "test"));
    } catch (error) {
      if (error instanceof LeaveShell) return error.code;
      throw error;
    }
  };
  const fixture: TestShell = {
    shell,
    folder: shell.place.folder,
    out: () => take(out, () => (out = "")),
    told: () => take(told, () => (told = "")),
    run,
    ok: async (text) => {
      out = "";
      const code = await run(text);
      if (code !== 0) throw new Error(`${text} ended with ${code}: ${told}`);
      return out;
    },
  };
  return fixture;
}

/** A shell that is connected to a server. */
export async function connected(
  server: TestServer,
  answers?: (string | undefined)[],
  questions: string[] = [],
): Promise<TestShell> {
  const shell = await startShell(answers, questions);
  await shell.ok(`open ${server.url}`);
  shell.told();
  return shell;
}
