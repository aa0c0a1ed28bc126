/** One client of the soak: it does one thing after the other in a folder of its own, and knows what must be there. */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { FtpClient, FtpError, type FtpClientOptions } from "../../packages/core/src/ftp-client/index.ts";
import { get, put } from "../../packages/core/src/tftp/index.ts";

/** Ports of the servers. */
export interface SoakPorts {
  readonly ftp: number;
  readonly implicit: number;
  readonly tftp: number;
}

/** What a client is. */
export interface SoakClientOptions {
  readonly number: number;
  readonly ports: SoakPorts;
  readonly signal: AbortSignal;
}

/** Files of one client. */
const names = ["a", "b", "c", "d", "e"] as const;
/** Verbs that no method of the client sends, one in a while. */
const otherVerbs = [
  ...[
    "FEAT",
    "HELP",
    "HELP RETR",
    "SYST",
    "STAT",
    "STAT .",
    "SITE HELP",
    "SITE IDLE 300",
    "OPTS UTF8 ON",
    "MLST .",
    "LANG",
  ],
  ...[
    "CLNT soak",
    "CSID Name=soak;",
    "XPWD",
    "ALLO 10",
    "REST 0",
    "TYPE A",
    "TYPE I",
    "MODE S",
    "STRU F",
    "NOOP",
    "XYZZY",
  ],
  ...[
    "OPTS HASH SHA-256",
    "AVBL",
    "SIZE missing",
    "MDTM missing",
    "RNFR missing",
    "MFMT 20200101000000 missing",
    "CWD missing",
  ],
];

/** A digest that tells contents apart. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A client. */
export class SoakClient {
  /** From each name to the digest of what must be there; several where a transfer was broken off and nobody has looked since. */
  readonly files = new Map<string, ReadonlySet<string | undefined>>();
  /** What was not as it must be. */
  readonly faults: string[] = [];
  done = 0;
  readonly #number: number;
  readonly #ports: SoakPorts;
  readonly #signal: AbortSignal;
  readonly #base: Uint8Array = randomBytes(1024 * 1024);
  #client: FtpClient | undefined;

  constructor({ number, ports, signal }: SoakClientOptions) {
    this.#number = number;
    this.#ports = ports;
    this.#signal = signal;
  }

  /** The client's folder, and its account's name. */
  get name(): string {
    return `client-${this.#number}`;
  }

  /** Goes on until it is told to stop. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#step();
        this.done++;
      } catch (error) {
        this.faults.push(`${this.name}: ${error instanceof Error ? String(error.stack) : String(error)}`);
        this.#client?.destroy();
        this.#client = undefined;
        if (this.faults.length > 5) return;
      }
      await wait(Math.random() * 300);
    }
    await this.#client?.close().catch(() => undefined);
  }

  async #step(): Promise<void> {
    const client = (this.#client ??= await this.#connect());
    const name = pick(names);
    switch (
      pick([
        "put",
        "put",
        "get",
        "get",
        "get",
        "append",
        "rename",
        "remove",
        "list",
        "other",
        "hash",
        "folder",
        "abort",
        "vanish",
        "leave",
        "tftp",
        "resume",
        "move",
        "move-broken",
      ])
    ) {
      case "put":
        return this.#put(client, name);
      case "get":
        return this.#get(client, name);
      case "append":
        return this.#append(client, name);
      case "rename":
        return this.#rename(client, name, pick(names));
      case "remove":
        return this.#remove(client, name);
      case "list":
        return this.#list(client);
      case "other":
        await client.raw(pick(otherVerbs)).catch(onlyRefused);
        return;
      case "hash":
        return this.#hash(client, name);
      case "folder":
        await client.mkdir("folder").catch(onlyRefused);
        await client.removeDirectory("folder");
        return;
      case "abort":
        return this.#abort(client, name);
      case "vanish":
        return this.#vanish(client, name);
      case "leave":
        this.#client = undefined;
        return client.close();
      case "tftp":
        return this.#tftp();
      case "resume":
        return this.#resume(client, name);
      case "move":
        return this.#move(client);
      case "move-broken":
        return this.#moveBroken(client);
    }
  }

  async #connect(): Promise<FtpClient> {
    const kind = this.#number % 4;
    const tls = { mode: kind === 2 ? "implicit" : "explicit", acceptUnverified: true } as const;
    const options: FtpClientOptions = {
      host: "127.0.0.1",
      port: kind === 2 ? this.#ports.implicit : this.#ports.ftp,
      user: this.name,
      password: "x",
      ...(kind === 0 || kind === 1 ? {} : { tls }),
      dataMode: kind === 1 ? "active" : "auto",
      replyTimeout: 120_000,
      stallTimeout: 120_000,
      connectTimeout: 120_000,
      dataConnectionTimeout: 120_000,
    };
    return FtpClient.connect(options);
  }

  #content(): Uint8Array {
    const size = Math.random() < 0.1 ? this.#base.length : Math.floor(Math.random() * 100_000);
    const start = Math.floor(Math.random() * (this.#base.length - size + 1));
    // A copy whose first octets are like no other's.
    return Buffer.concat([randomBytes(16), this.#base.subarray(start, start + size)]);
  }

  #known(name: string): ReadonlySet<string | undefined> {
    return this.files.get(name) ?? new Set([undefined]);
  }

  async #put(client: FtpClient, name: string): Promise<void> {
    const content = this.#content();
    await client.upload(content, name);
    this.files.set(name, new Set([digestOf(content)]));
  }

  async #get(client: FtpClient, name: string): Promise<void> {
    this.#see(name, await client.downloadBytes(name).catch(onlyRefused));
  }

  /** Compares, and knows from then on. */
  #see(name: string, bytes: Uint8Array | undefined): void {
    const digest = bytes === undefined ? undefined : digestOf(bytes);
    if (!this.#known(name).has(digest)) {
      throw new Error(
        `${name} is ${digest ?? "not there"} (${bytes?.length ?? 0} octets), not ${[...this.#known(name)].join(" or ")}`,
      );
    }
    this.files.set(name, new Set([digest]));
  }

  async #append(client: FtpClient, name: string): Promise<void> {
    const before = await client.downloadBytes(name).catch(onlyRefused);
    this.#see(name, before);
    if ((before?.length ?? 0) > 3_000_000) return;
    // Where nothing is there, it would go on with what an earlier upload left.
    if (before === undefined) await client.remove(name).catch(onlyRefused);
    const more = this.#content();
    // Refused where an upload that was to replace the file broke: what is added may be the rest of that one.
    const { bytes } = (await client.append(more, name).catch(onlyRefused)) ?? {};
    if (bytes === undefined) return;
    this.files.set(name, new Set([digestOf(Buffer.concat([before ?? new Uint8Array(0), more]))]));
  }

  async #rename(client: FtpClient, from: string, to: string): Promise<void> {
    const known = this.#known(from);
    if (known.size !== 1 || known.has(undefined)) return;
    await client.rename(from, to);
    if (from === to) return;
    this.files.set(to, known);
    this.files.delete(from);
  }

  async #remove(client: FtpClient, name: string): Promise<void> {
    if (this.#known(name).size !== 1) return;
    await client.remove(name).catch(onlyRefused);
    this.files.delete(name);
  }

  async #list(client: FtpClient): Promise<void> {
    const there = new Set((await client.list()).map((entry) => entry.name));
    for (const name of names) {
      const known = this.#known(name);
      if (known.size === 1 && there.has(name) === known.has(undefined))
        throw new Error(`The listing has ${[...there].join(" ")}, and ${name} is wrong`);
    }
    for (const name of there)
      if (!(names as readonly string[]).includes(name)) throw new Error(`The listing has ${name}`);
  }

  async #hash(client: FtpClient, name: string): Promise<void> {
    const known = this.#known(name);
    if (known.size !== 1 || known.has(undefined)) return;
    const { algorithm, digits } = await client.hash(name, { algorithm: "SHA-256" });
    if (algorithm === "SHA-256" && !known.has(digits)) throw new Error(`The hash of ${name} is ${digits}`);
  }

  /** An upload that is given up: the old file is there, or all of the new one. */
  async #abort(client: FtpClient, name: string): Promise<void> {
    const content = this.#content();
    const known = this.#known(name);
    const given = new AbortController();
    setTimeout(() => given.abort(), Math.random() * 30);
    this.files.set(name, new Set([...known, digestOf(content)]));
    await client.upload(content, name, { signal: given.signal }).catch((error: unknown) => {
      if (!given.signal.aborted) throw error;
    });
    // A client that gave up a transfer is of no more use where the server could not be asked.
    if (given.signal.aborted) this.#leave(client);
  }

  /** A client that is gone in the middle of something. */
  async #vanish(client: FtpClient, name: string): Promise<void> {
    const content = this.#content();
    const known = this.#known(name);
    const reads = Math.random() < 0.5;
    if (!reads) this.files.set(name, new Set([...known, digestOf(content)]));
    const going = (reads ? client.downloadBytes(name) : client.upload(content, name)).then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([going, wait(Math.random() * 20)]);
    this.#leave(client);
    await going;
  }

  /** An upload that breaks and goes on: into a new file, or beside the old one, which the broken upload must not stand for. */
  async #resume(client: FtpClient, name: string): Promise<void> {
    const content = this.#content();
    const before = await client.downloadBytes(name).catch(onlyRefused);
    this.#see(name, before);
    // What an earlier upload left is not what goes on.
    if (before === undefined) await client.remove(name).catch(onlyRefused);
    this.files.set(name, new Set([...this.#known(name), digestOf(content)]));
    await this.#breakOff(client, name, content);
    const next = (this.#client = await this.#connect());
    const now = await next.downloadBytes(name).catch(onlyRefused);
    this.#see(name, now);
    const size = await next.size(name).catch(onlyRefused);
    if (now !== undefined && size !== now.length) throw new Error(`SIZE of ${name} is ${size}, and RETR ${now.length}`);
    // Where a file is there, only its owner could tell how much of the new one came: it is sent whole.
    const whole = now !== undefined;
    await next.upload(content, name, { resume: !whole });
    this.files.set(name, new Set([digestOf(content)]));
    this.#see(name, await next.downloadBytes(name));
  }

  /** A directory that is renamed under an upload takes it with it. */
  async #move(client: FtpClient): Promise<void> {
    const content = this.#content();
    await client.mkdir("shelf");
    const other = await this.#connect();
    const uploading = other.upload(content, "shelf/file").then(() => true, onlyRefused);
    await wait(Math.random() * 20);
    await client.rename("shelf", "moved");
    // Refused where the directory was gone before the upload began.
    const stored = (await uploading) === true;
    const bytes = await client.downloadBytes("moved/file").catch(onlyRefused);
    if (stored ? bytes === undefined || digestOf(bytes) !== digestOf(content) : bytes !== undefined)
      throw new Error(`moved/file has ${bytes?.length ?? "no"} octets; its upload was ${stored ? "done" : "refused"}`);
    if (stored) await client.remove("moved/file");
    await client.removeDirectory("moved");
    await other.close();
  }

  /** So does one that is kept: it goes on under its new path, or goes with its directory. */
  async #moveBroken(client: FtpClient): Promise<void> {
    const content = this.#content();
    await client.mkdir("shelf");
    await this.#breakOff(client, "shelf/file", content);
    const next = (this.#client = await this.#connect());
    const stored = (await next.downloadBytes("shelf/file").catch(onlyRefused)) !== undefined;
    await next.rename("shelf", "moved");
    if (!stored && Math.random() < 0.5) {
      await next.upload(content, "moved/file", { resume: true });
      const bytes = await next.downloadBytes("moved/file");
      if (digestOf(bytes) !== digestOf(content)) throw new Error(`moved/file has ${bytes.length} other octets`);
      await next.remove("moved/file");
    } else if (stored) await next.remove("moved/file");
    await next.removeDirectory("moved");
  }

  /** An upload whose client is gone in the middle. Over when the server knows. */
  async #breakOff(client: FtpClient, name: string, content: Uint8Array): Promise<void> {
    const going = client.upload(content, name).then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([going, wait(Math.random() * 20)]);
    this.#leave(client);
    await going;
    await wait(500);
  }

  #leave(client: FtpClient): void {
    client.destroy();
    this.#client = undefined;
  }

  async #tftp(): Promise<void> {
    const content = this.#content().subarray(0, 60_000);
    const url = `tftp://127.0.0.1:${this.#ports.tftp}/${this.name}/e`;
    const before = this.#known("e");
    this.files.set("e", new Set([...before, digestOf(content)]));
    await put(content, url, { initialTimeout: 2_000 });
    this.files.set("e", new Set([digestOf(content)]));
    this.#see("e", (await get(url, { initialTimeout: 2_000 })).data);
  }
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

/** A refusal by 5xx is an answer. */
function onlyRefused(error: unknown): undefined {
  if (error instanceof FtpError && "code" in error && typeof error.code === "number" && error.code >= 500)
    return undefined;
  throw error;
}
