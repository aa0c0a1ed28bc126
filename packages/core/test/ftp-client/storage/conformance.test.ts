/** The published conformance suite on a server: our own, whose storages pass it too. */
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { FtpPool, FtpStorage } from "../../../src/ftp-client/index.ts";
import { LocalStorage, MemoryStorage, storageConformance, type Storage } from "../../../src/storage/index.ts";
import { startServer } from "../../ftp-server/server-fixture.ts";

/** LIST tells minutes where MDTM tells seconds, and SIZE and CWD tell of no times of folders, and no permission bits. */
const facts = [
  "lists files and folders with the facts that stat tells",
  "sets the time of files and folders",
  "changes permission bits of files and folders",
];
/** Without MLST it is not asked beforehand whether a folder has the name: that is told at the commit. */
const folders = ["refuses to write to a folder"];
/** SITE SYMLINK is there where the server's storage has links. */
const links = ["makes links", "makes no link"];
/** Hundreds of uploads, to see how a listing is handed on: once is enough. */
const large = ["lists a large folder in batches", "lets a listing be left early"];

interface Way {
  readonly way: string;
  readonly without: readonly string[];
  /** Only cases that hold one of these words. */
  readonly about?: RegExp;
  readonly root?: string;
  readonly hidesFacts?: boolean;
  readonly storage: (this: void) => Promise<Storage>;
}

const ways: readonly Way[] = [
  { way: "from the login's folder", without: [...links], storage: inMemory },
  {
    way: "below a folder",
    without: large,
    about: /names|link|fold|remove|rename|path/,
    root: "/some where/below",
    storage: localStorage,
  },
  {
    way: "without the facts of RFC 3659",
    without: [...facts, ...folders, ...links, ...large],
    hidesFacts: true,
    storage: inMemory,
  },
];

describe.each(ways)("a server as a storage, $way,", ({ without, about = /./, root, hidesFacts, ...how }) => {
  const cases = storageConformance().filter(
    ({ name }) => about.test(name) && !without.some((start) => name.startsWith(start)),
  );
  it.each(cases.map((one) => [one.name, one] as const))("%s", { timeout: 30_000 }, async (_, one) => {
    const { port } = await startServer({ storage: await how.storage() });
    const way = hidesFacts === true ? await withoutFacts(port) : port;
    const login = { host: "127.0.0.1", port: way, user: "me", password: "secret" };
    const pool = new FtpPool(login, { limit: 4, retry: { retries: 0 } });
    onTestFinished(() => pool.close());
    if (root !== undefined) await pool.use((client) => client.mkdir(root, { recursive: true }));
    const remote = new FtpStorage(pool, root === undefined ? {} : { root });
    await one.run(remote);
    await remote.close();
  });
});

function inMemory(): Promise<Storage> {
  return Promise.resolve(new MemoryStorage());
}

async function localStorage(): Promise<Storage> {
  const root = await mkdtemp(join(tmpdir(), "twinport-ftp-storage-"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
  });
  return storage;
}

/** A way to the server on which FEAT does not tell of MLST: clients then go by LIST, SIZE and CWD. */
async function withoutFacts(to: number): Promise<number> {
  const relay = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    near.on("error", () => far.destroy()).on("close", () => far.destroy());
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.pipe(far);
    far.on("data", (chunk) => near.write(chunk.toString("latin1").replace(/ MLST [^\r]*\r\n/, ""), "latin1"));
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  onTestFinished(() => void relay.close());
  const address = relay.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
