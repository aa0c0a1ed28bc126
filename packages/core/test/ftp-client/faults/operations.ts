/** Every operation of a client, with what has to be there before, and what is to be true once it says that it is done. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { ReadableStream, WritableStream } from "node:stream/web";
import { expect } from "vitest";
import type { FtpClient } from "../../../src/ftp-client/index.ts";
import type { Storage } from "../../../src/storage/index.ts";
import { content, here, stored } from "./faulty-line.ts";

/** What an operation works on. */
export interface Place {
  readonly client: FtpClient;
  readonly storage: Storage;
  readonly local: string;
  /** A client of the same server that goes past the proxy. */
  readonly other: FtpClient;
}

/** One operation. */
export interface Operation {
  readonly name: string;
  /** Whether it moves data. */
  readonly moves: boolean;
  /** Whether a data connection that ends too early, but properly, cannot be told from one that is done. */
  readonly trusts?: boolean;
  run(place: Place): Promise<unknown>;
}

const whole = (bytes: Uint8Array | undefined): void => {
  expect(bytes?.length).toBe(content.length);
  expect(content.equals(bytes ?? new Uint8Array(0))).toBe(true);
};

const quiet = (name: string, run: (client: FtpClient) => Promise<unknown>): Operation => ({
  name,
  moves: false,
  run: ({ client }) => run(client),
});

const moving = (name: string, run: (place: Place) => Promise<unknown>): Operation => ({ name, moves: true, run });

/** The end of a listing is the end of its connection, and what others append meanwhile is not known. */
const trusting = (name: string, run: (place: Place) => Promise<unknown>): Operation => ({
  ...moving(name, run),
  trusts: true,
});

const upload = (name: string, source: (place: Place) => Parameters<FtpClient["upload"]>[0]): Operation =>
  moving(name, async (place) => {
    await place.client.upload(source(place), "/new");
    whole(await stored(place.storage, "/new"));
  });

/** The operations. */
export const operations: readonly Operation[] = [
  trusting("list", async ({ client }) => {
    expect((await client.list("/folder")).map(({ name }) => name).sort()).toEqual(["a", "inner"]);
  }),
  trusting("names", async ({ client }) => expect((await client.names("/folder")).length).toBe(2)),
  moving("download to a path", async ({ client, local }) => {
    await client.download("/file", join(local, "target"));
    whole(await here(join(local, "target")));
  }),
  moving("download to a stream", async ({ client }) => {
    const parts: Buffer[] = [];
    const into = new Writable({
      write: (chunk: Buffer, _, done) => {
        parts.push(Buffer.from(chunk));
        done();
      },
    });
    await client.download("/file", into);
    whole(Buffer.concat(parts));
  }),
  moving("download to a web stream", async ({ client }) => {
    const parts: Uint8Array[] = [];
    await client.download(
      "/file",
      new WritableStream<Uint8Array>({ write: (chunk) => void parts.push(chunk.slice()) }),
    );
    whole(Buffer.concat(parts));
  }),
  moving("downloadBytes", async ({ client }) => whole(await client.downloadBytes("/file"))),
  moving("openRead, iterated", async ({ client }) => {
    const parts: Uint8Array[] = [];
    for await (const chunk of await client.openRead("/file")) parts.push(chunk.slice());
    whole(Buffer.concat(parts));
  }),
  moving("openRead, read", async ({ client }) => {
    const file = await client.openRead("/file");
    const parts: Uint8Array[] = [];
    const into = new Uint8Array(10_000);
    try {
      for (let count = await file.read(into); count > 0; count = await file.read(into))
        parts.push(into.slice(0, count));
    } finally {
      await file.close();
    }
    whole(Buffer.concat(parts));
  }),
  moving("openRead as a stream", async ({ client }) => {
    whole(Buffer.concat((await (await client.openRead("/file")).toNodeStream().toArray()) as Buffer[]));
  }),
  upload("upload of a path", ({ local }) => join(local, "source")),
  upload("upload of bytes", () => content),
  upload("upload of a stream", () => Readable.from([content.subarray(0, 70_000), content.subarray(70_000)])),
  upload("upload of a web stream", () => ReadableStream.from([content.subarray(0, 70_000), content.subarray(70_000)])),
  upload("upload of an iterable", async function* () {
    yield content.subarray(0, 70_000);
    yield content.subarray(70_000);
  }),
  trusting("append", async ({ client, storage }) => {
    await client.append(content, "/appended");
    whole(await stored(storage, "/appended"));
  }),
  quiet("mkdir", (client) => client.mkdir("/made")),
  quiet("mkdir, recursive", (client) => client.mkdir("/made/deeper/still", { recursive: true })),
  quiet("remove", (client) => client.remove("/file")),
  quiet("removeDirectory", (client) => client.removeDirectory("/empty")),
  trusting("removeDirectory, recursive", ({ client }) => client.removeDirectory("/folder", { recursive: true })),
  quiet("rename", (client) => client.rename("/file", "/renamed")),
  quiet("stat", async (client) => expect((await client.stat("/file")).size).toBe(content.length)),
  quiet("exists", async (client) => expect(await client.exists("/file")).toBe(true)),
  quiet("size", async (client) => expect(await client.size("/file")).toBe(content.length)),
  quiet("hash", async (client) => expect((await client.hash("/file")).digits).toMatch(/^[0-9a-f]+$/)),
  quiet("setTime", (client) => client.setTime("/file", new Date("2020-01-02T03:04:05Z"))),
  quiet("chmod", (client) => client.chmod("/file", 0o600)),
  quiet("cd", (client) => client.cd("/folder")),
  quiet("pwd", async (client) => expect(await client.pwd()).toBe("/")),
  quiet("raw", async (client) => expect((await client.raw("SYST")).code).toBe(215)),
  quiet("noop", (client) => client.noop()),
  trusting("downloadTree", async ({ client, local }) => {
    await rm(join(local, "got"), { recursive: true, force: true });
    expect((await client.downloadTree("/folder", join(local, "got"))).files).toBe(2);
    whole(await here(join(local, "got", "inner", "b")));
  }),
  moving("uploadTree", async ({ client, local }) => {
    expect((await client.uploadTree(join(local, "tree"), "/up")).files).toBe(1);
  }),
  { name: "transferTo", moves: false, run: ({ client, other }) => client.transferTo("/file", other, "/copied") },
];
