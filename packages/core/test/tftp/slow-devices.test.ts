/** Both ends against devices that take 300 ms for a block, over real sockets: nothing comes twice. */
import { expect, it } from "vitest";
import { get, put } from "../../src/tftp/index.ts";
import { blockNumber, nextEvent, numbered, pattern, putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

const blockSize = 8;
/** Few: each takes its time. */
const blocks = 4;
const content = pattern(blockSize * (blocks - 1) + 3);
const text = Buffer.from(content).toString("latin1");
const block = (number: number): string => text.slice((number - 1) * blockSize, number * blockSize);

const flash = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
const options = (windowSize: number): string =>
  `blksize\0${blockSize}\0${windowSize === 1 ? "" : `windowsize\0${windowSize}\0`}`;
const request = (opcode: 1 | 2, windowSize: number): string =>
  `\0${String.fromCharCode(opcode)}f\0octet\0${options(windowSize)}`;
const acknowledgment = (windowSize: number): string => `\0\x06${options(windowSize)}`;

/** A device reads blocks, 300 ms each, and acknowledges windows. @returns The blocks as they came. */
async function receive(device: RawPeer, windowSize: number): Promise<number[]> {
  const came: number[] = [];
  for (let last = 0; last < blocks;) {
    const { text: packet, from } = await device.next();
    const number = blockNumber(packet);
    came.push(number);
    if (number !== last + 1) continue;
    last = number;
    await flash();
    if (last % windowSize === 0 || last === blocks) device.send(numbered(4, last), from.port);
  }
  return came;
}

/** A device sends windows of blocks, 300 ms each. @returns The ACKs as they came. */
async function send(device: RawPeer, windowSize: number, port: number): Promise<number[]> {
  const came: number[] = [];
  for (let last = 0; last < blocks;) {
    const end = Math.min(last + windowSize, blocks);
    while (last < end) {
      await flash();
      device.send(numbered(3, ++last, block(last)), port);
    }
    const number = blockNumber((await device.next()).text);
    came.push(number);
  }
  return came;
}

const each = [...Array(blocks).keys()].map((index) => index + 1);
const ends = (windowSize: number): number[] => each.filter((number) => number % windowSize === 0 || number === blocks);

async function readFromServer(windowSize: number, singlePort: boolean): Promise<void> {
  const { server, port, storage } = await startTftp({ singlePort });
  await putFile(storage, "/f", content);
  const done = nextEvent(server, "transfer");
  const device = await RawPeer.open();
  device.send(request(1, windowSize), port);
  const { from } = await device.next();
  device.send(numbered(4, 0), from.port);
  expect(await receive(device, windowSize)).toEqual(each);
  expect((await done).counts).toMatchObject({ resent: 0, timeouts: 0 });
}

async function writeToServer(windowSize: number, singlePort: boolean): Promise<void> {
  const { server, port } = await startTftp({ singlePort, write: true });
  const done = nextEvent(server, "transfer");
  const device = await RawPeer.open();
  device.send(request(2, windowSize), port);
  const { from } = await device.next();
  expect(await send(device, windowSize, from.port)).toEqual(ends(windowSize));
  expect((await done).counts).toMatchObject({ resent: 0, timeouts: 0 });
}

async function takeFromClient(windowSize: number): Promise<void> {
  const device = await RawPeer.open();
  const sent = put(content, `tftp://127.0.0.1:${device.port}/f`, { blockSize, windowSize });
  const { from } = await device.next();
  device.send(acknowledgment(windowSize), from.port);
  expect(await receive(device, windowSize)).toEqual(each);
  expect((await sent).counts).toMatchObject({ resent: 0, timeouts: 0 });
}

async function giveToClient(windowSize: number): Promise<void> {
  const device = await RawPeer.open();
  const got = get(`tftp://127.0.0.1:${device.port}/f`, { blockSize, windowSize });
  const { from } = await device.next();
  device.send(acknowledgment(windowSize), from.port);
  expect(blockNumber((await device.next()).text)).toBe(0);
  expect(await send(device, windowSize, from.port)).toEqual(ends(windowSize));
  const { data, counts } = await got;
  expect(Buffer.from(data).toString("latin1")).toBe(text);
  expect(counts).toMatchObject({ resent: 0, timeouts: 0 });
}

it.each([
  ["one by one", 1],
  ["in windows", 2],
] as const)(
  "devices that write flash between two blocks are sent each once, and each of theirs is acknowledged once, %s",
  // A machine that stands still for a third of a second lets any wait run out.
  { retry: 2 },
  async (_name, windowSize) => {
    await Promise.all([
      readFromServer(windowSize, false),
      readFromServer(windowSize, true),
      writeToServer(windowSize, false),
      writeToServer(windowSize, true),
      takeFromClient(windowSize),
      giveToClient(windowSize),
    ]);
  },
);
