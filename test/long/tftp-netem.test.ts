/**
 * 10 MiB by TFTP in both directions with every peer, at 20 ms delay, 5 % loss and 1 % duplication each way.
 *
 * A round trip takes 40 ms. Lock-step with blocks of 512 octets would be 20,480 of them, 14 minutes and what is lost: each
 * peer is asked for the largest block it takes, in windows where it has them. What that leaves:
 *
 *     tftp-hpa's client    512, no option known to it: 20 minutes to get; to put, twice that, as it repeats a lost block
 *                          by its own clock only, which a command sets from 5 s to 1 s
 *     dnsmasq              2,263, lock-step, repeats by whole seconds: 10 minutes
 *     all others           65,464: half a minute
 *
 * All run at once, as they spend their time waiting.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { seeded } from "../../packages/core/test/support/seeded.ts";
import { get, put } from "../../packages/core/src/tftp/index.ts";
import { makeFolder, run } from "../interop/processes.ts";
import { digestOf, makeFileOf } from "../interop/tftp-files.ts";
import { ourProgram, tftpPrograms, type TftpErrand, type TftpProgram } from "../interop/tftp-programs.ts";
import { abilitiesOf, startTftpServer, tftpServerNames } from "../interop/tftp-servers.ts";
import { startServerProgram } from "../programs.ts";
import { ImpairedRelay } from "../support/impaired-relay.ts";
import { makeLossyNetwork } from "../support/lossy-network.ts";

const size = 10 * 1024 * 1024;
/** Milliseconds: for the slowest pair, on a machine that is busy. */
const patience = 90 * 60_000;

/** How often a client is asked that gives up though nothing is wrong. */
const mostTries = 5;

type Direction = "get" | "put";

/** A server in the network, as clients find it. */
interface Reached {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
}

const network = await makeLossyNetwork((text) => process.stderr.write(text));
const local = await makeFolder();
const served = await makeFolder();
/** What is stopped at the end. */
const stops: (() => Promise<unknown>)[] = [];
const moves = new Map<string, Promise<string | Error | undefined>>();
let source = "";
let expected: string | undefined;

/** Moves the file. @param peer - Who moves it, or serves it. @returns The digest of what arrived. */
async function move(
  peer: string,
  what: Direction,
  program: TftpProgram,
  server: Reached,
  way = program.fastest,
): Promise<string | undefined> {
  const remote = `${peer}-${what}`;
  const arrived = join(what === "get" ? local.path : server.folder, remote);
  if (what === "get") await copyFile(source, join(server.folder, remote));
  const errand: TftpErrand = { ...way, what, remote, local: what === "get" ? arrived : source, ...server };
  const [command = "", ...args] = [...network.through, ...program.command(errand)];
  for (let tries = 1; ; tries++) {
    const { code, stderr } = await run(command, args, { input: program.input?.(errand), mayFail: true });
    if (code === 0) break;
    const again = program.givesUpSaying !== undefined && stderr.includes(program.givesUpSaying);
    if (!again || tries === mostTries) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr.slice(-2_000)}`);
  }
  // atftpd closes the file after its last ACK.
  for (let looks = 0; looks < 20 && (await digestOf(arrived)) !== expected; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return digestOf(arrived);
}

/** Begins to move the file; `it` waits for it. */
function begin(...[peer, what, ...how]: Parameters<typeof move>): void {
  moves.set(
    `${peer} ${what}`,
    move(peer, what, ...how).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
  );
}

beforeAll(async () => {
  source = await makeFileOf(local.path, size);
  expected = await digestOf(source);
  const ours = await startServerProgram(
    [served.path, "--tftp", "127.0.0.1:0", "--tftp-write", "--tftp-overwrite", "--log-level", "error"],
    { env: { TWINPORT_USERS: "me:secret" }, until: "tftp://", showLog: true, through: network.through },
  );
  stops.push(() => ours.stop("SIGTERM"));
  const reached = { ...(await network.reach("127.0.0.1", ours.tftpPort)), folder: served.path };
  for (const program of [...tftpPrograms, ourProgram])
    for (const what of ["get", "put"] as const) begin(program.name, what, program, reached);
  for (const name of tftpServerNames) {
    const server = await startTftpServer(name, network.through);
    stops.push(() => server.stop());
    const there = { ...(await network.reach(server.host, server.port)), folder: server.folder };
    const { windows, largestBlock, writes } = abilitiesOf(name);
    const way = { blockSize: largestBlock, ...(windows ? { windowSize: 4 } : {}) };
    for (const what of writes ? (["get", "put"] as const) : (["get"] as const))
      begin(name, what, ourProgram, there, way);
  }
});

afterAll(async () => {
  for (const stop of stops) await stop();
  await network.close();
  await local.remove();
  await served.remove();
});

/** What arrived is what was sent. */
async function expectIntact(name: string): Promise<void> {
  const outcome = await moves.get(name);
  if (outcome instanceof Error) throw outcome;
  expect(outcome).toBe(expected);
}

describe(`with 20 ms delay, 5 % loss and 1 % duplication by ${network.how}`, () => {
  const clients = [...tftpPrograms, ourProgram].map(({ name }) => name);

  it.each(clients)(
    "%s gets and puts 10 MiB at our server",
    async (name) => {
      await expectIntact(`${name} get`);
      await expectIntact(`${name} put`);
    },
    patience,
  );

  it.each(tftpServerNames)(
    "our client gets and puts 10 MiB at %s",
    async (name) => {
      await expectIntact(`${name} get`);
      if (abilitiesOf(name).writes) await expectIntact(`${name} put`);
    },
    patience,
  );

  it("did lose packets", async () => {
    expect(await network.lost()).toBeGreaterThan(1_000);
  });
});

describe("with packets that overtake each other, too", () => {
  it("our client gets and puts 10 MiB at our server", async () => {
    const server = await startServerProgram(
      [served.path, "--tftp", "127.0.0.1:0", "--tftp-write", "--tftp-overwrite", "--log-level", "error"],
      { env: { TWINPORT_USERS: "me:secret" }, until: "tftp://", showLog: true },
    );
    onTestFinished(async () => {
      await server.stop("SIGTERM");
    });
    const relay = await ImpairedRelay.open(
      { host: "127.0.0.1", port: server.tftpPort },
      { delay: 20, loss: 0.05, duplication: 0.01, reordering: 0.05, random: seeded(7) },
    );
    onTestFinished(() => relay.close());
    const url = `tftp://127.0.0.1:${relay.port}/overtaken`;
    await put(source, url);
    expect(await digestOf(join(served.path, "overtaken"))).toBe(expected);
    const { data } = await get(url);
    expect(data.length).toBe(size);
    expect(relay.counts.overtaking).toBeGreaterThan(100);
  });
});
