/**
 * 10,000 sessions at once, from ten addresses of this machine, as many from each as an address may have: none is lost, a new
 * one is served as the first was, and a session that waits costs 16 KiB of the server at most.
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { makeFolder } from "../interop/processes.ts";

/** Sessions from one address, which is the default of `limits.sessionsPerAddress`; addresses, and processes that have them. */
const [each, addresses, processes] = [1_000, 10, 4];
const all = each * addresses;
/** Octets of the server's memory that a session may cost. */
const octetsPerSession = 16 * 1024;
/** Descriptors that the server needs: a session has one, the last 256 are kept for those who are in, and there are files. */
const descriptors = all + 1_000;

interface Held {
  readonly sessions: number;
  readonly resident: number;
  readonly descriptors: number;
  readonly faults: readonly string[];
}

/** Why this machine cannot hold so many; undefined where it can. */
function whyNot(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux, where each address of 127.0.0.0/8 is this machine's";
  const most = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  if (most === "unlimited" || Number(most) >= descriptors) return undefined;
  return `a process may have ${most} descriptors here (ulimit -Hn), and ${descriptors} are needed`;
}

const reason = whyNot();
if (reason !== undefined) process.stderr.write(`10,000 sessions are left out: ${reason}.\n`);

it.skipIf(reason !== undefined)(
  "10,000 sessions are open at once, each still answering, and a new one is served",
  async () => {
    const folder = await makeFolder();
    onTestFinished(() => folder.remove());
    const server = begin("many-sessions-server.js", [folder.path]);
    const { port } = await next<{ readonly port: number }>(server);
    const own = await FtpClient.connect({ host: "127.0.0.1", port, user: "first", password: "x" });
    onTestFinished(() => own.destroy());
    // What is loaded on first use is no session's.
    await own.upload(Buffer.from("content"), "file");
    const before = await ask(server);

    const crowd = Array.from({ length: processes }, (_, index) => {
      const some = Array.from({ length: addresses }, (_, at) => `127.0.1.${at + 1}`).filter(
        (_, at) => at % processes === index,
      );
      return begin("many-sessions-client.js", [String(port), String(each), ...some]);
    });
    const opened = await Promise.all(
      crowd.map((child) => next<{ readonly open?: number; readonly failed?: string }>(child)),
    );
    expect(opened.flatMap(({ failed }) => failed ?? [])).toEqual([]);
    expect(opened.reduce((sum, { open = 0 }) => sum + open, 0)).toBe(all);

    const held = await ask(server);
    expect(held.sessions).toBe(all + 1);
    expect(held.descriptors).toBeGreaterThan(all);
    const cost = (held.resident - before.resident) / all;
    process.stderr.write(`${all} sessions: ${(cost / 1024).toFixed(1)} KiB of resident memory each\n`);
    expect(cost).toBeLessThanOrEqual(octetsPerSession);

    const late = await FtpClient.connect({ host: "127.0.0.1", port, user: "late", password: "x" });
    onTestFinished(() => late.destroy());
    for (const client of [own, late]) {
      await client.upload(Buffer.from("more"), "more");
      expect(Buffer.from(await client.downloadBytes("file")).toString()).toBe("content");
    }
    expect(await readFile(join(folder.path, "more"), "utf8")).toBe("more");
    expect((await late.list()).map(({ name }) => name).sort()).toEqual(["file", "more"]);

    expect(await commandAll(crowd, "NOOP")).toEqual([["200", all]]);
    expect(await commandAll(crowd, "SIZE file")).toEqual([["213 7", all]]);

    for (const child of crowd) child.disconnect();
    await expect.poll(async () => (await ask(server)).sessions, { timeout: 60_000 }).toBe(2);
    const after = await ask(server);
    expect(after.faults).toEqual([]);
    expect(after.descriptors).toBeLessThan(before.descriptors + 64);
  },
);

/** Starts a script beside this one, ended with the test. */
function begin(script: string, args: readonly string[]): ChildProcess {
  const child = fork(join(import.meta.dirname, script), args, { execArgv: ["--expose-gc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, "message")) as [T];
  return message;
}

function ask(server: ChildProcess): Promise<Held> {
  server.send({ tell: true });
  return next<Held>(server);
}

/** Has each session of the crowd send a command. @returns What they were answered, how many of them each. */
async function commandAll(crowd: readonly ChildProcess[], command: string): Promise<[string, number][]> {
  const told = crowd.map((child) => next<{ readonly replies: Readonly<Record<string, number>> }>(child));
  for (const child of crowd) child.send({ command });
  const counts = new Map<string, number>();
  for (const { replies } of await Promise.all(told)) {
    for (const [reply, count] of Object.entries(replies)) {
      // Of 200 the text may say anything; of 213 it is the answer.
      const key = reply.startsWith("200 ") && !reply.includes("\n") ? "200" : reply;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  return [...counts];
}
