/** An application's listeners that throw: the transfers go on, other peers are served, and the application is told. */
import { describe, expect, it, onTestFinished } from "vitest";
import { get, put, TftpError, type TftpServerEvents } from "../../src/tftp/index.ts";
import { fileOf, nextEvent, pattern, putFile, RawPeer, startTftp, type TftpFixture } from "./tftp-fixture.ts";

const content = pattern(200_000);

async function served(throwing: readonly (keyof TftpServerEvents)[]): Promise<TftpFixture & { faults: string[] }> {
  const fixture = await startTftp({ write: { create: true, overwrite: true } });
  await putFile(fixture.storage, "/file", content);
  const faults: string[] = [];
  for (const name of throwing) {
    fixture.server.on(name, () => {
      throw new Error("The application's own fault");
    });
  }
  fixture.server.prependListener("server-error", ({ doing, cause }) => {
    faults.push(`${doing}: ${cause instanceof Error ? cause.message : "nothing"}`);
  });
  return { ...fixture, faults };
}

/** Each event, and what brings it about. */
const occasions: Readonly<Record<Exclude<keyof TftpServerEvents, "server-error">, (port: number) => Promise<void>>> = {
  request: (port) => download(port),
  refusal: (port) => refused(port),
  "transfer-start": (port) => download(port),
  progress: (port) => slowDownload(port),
  transfer: (port) => download(port),
  "transfer-broken": (port) => broken(port),
  declined: (port) => declined(port),
};

async function download(port: number): Promise<void> {
  const { data } = await get(`tftp://127.0.0.1:${port}/file`, { blockSize: 1428 });
  expect(Buffer.from(data).equals(content)).toBe(true);
}

async function refused(port: number): Promise<void> {
  const error: unknown = await get(`tftp://127.0.0.1:${port}/missing`).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(TftpError);
  expect(error).toMatchObject({ kind: "refused", code: 1 });
}

/** Longer than a second, so that progress is told. */
async function slowDownload(port: number): Promise<void> {
  const peer = await RawPeer.open();
  peer.send("\0\x01file\0octet\0blksize\x0065464\0", port);
  const { from } = await peer.next();
  peer.send("\0\x04\0\0", from.port);
  for (let block = 1; block <= 4; block++) {
    const { text } = await peer.next();
    expect(text.slice(0, 4)).toBe(`\0\x03\0${String.fromCharCode(block)}`);
    if (block === 1) await new Promise((resolve) => setTimeout(resolve, 1_050));
    peer.send(`\0\x04\0${String.fromCharCode(block)}`, from.port);
    // What was sent again meanwhile is not the next block.
    while (block === 1 && !(await peer.quiet(20))) await peer.next();
  }
}

async function broken(port: number): Promise<void> {
  const peer = await RawPeer.open();
  peer.send("\0\x01file\0octet\0", port);
  const { from } = await peer.next();
  peer.send("\0\x05\0\0Enough\0", from.port);
}

async function declined(port: number): Promise<void> {
  const peer = await RawPeer.open();
  peer.send("\0\x01file\0octet\0tsize\x000\0", port);
  const { from } = await peer.next();
  peer.send("\0\x05\0\x08No\0", from.port);
}

describe("a listener that throws", () => {
  it.each(Object.entries(occasions))("breaks nothing, and is told of: %s", async (name, occasion) => {
    const { port, server, storage, faults } = await served([name as keyof TftpServerEvents]);
    await occasion(port);
    await expect.poll(() => faults).toContain(`telling ${name}: The application's own fault`);
    await download(port);
    await put(content, `tftp://127.0.0.1:${port}/up`);
    expect(Buffer.from((await fileOf(storage, "/up")) ?? []).equals(Buffer.from(content))).toBe(true);
    await server.stop();
    expect(server.transferCount).toBe(0);
  });

  it("for faults itself breaks nothing either", async () => {
    const { port, faults } = await served(["request", "transfer", "server-error"]);
    await download(port);
    await expect.poll(() => faults.length).toBe(2);
    await download(port);
  });
});

it("tells the other listeners of an event where none throws", async () => {
  const { port, server, faults } = await served([]);
  const told = nextEvent(server, "transfer");
  await download(port);
  expect((await told).octets).toBe(content.length);
  expect(faults).toEqual([]);
  onTestFinished(() => server.stop());
});
