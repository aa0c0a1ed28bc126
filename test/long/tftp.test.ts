/** 100 MiB by TFTP in both directions with every peer: block numbers that begin anew, lock-step, and windows. */
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, run } from "../interop/processes.ts";
import { digestOf, makeFileOf } from "../interop/tftp-files.ts";
import { nameOfWay, ourProgram, tftpPrograms, type TftpProgram, type TftpWay } from "../interop/tftp-programs.ts";
import { abilitiesOf, startTftpServer, tftpServerNames } from "../interop/tftp-servers.ts";
import { startServerProgram, type ServerProgram } from "../programs.ts";

/** 204,801 blocks of 512 octets: the 16 bits of their numbers are used up three times. */
const size = 100 * 1024 * 1024;
/** Lock-step with the usual blocks, and with the largest; windows where there are some. */
const ways: readonly TftpWay[] = [{}, { blockSize: 65_464 }, { blockSize: 1428, windowSize: 16 }];

let local: Awaited<ReturnType<typeof makeFolder>>;
let served: Awaited<ReturnType<typeof makeFolder>>;
let ours: ServerProgram;
let source: string;
let expected: string | undefined;

beforeAll(async () => {
  local = await makeFolder();
  served = await makeFolder();
  source = await makeFileOf(local.path, size);
  expected = await digestOf(source);
  ours = await startServerProgram(
    [served.path, "--tftp", "127.0.0.1:0", "--tftp-write", "--tftp-overwrite", "--log-level", "error"],
    { env: { TWINPORT_USERS: "me:secret" }, until: "tftp://", showLog: true },
  );
});

afterAll(async () => {
  await ours.stop("SIGTERM");
  await local.remove();
  await served.remove();
});

interface Place {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
}

/** Gets the file, and puts it where the server takes it. */
async function moveBothWays(program: TftpProgram, way: TftpWay, server: Place, writes: boolean): Promise<void> {
  const [there, here] = [join(server.folder, "offered"), join(local.path, "got")];
  const { host, port } = server;
  await copyFile(source, there);
  const [get = "", ...getting] = program.command({ ...way, what: "get", host, port, remote: "offered", local: here });
  await run(get, getting);
  expect(await digestOf(here)).toBe(expected);
  await rm(here);
  if (!writes) return;
  const [put = "", ...putting] = program.command({ ...way, what: "put", host, port, remote: "taken", local: source });
  await run(put, putting);
  // atftpd closes the file after its last ACK.
  await expect.poll(() => digestOf(join(server.folder, "taken")), { timeout: 10_000, interval: 500 }).toBe(expected);
  await rm(join(server.folder, "taken"));
}

describe.each(tftpPrograms)("$name", (program) => {
  const offered = ways.filter(
    ({ blockSize, windowSize }) =>
      blockSize === undefined ||
      program.ways.some((way) => way.blockSize === blockSize && way.windowSize === windowSize),
  );

  it.each(offered.map((way) => [nameOfWay(way), way] as const))(
    "gets and puts 100 MiB at our server, %s",
    async (_name, way) => {
      await moveBothWays(program, way, { host: "127.0.0.1", port: ours.tftpPort, folder: served.path }, true);
    },
  );
});

describe.each(tftpServerNames)("%s", (name) => {
  const { writes, windows } = abilitiesOf(name);

  it.each(
    ways.filter(({ windowSize }) => windows || windowSize === undefined).map((way) => [nameOfWay(way), way] as const),
  )("gives 100 MiB to our client, and takes them, %s", async (_name, way) => {
    const server = await startTftpServer(name);
    try {
      await moveBothWays(ourProgram, way, server, writes);
    } finally {
      await server.stop();
    }
  });
});
