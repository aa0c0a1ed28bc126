/** A file that is received with others (RFC 2090), where it fails, hangs, or is given up at the wrong moment. */
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { WritableFile } from "../../src/bytes/index.ts";
import { GroupTransfer, type GroupTransferOptions } from "../../src/tftp/client/multicast/group-transfer.ts";
import { openUdpSocket } from "../../src/tftp/transfer/udp-socket.ts";
import { deferred } from "../support/deferred.ts";
import { recordedFile } from "./recorded-file.ts";
import { RawPeer } from "./tftp-fixture.ts";

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const appointment = octets("\0\x06multicast\x00239.255.77.1,1758,1\0");
const lastBlock = octets("\0\x03\0\x01abc");

/** A transfer that is the master client, and what it sent and did. */
async function receive(
  file: Partial<WritableFile>,
  more: Partial<GroupTransferOptions> = {},
): Promise<{ transfer: GroupTransfer; sent: string[]; calls: string[] }> {
  const sent: string[] = [];
  const { file: whole, calls } = recordedFile(file);
  const transfer = new GroupTransfer(
    whole,
    {
      blockSize: 8,
      patience: 10_000,
      random: () => 0,
      dally: 1,
      heldOctets: 100,
      maxSize: 100,
      socket: await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 }),
      isServer: () => true,
      progress: () => undefined,
      ...more,
    },
    (memory, length) => {
      sent.push(Buffer.from(memory.subarray(0, length)).toString("latin1"));
    },
  );
  transfer.receive(appointment);
  return { transfer, sent, calls };
}

/** Whether a promise settled so far. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await turn();
  return done;
}

describe("a file that is received with others", () => {
  it("is told as stored when it took its name while it was given up, by either end", async () => {
    const commit = deferred<never>();
    const { transfer, sent } = await receive({ commit: () => commit.promise });
    transfer.receive(lastBlock);
    await turn();
    transfer.abort("Enough");
    transfer.receive(octets("\0\x05\0\0gone\0"));
    expect(await settled(transfer.finished)).toBe(false);
    commit.resolve(undefined as never);
    expect(await transfer.finished).toMatchObject({ failure: undefined, octets: 3 });
    await transfer.closed;
    expect(sent).toEqual(["\0\x04\0\0", "\0\x04\0\x01"]);
  });

  it("is acknowledged as the master does it, though this client became that while the file took its name", async () => {
    const commit = deferred<never>();
    const { transfer, sent } = await receive({ commit: () => commit.promise }, { dally: 60 });
    transfer.receive(octets("\0\x06multicast\0,,0\0"));
    transfer.receive(lastBlock);
    await turn();
    transfer.receive(appointment);
    commit.resolve(undefined as never);
    await transfer.closed;
    // One of the others would say it three times.
    expect(sent).toEqual(["\0\x04\0\0", "\0\x04\0\x01"]);
  });

  it("is done only once it is abandoned", async () => {
    const write = deferred();
    const abandoned = deferred();
    const file = { write: () => write.promise, abandon: () => abandoned.promise };
    const { transfer, sent } = await receive(file);
    transfer.receive(lastBlock);
    await turn();
    transfer.abort("Enough");
    expect(await transfer.finished).toMatchObject({ failure: { kind: "aborted", message: "Enough" } });
    expect(await settled(transfer.closed)).toBe(false);
    write.resolve();
    expect(await settled(transfer.closed)).toBe(false);
    abandoned.resolve();
    await transfer.closed;
    expect(sent).toEqual(["\0\x04\0\0", "\0\x05\0\0Enough\0"]);
  });

  it("is abandoned when it cannot take its name", async () => {
    const { transfer, calls } = await receive({ commit: () => Promise.reject(new Error("No space")) });
    transfer.receive(lastBlock);
    expect(await transfer.finished).toMatchObject({ failure: { kind: "file" } });
    await transfer.closed;
    expect(calls).toEqual(["abandon"]);
  });

  it("is not stored when it has another size than was told", async () => {
    const { transfer, calls } = await receive({}, { toldSize: { octets: 5, by: "server" } });
    transfer.receive(lastBlock);
    const message = "the server told a size of 5 octets, and sent 3";
    expect(await transfer.finished).toMatchObject({ failure: { kind: "protocol", message } });
    await transfer.closed;
    expect(calls).toEqual(["abandon"]);
  });

  it("is not told as gone on with after its end", async () => {
    const socket = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    const { port } = socket.address();
    let told = 0;
    const { transfer } = await receive({}, { socket, dally: 200, progress: () => told++ });
    const peer = await RawPeer.open();
    const heard = (): Promise<unknown> => once(socket, "message");
    let next = heard();
    peer.send("\0\x03\0\x0112345678", port);
    await next;
    expect(told).toBe(1);
    transfer.receive(octets("\0\x03\0\x02abc"));
    await transfer.finished;
    next = heard();
    peer.send("\0\x03\0\x0112345678", port);
    await next;
    expect(told).toBe(1);
    await transfer.closed;
  });
});
