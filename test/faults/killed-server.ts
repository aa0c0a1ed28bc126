/** A server that is killed in the middle of uploads, again and again, over one folder. */
import { fork, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";

/** Uploads that run at once when the server is killed. */
const atOnce = 5;
/** Those of them that go into a directory that is renamed. */
const intoMoving = 2;
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

/**
 * Kills a server during so many uploads into a folder, which is empty. Some go into directories that are renamed meanwhile, and
 * beside each round's uploads one breaks and is kept.
 */
export async function killDuringUploads(root: string, uploads: number): Promise<KilledOutcome> {
  const known = new Map<string, string>();
  const torn: string[] = [];
  const lost: string[] = [];
  let [kills, answered] = [0, 0];
  for (let begun = 0; begun < uploads; begun += atOnce) {
    const server = await start(root);
    const [moving, moved] = [`moving-${begun}`, `moved-${begun}`];
    await mkdir(join(root, moving));
    const sent = await Promise.all(
      Array.from({ length: atOnce }, (_, at) => {
        const name = `file-${(begun + at) % 20}`;
        return at < intoMoving ? Upload.begin(server.port, `${moving}/${name}`) : Upload.begin(server.port, name);
      }),
    );
    const outcomes = Promise.all(sent.map((upload) => upload.outcome));
    const broken = await Upload.begin(server.port, `broken-${begun}`);
    await wait(Math.random() * longest * 0.5);
    broken.breakOff();
    await rename(join(root, moving), join(root, moved));
    await wait(Math.random() * longest * 0.5);
    server.child.kill("SIGKILL");
    await server.exited;
    kills++;
    sent.push(broken);
    for (const [at, complete] of [...(await outcomes), await broken.outcome].entries()) {
      const upload = sent[at];
      if (upload === undefined) continue;
      const { digest } = upload;
      const name = upload.name.replace(moving, moved);
      const there = await digestOfFile(join(root, name));
      if (complete && upload !== broken) answered++;
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
  const unfinished = async (): Promise<string[]> =>
    (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".part"));
  const server = await start(root);
  const client = await FtpClient.connect({ host: "127.0.0.1", port: server.port, user: ".", password: "x" });
  for (const { name, kind } of await client.list()) if (kind === "directory") await client.list(name);
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
  readonly #client: FtpClient;

  private constructor(client: FtpClient, name: string, content: Uint8Array) {
    this.#client = client;
    this.name = name;
    this.digest = digestOf(content);
    this.outcome = client.upload(content, name).then(
      () => true,
      () => false,
    );
    void this.outcome.then(() => client.destroy());
  }

  /** Its client is gone. */
  breakOff(): void {
    this.#client.destroy();
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
