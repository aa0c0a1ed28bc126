/** The TFTP client, by the octets on the wire, and with local ends that are slow or broken. */
import { describe, expect, it } from "vitest";
import { Exchange } from "../../src/tftp/client/exchange.ts";
import { openUdpSocket } from "../../src/tftp/transfer/udp-socket.ts";
import { RawPeer } from "./tftp-fixture.ts";

describe("a client that is given up while the local file opens", () => {
  const begin = async (open: () => Promise<never>) => {
    const server = await RawPeer.open();
    const exchange = new Exchange({
      socket: await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 }),
      server: { address: "127.0.0.1", port: server.port },
      file: "f",
      mode: "octet",
      wanted: undefined,
      end: { operation: "read", maxSize: Infinity, open },
      timing: { random: Math.random },
      requestRetries: 0,
      onOctets: () => undefined,
    });
    const ended = exchange.run();
    const { from } = await server.next();
    server.send("\0\x03\0\x01abc", from.port);
    return { server, exchange, ended };
  };

  it("tells the server, and abandons the file once it is open", async () => {
    let opened: (file: never) => void = () => undefined;
    let asked: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => (asked = resolve));
    const { server, exchange, ended } = await begin(() => {
      asked();
      return new Promise((resolve) => (opened = resolve));
    });
    await opening;
    exchange.abort("it was given up", undefined);
    expect(await ended).toMatchObject({ kind: "not-begun", failure: { kind: "aborted" } });
    expect((await server.next()).text).toBe("\0\x05\0\0it was given up\0");
    exchange.close();
    await new Promise<void>((resolve, reject) => {
      const file = {
        write: () => Promise.reject(new Error("written")),
        commit: () => reject(new Error("committed")),
        abandon: () => Promise.resolve(resolve()),
      };
      opened(file as never);
    });
  });

  it("says nothing more when the file cannot be opened", async () => {
    let failed: (error: Error) => void = () => undefined;
    let asked: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => (asked = resolve));
    const { exchange, ended } = await begin(() => {
      asked();
      return new Promise((_resolve, reject) => (failed = reject));
    });
    await opening;
    exchange.abort("it was given up", undefined);
    exchange.close();
    failed(new Error("no"));
    expect(await ended).toMatchObject({ kind: "not-begun", failure: { kind: "aborted" } });
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
