/** What the entries of the library refuse before they do anything: options that nobody knows, and values of another kind. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  applyMirror,
  FtpClient,
  FtpPool,
  mirror,
  planMirror,
  type FtpClientOptions,
} from "../../src/ftp-client/index.ts";
import { clientTable, poolTable } from "../../src/ftp-client/client-option-table.ts";
import { mirrorTable } from "../../src/ftp-client/mirror/mirror-option-table.ts";
import { downloadTreeTable, removeTreeTable, uploadTreeTable } from "../../src/ftp-client/trees/tree-option-tables.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { serverTable } from "../../src/ftp-server/server-option-table.ts";
import { nearestName, OptionRangeError, OptionTypeError, type OptionTable } from "../../src/options/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { putFile, readFile, startServer } from "../ftp-server/server-fixture.ts";

interface Case {
  readonly given: object;
  readonly kind: "OptionTypeError" | "OptionRangeError";
  readonly option: string;
  readonly instead?: unknown;
}

const refused = (option: string, given: object, instead?: unknown): Case => ({
  given,
  kind: "OptionTypeError",
  option,
  ...(instead === undefined ? {} : { instead }),
});
const outOfRange = (option: string, given: object, instead?: unknown): Case => ({
  ...refused(option, given, instead),
  kind: "OptionRangeError",
});
const hint = (text: string): unknown => expect.stringContaining(text);

/** An error of one of the two kinds, for an option; its message names the option. */
function expectRefusal(error: unknown, { kind, option, instead }: Case): void {
  const [own, builtIn] = kind === "OptionTypeError" ? [OptionTypeError, TypeError] : [OptionRangeError, RangeError];
  expect(error).toBeInstanceOf(own);
  expect(error).toBeInstanceOf(builtIn);
  expect(error).toMatchObject({ name: kind, option, ...(instead === undefined ? {} : { instead }) });
  expect((error as OptionTypeError).message).toContain(option);
  expect((error as OptionTypeError).allowed).not.toBe("");
  expect((error as OptionTypeError).message).not.toMatch(/s3cret|\[object/);
}

const clientCases: readonly Case[] = [
  refused("colour", { colour: 1 }),
  refused("prot", { prot: 21 }, "port"),
  refused("conectTimeout", { conectTimeout: 1 }, "connectTimeout"),
  refused("secure", { secure: true }, hint("explicit")),
  refused("secure", { secure: "implicit" }, hint("implicit")),
  refused("secureOptions", { secureOptions: {} }, hint("tls")),
  refused("rejectUnauthorized", { rejectUnauthorized: false }, hint("acceptUnverified")),
  refused("useEPSV", { useEPSV: true }, hint("epsv")),
  refused("forcePasv", { forcePasv: true }, hint("pasv")),
  refused("connTimeout", { connTimeout: 1 }, "connectTimeout"),
  refused("pasvTimeout", { pasvTimeout: 1 }, "dataConnectionTimeout"),
  refused("verbose", { verbose: true }, hint("trace")),
  refused("debug", { debug: true }, hint("trace")),
  refused("username", { username: "me" }, "user"),
  outOfRange("tls", { tls: "require" }, "explicit"),
  outOfRange("tls", { tls: "explict" }, "explicit"),
  refused("tls", { tls: true }),
  refused("tls", { tls: null }),
  refused("tls", { tls: [] }),
  refused("tls.ca", { tls: { ca: "x" } }, hint("authorities")),
  outOfRange("tls.mode", { tls: { mode: "on" } }, "explicit"),
  refused("tls.protectdata", { tls: { protectdata: false } }, "tls.protectData"),
  outOfRange("tls.cert", { tls: { cert: "cert.pem", key: "key.pem" } }),
  outOfRange("tls.authorities[1]", { tls: { authorities: [{ file: "a" }, "s3cret"] } }),
  refused("connectTimeout", { connectTimeout: "5s" }),
  outOfRange("connectTimeout", { connectTimeout: -1 }),
  outOfRange("replyTimeout", { replyTimeout: NaN }),
  outOfRange("port", { port: 0 }),
  outOfRange("port", { port: 65_536 }),
  refused("port", { port: "21" }),
  refused("password", { password: 12_345 }),
  refused("password", { password: Buffer.from("s3cret") }),
  outOfRange("family", { family: 5 }),
  outOfRange("dataMode", { dataMode: "passive" }),
  outOfRange("activePorts", { activePorts: [1] }),
  refused("activePorts[1]", { activePorts: [1, "2"] }),
  refused("keepAlive.tpc", { keepAlive: { tpc: 1 } }, "keepAlive.tcp"),
  refused("checkSize", { checkSize: "yes" }),
  refused("signal", { signal: {} }),
  refused("trace.command", { trace: { command: "log" } }),
  refused("__proto__", JSON.parse('{"__proto__":{"tls":"explicit"}}') as object),
];

/** A port that counts who connects. */
async function countingPort(): Promise<{ readonly port: number; readonly connections: () => number }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, connections: () => count };
}

describe("FtpClient.connect", () => {
  it.each(clientCases)("refuses $option of $given, and connects nowhere", async (one) => {
    const { port, connections } = await countingPort();
    const options = { host: "127.0.0.1", port, user: "me", password: "s3cret", ...one.given } as FtpClientOptions;
    expectRefusal(await FtpClient.connect(options).catch((error: unknown) => error), one);
    const url = `ftp://me:s3cret@127.0.0.1:${port}`;
    expectRefusal(await FtpClient.connect(url, one.given).catch((error: unknown) => error), one);
    expect(connections()).toBe(0);
  });

  it("takes options that are undefined, and a frozen object without a prototype", async () => {
    const { port } = await startServer();
    const options = Object.assign(Object.create(null) as object, { host: "127.0.0.1", port, user: "me" });
    const client = await FtpClient.connect(
      Object.freeze({ ...options, password: () => "secret", tls: undefined }) as never,
    );
    await client.close();
  });

  it("takes no list for options, and nothing that is none", async () => {
    for (const given of [[], null, 5])
      expect(
        await FtpClient.connect("ftp://127.0.0.1:1", given as never).catch((error: unknown) => error),
      ).toMatchObject({ name: "OptionTypeError", option: "options" });
  });
});

describe("FtpPool", () => {
  it.each([
    ...clientCases,
    refused("maxConnections", { maxConnections: 3 }, "limit"),
    refused("idletimeout", { idletimeout: 1 }, "idleTimeout"),
    refused("retry.attempts", { retry: { attempts: 3 } }, "retries"),
    refused("retry", { retry: 3 }),
    outOfRange("limit", { limit: 0 }),
    outOfRange("limit", { limit: 1.5 }),
    refused("limit", { limit: "4" }),
  ])("refuses $option of $given", (one) => {
    let error: unknown;
    try {
      new FtpPool("ftp://127.0.0.1:1", one.given);
    } catch (thrown) {
      error = thrown;
    }
    expectRefusal(error, one);
  });
});

describe("FtpServer", () => {
  it.each([
    refused("port", { port: 2121 }, hint("listeners")),
    refused("host", { host: "127.0.0.1" }, hint("listeners")),
    refused("pasv_url", { pasv_url: "1.2.3.4" }, hint("externalAddress")),
    refused("pasv_min", { pasv_min: 1 }, hint("ports")),
    refused("anonymous", { anonymous: true }, hint("StaticAccounts")),
    refused("greeting", { greeting: "hi" }, "banner"),
    refused("bannner", { bannner: "hi" }, "banner"),
    refused("nonsense", { nonsense: "hi" }),
    refused("limits.session", { limits: { session: 4 } }, "limits.sessions"),
    refused("limits.sessions", { limits: { sessions: "4" } }),
    outOfRange("limits.sessions", { limits: { sessions: -4 } }),
    refused("listeners[0].port", { listeners: [{ host: "127.0.0.1", port: "2121" }] }),
    outOfRange("listeners[1].port", {
      listeners: [
        { host: "::", port: 0 },
        { host: "::", port: 70_000 },
      ],
    }),
    refused("listeners[0].host", { listeners: [{ port: 0 }] }),
    refused("listeners[0].addr", { listeners: [{ host: "::", port: 0, addr: 1 }] }),
    outOfRange("listeners[0].tls", { listeners: [{ host: "::", port: 0, tls: "require" }] }, "explicit"),
    refused("listeners[0].tlsPolicy.requireforlogin", {
      listeners: [{ host: "::", port: 0, tlsPolicy: { requireforlogin: true } }],
    }),
    refused("listeners", { listeners: { host: "::", port: 0 } }),
    refused("tls.cert", { tls: { cert: "s3cret" } }, hint("certificates")),
    refused("tls.certificates", { tls: {} }),
    outOfRange("tls.certificates[0].key", { tls: { certificates: [{ cert: { file: "a" }, key: "s3cret" }] } }),
    outOfRange("tls.certificates[0].cert", { tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }),
    refused("passive.externaladdress", { passive: { externaladdress: "x" } }, "passive.externalAddress"),
    refused("passive.externalAddress.networks.10.0.0.0/8", {
      passive: { externalAddress: { networks: { "10.0.0.0/8": 7 } } },
    }),
    refused("active.localPort", { active: { localPort: "20" } }),
    refused("accounts", { accounts: { users: [] } }),
    refused("accounts", { accounts: undefined }),
    refused("deflate", { deflate: "yes" }),
    outOfRange("replies", { replies: "netX" }, "netx"),
  ])("refuses $option of $given", (one) => {
    const accounts = { login: () => ({ refused: "credentials" as const }) };
    let error: unknown;
    try {
      new FtpServer({ accounts, listeners: [], ...one.given });
    } catch (thrown) {
      error = thrown;
    }
    expectRefusal(error, one);
  });
});

describe.each(["client", "pool"] as const)("trees by a %s", (by) => {
  it.each([
    refused("dryRun", { dryRun: true }, hint("walk()")),
    refused("exclude", { exclude: ["keep"] }, hint("removes everything")),
    refused("concurency", { concurency: 2 }, "concurrency"),
    refused("other", { other: 2 }),
    refused("concurrency", { concurrency: "2" }),
    outOfRange("concurrency", { concurrency: 0 }),
    outOfRange("onError", { onError: "ignore" }),
  ])("remove nothing by removeTree with $option of $given", async (one) => {
    const { port, storage } = await startServer();
    await storage.makeDirectory("/t" as never);
    await putFile(storage, "/t/keep", "content");
    const login = { host: "127.0.0.1", port, user: "me", password: "secret" };
    const client = await FtpClient.connect(login);
    const pool = new FtpPool(login);
    onTestFinished(() => Promise.all([client.close(), pool.close()]).then(() => undefined));
    const ends = { client, pool };
    expectRefusal(await ends[by].removeTree("/t", one.given).catch((error: unknown) => error), one);
    if (one.option !== "exclude") {
      expectRefusal(await ends[by].downloadTree("/t", "/nowhere", one.given).catch((error: unknown) => error), {
        ...one,
        ...(one.option === "dryRun" ? { instead: hint("walk()") } : {}),
      });
      expectRefusal(await ends[by].uploadTree("/nowhere", "/t", one.given).catch((error: unknown) => error), one);
    }
    expect(await readFile(storage, "/t/keep")).toBe("content");
  });
});

describe("mirrors", () => {
  const cases = [
    refused("dryRun", { dryRun: true, delete: true }, hint("planMirror()")),
    refused("dry-run", { "dry-run": true, delete: true }, hint("planMirror()")),
    refused("exlude", { exlude: ["kept"], delete: true }, "exclude"),
    refused("exclude", { exclude: "kept", delete: true }),
    refused("exclude[0]", { exclude: [/kept/], delete: true }),
    refused("concurrency", { concurrency: 2 }, "parallel"),
    refused("delete", { delete: "yes" }),
    refused("what", { what: 1 }),
    outOfRange("compare", { compare: "size-only" }),
    outOfRange("parallel", { parallel: 0 }),
    outOfRange("maxDelete", { maxDelete: -1 }),
    refused("retry.retrys", { retry: { retrys: 2 } }, "retry.retries"),
  ];

  it.each(cases)("remove nothing with $option of $given", async (one) => {
    const [from, to] = [new MemoryStorage(), new MemoryStorage()];
    await putFile(to, "/kept", "content");
    const options = one.given;
    expectRefusal(await mirror(from, to, options).catch((error: unknown) => error), one);
    expectRefusal(await planMirror(from, to, options).catch((error: unknown) => error), one);
    const plan = await planMirror(from, to, { delete: true });
    expectRefusal(await applyMirror(plan, from, to, options).catch((error: unknown) => error), one);
    expect(await readFile(to, "/kept")).toBe("content");
  });
});

describe("the tables", () => {
  it.each<OptionTable>([
    clientTable,
    poolTable,
    serverTable,
    mirrorTable,
    removeTreeTable,
    downloadTreeTable,
    uploadTreeTable,
  ])("of $name name no word as foreign that is an option here", ({ rows, foreign }) => {
    expect(Object.keys(foreign).filter((name) => Object.hasOwn(rows, name))).toEqual([]);
  });

  it("find the nearest name by letters that are wrong, missing, too many or swapped, and no name that is far", () => {
    const names = ["host", "port", "connectTimeout", "sessions"];
    expect(
      ["hots", "prot", "conectTimeout", "CONNECTTIMEOUT", "session", "sesions", "x", "timeout", "h".repeat(1000)].map(
        (wrong) => nearestName(wrong, names),
      ),
    ).toEqual([
      "host",
      "port",
      "connectTimeout",
      "connectTimeout",
      "sessions",
      "sessions",
      undefined,
      undefined,
      undefined,
    ]);
  });
});
