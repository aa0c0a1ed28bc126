/** A server that is killed in the middle of uploads, again and again, over one folder. */
import { fork, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";

/** Uploads that run at once when the server is killed. */
const atOnce = 5;
/** Octets of an upload at most: enough that it is under way for a while. */
const largest = 3_000_000;
/** Milliseconds after which the server is killed, at most. */
const longest = 120;

/** What became of it. */
export interface KilledOutcome {
  readonly kills: number;
  readonly uploads: number;
  /** Uploads that were answered 226. */
  readonly answered: number;
  /** Names that hold neither what was there before nor all of what was sent. */
  readonly torn: readonly string[];
  /** Names whose upload was answered 226, and that hold something else. */
  readonly lost: readonly string[];
  /** Names of unfinished uploads that a last restart has left. */
  readonly leftOver: readonly string[];
}

/** Kills a server during so many uploads into a folder, which is empty. */
export async function killDuringUploads(root: string, uploads: number): Promise<KilledOutcome> {
  const known = new Map<string, string>();
  const torn: string[] = [];
  const lost: string[] = [];
  let [kills, answered] = [0, 0];
  for (let begun = 0; begun < uploads; begun += atOnce) {
    const server = await start(root);
    const sent = await Promise.all(
      Array.from({ length: atOnce }, (_, at) => Upload.begin(server.port, `file-${(begun + at) % 20}`)),
    );
    const outcomes = Promise.all(sent.map((upload) => upload.outcome));
    await wait(Math.random() * longest);
    server.child.kill("SIGKILL");
    await server.exited;
    kills++;
    for (const [at, complete] of (await outcomes).entries()) {
      const { name, digest } = sent[at] as Upload;
      const there = await digestOfFile(join(root, name));
      if (complete) answered++;
      if (complete && there !== digest) lost.push(name);
      if (there !== digest && there !== known.get(name)) torn.push(name);
      if (there !== undefined) known.set(name, there);
    }
  }
  const leftOver = await afterRestart(root);
  return { kills, uploads, answered, torn, lost, leftOver };
}

/** What unfinished uploads are there once a new server was asked for a first listing. */
async function afterRestart(root: string): Promise<string[]> {
  const unfinished = async (): Promise<string[]> => (await readdir(root)).filter((name) => name.endsWith(".part"));
  const server = await start(root);
  const client = await FtpClient.connect({ host: "127.0.0.1", port: server.port, user: ".", password: "x" });
  await client.list();
  for (let looks = 0; looks < 100 && (await unfinished()).length > 0; looks++) await wait(50);
  const left = await unfinished();
  await client.close();
  server.child.send({ stop: true });
  await server.exited;
  return left;
}

/** One upload. */
class Upload {
  readonly name: string;
  readonly digest: string;
  /** Whether it was answered 226. */
  readonly outcome: Promise<boolean>;

  private constructor(client: FtpClient, name: string, content: Uint8Array) {
    this.name = name;
    this.digest = digestOf(content);
    this.outcome = client.upload(content, name).then(
      () => true,
      () => false,
    );
    void this.outcome.then(() => client.destroy());
  }

  static async begin(port: number, name: string): Promise<Upload> {
    const client = await FtpClient.connect({ host: "127.0.0.1", port, user: ".", password: "x" });
    const content = Buffer.alloc(1000 + Math.floor(Math.random() * largest), randomBytes(1));
    randomBytes(16).copy(content);
    return new Upload(client, name, content);
  }
}

async function start(root: string): Promise<{ child: ChildProcess; port: number; exited: Promise<unknown> }> {
  const child = fork(join(import.meta.dirname, "upload-server.js"), [root]);
  const exited = once(child, "exit");
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return { child, port, exited };
}

async function digestOfFile(path: string): Promise<string | undefined> {
  const content = await readFile(path).catch(() => undefined);
  return content === undefined ? undefined : digestOf(content);
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
