import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpOutOfStepError, FtpPool, FtpReplyError } from "../../src/ftp-client/index.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";

async function connect(script: Script): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 5_000 });
  onTestFinished(() => client.destroy());
  return { client, commands };
}

/** A server that refuses all changes, and sends `surplus` before its reply to the command after `verb`. */
function oneTooMany(verb: string, surplus: string): Script {
  let late = "";
  return (command, _, session) => {
    const before = late;
    late = command === verb ? surplus : "";
    const reply = refusing(command);
    if (command === "EPSV") {
      if (before !== "") session.send(before);
      return passive(session, (data) => data.end("content"));
    }
    return before === "" ? reply : before + (reply ?? defaults[command] ?? "500 What\r\n");
  };
}

const defaults: Readonly<Record<string, string>> = {
  USER: "331 Password\r\n",
  PASS: "230 In\r\n",
  TYPE: "200 Type\r\n",
  NOOP: "200 Okay\r\n",
};

function refusing(verb: string): string | undefined {
  switch (verb) {
    case "FEAT":
      return "211-Features\r\n UTF8\r\n SIZE\r\n211 End\r\n";
    case "OPTS":
      return "200 UTF8 is on\r\n";
    case "PWD":
      return '257 "/" is here\r\n';
    case "SIZE":
      return "213 7\r\n";
    case "RETR":
      return "150 Here\r\n226 Done\r\n";
    case "MKD":
    case "DELE":
    case "RMD":
    case "RNTO":
      return "550 No\r\n";
    case "RNFR":
      return "350 And now?\r\n";
    default:
      return undefined;
  }
}

const changes: readonly (readonly [string, (client: FtpClient) => Promise<void>])[] = [
  ["mkdir", (client) => client.mkdir("a")],
  ["remove", (client) => client.remove("a")],
  ["removeDirectory", (client) => client.removeDirectory("a")],
  ["rename", (client) => client.rename("a", "b")],
];

describe("a reply that a command cannot have", () => {
  it.each([213, 226, 227, 229, 221, 331, 150, 211, 230, 426])(
    "as %i is for DELE, closes the client, which says so",
    async (code) => {
      const { client } = await connect((verb) => (verb === "DELE" ? `${code} (1,2,3,4,5,6)\r\n` : undefined));
      const failure = await client.remove("a").then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(FtpOutOfStepError);
      expect(failure).toMatchObject({ verb: "DELE", message: expect.stringContaining("out of step") as string });
      expect(client.closed).toBe(true);
    },
  );

  it("is none of those that real servers have", async () => {
    const said: Record<string, string> = {
      MKD: "250 made",
      DELE: "200 gone",
      RMD: "257 gone",
      RNTO: "200 so",
      CWD: "200 in",
    };
    const { client } = await connect((verb) => {
      if (verb === "PWD") return '257 "/"\r\n';
      if (verb === "RNFR") return "350 And now?\r\n";
      return said[verb] === undefined ? undefined : `${said[verb]}\r\n`;
    });
    for (const [, change] of changes) await change(client);
    await client.cd("a");
    expect(client.closed).toBe(false);
  });

  it("asks no more than once whether the server means its unusual answers", async () => {
    const { client, commands } = await connect((verb) =>
      verb === "PWD" ? '257 "/"\r\n' : verb === "DELE" ? "200 Gone\r\n" : undefined,
    );
    for (const name of ["a", "b", "c"]) await client.remove(name);
    expect(commands.filter((line) => line === "NOOP")).toHaveLength(1);
  });

  it("is no welcome in several replies", async () => {
    const { client } = await connect((verb) =>
      verb === "PASS" ? "230 Welcome\r\n230 You are in\r\n" : verb === "PWD" ? '257 "/"\r\n' : undefined,
    );
    expect(await client.pwd()).toBe("/");
  });
});

describe("one reply too many", () => {
  const places = [
    ["PASS", "200 Hello\r\n"],
    ["PASS", "230 In\r\n"],
    ["PASS", "550 No motd\r\n"],
    ["FEAT", "200 Okay\r\n"],
    ["FEAT", "250 Okay\r\n"],
    ["FEAT", "211 End\r\n"],
    ["FEAT", "550 No\r\n"],
    ["OPTS", "200 UTF8 is on\r\n"],
    ["OPTS", "200 Yes\r\n"],
    ["OPTS", "250 Yes\r\n"],
    ["OPTS", "501 No\r\n"],
  ] as const;

  it.each(places)(
    "after the command that follows %s, as %j, never makes a refusal a success",
    async (verb, surplus) => {
      for (const [name, change] of changes) {
        const { port } = await startScripted(oneTooMany(verb, surplus));
        const outcome = await attempt(port, change);
        expect(outcome, name).toBeInstanceOf(Error);
      }
    },
  );

  it.each(["200 Type\r\n", "200 Set\r\n", "500 What\r\n", "226 Done\r\n"])(
    "to TYPE, as %j, gives neither wrong content nor a wrong success",
    async (surplus) => {
      const { port } = await startScripted(oneTooMany("TYPE", surplus));
      const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 2_000 });
      onTestFinished(() => client.destroy());
      const content = await client.downloadBytes("a").then(
        (bytes) => Buffer.from(bytes).toString(),
        (error: unknown) => error,
      );
      if (!(content instanceof Error)) expect(content).toBe("content");
      await expect(client.remove("a")).rejects.toBeInstanceOf(Error);
    },
  );

  it("never makes a success a refusal", async () => {
    const script = oneTooMany("OPTS", "550 No\r\n");
    const { client } = await connect((verb, argument, session) => {
      const reply = script(verb, argument, session);
      return verb === "MKD" ? reply?.replace(/550 No\r\n$/, '257 "a" is made\r\n') : reply;
    });
    const failure = await client.mkdir("a").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FtpOutOfStepError);
    expect(failure).not.toBeInstanceOf(FtpReplyError);
  });

  it("costs a pool its session, and the next attempt has another", async () => {
    let sessions = 0;
    let mine = 0;
    const { port } = await startScripted((verb) => {
      if (verb === "USER") mine = ++sessions;
      if (verb === "SIZE") return mine === 1 ? "227 Passive (127,0,0,1,4,1)\r\n" : "213 7\r\n";
      return undefined;
    });
    await using pool = new FtpPool({ host: "127.0.0.1", port }, { limit: 1, retry: { delay: 1 } });
    expect(await pool.use((client) => client.size("a"))).toBe(7);
    expect(sessions).toBe(2);
  });
});

async function attempt(port: number, change: (client: FtpClient) => Promise<void>): Promise<unknown> {
  try {
    const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 5_000 });
    onTestFinished(() => client.destroy());
    await change(client);
    return "done";
  } catch (error) {
    return error;
  }
}
