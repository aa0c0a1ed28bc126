/** A scripted server of a tree in memory, some of whose directories cannot be listed: each in a manner that real servers have. */
import type { Socket } from "node:net";
import { posix } from "node:path";
import { startScripted, type ScriptedSession } from "./scripted-server.ts";

/** How a server says that a directory cannot be listed. Those behind `facts:` need MLSD. */
export const manners = [
  // CWD is refused; of the path, LIST tells the directory's own line (vsftpd, mode 700).
  "own line",
  // CWD is refused, and LIST of the path tells nothing (Pure-FTPd, ProFTPD).
  "nothing",
  // CWD is refused, and LIST of the path tells of the error in a line (GNU inetutils).
  "error line of the path",
  // CWD works (mode 711): LIST tells nothing, and the completion reply says why (vsftpd).
  "failed to open",
  // As before, in Pure-FTPd's words.
  "unable to read",
  // As before, and nothing says why: what is different is that LIST -a does not tell the directory itself (ProFTPD).
  "blank",
  // CWD works, and LIST tells of the error in a line (GNU inetutils).
  "error line",
  "LIST refused",
  "LIST refused behind 150",
  "VxWorks's doubt",
  "a line that is not understood",
  "a name with a slash",
  "an error line among others",
  "truncated",
  "fewer lines than told",
  "cut within a line",
  "cut off",
  "control connection cut",
  "facts: MLSD refused",
  "facts: a name with a slash",
  "facts: cut within a line",
  "facts: failed to open",
] as const;

/** One of them. */
export type Manner = (typeof manners)[number];

/** What a path of the tree is: a directory, or a file with what it holds. */
export type Node = Map<string, Node> | string;

/** A tree server's options. */
export interface TreeServerOptions {
  readonly tree: Map<string, Node>;
  /** Directories that cannot be listed, by their absolute paths. */
  readonly unreadable: ReadonlyMap<string, Manner>;
  /** Whether it has MLSD. */
  readonly facts?: boolean;
  /** Whether `LIST -a` shows `.` and `..`. Default true. */
  readonly dots?: boolean;
  readonly host?: string;
}

const written = "Jan  2  2020";
const listing = (line: string): string => `${line}\r\n`;

/** Starts one; gives its port, and the commands that came. */
export async function startTreeServer(options: TreeServerOptions): Promise<{ port: number; commands: string[] }> {
  const places = new WeakMap<ScriptedSession, Place>();
  const { port, commands } = await startScripted(
    (verb, argument, session) => {
      const place = places.get(session) ?? new Place(options, session);
      places.set(session, place);
      return place.answer(verb, argument);
    },
    undefined,
    options.host,
  );
  return { port, commands };
}

/** One session. */
class Place {
  readonly #options: TreeServerOptions;
  readonly #session: ScriptedSession;
  #here = "/";
  #data: Promise<Socket> | undefined;
  #from = "";

  constructor(options: TreeServerOptions, session: ScriptedSession) {
    this.#options = options;
    this.#session = session;
  }

  answer(verb: string, argument: string): string | undefined {
    const path = posix.resolve(this.#here, argument);
    const node = this.#find(path);
    switch (verb) {
      case "FEAT":
        return this.#options.facts === true
          ? "211-Features\r\n MLST type*;size*;modify*;\r\n MDTM\r\n SIZE\r\n MFMT\r\n211 End\r\n"
          : "211-Features\r\n MDTM\r\n SIZE\r\n MFMT\r\n211 End\r\n";
      case "PWD":
        return `257 "${this.#here}"\r\n`;
      case "CWD":
        if (!(node instanceof Map) || this.#isLocked(path)) return "550 Failed to change directory.\r\n";
        this.#here = path;
        return "250 Directory changed.\r\n";
      case "SIZE":
        return typeof node === "string" ? `213 ${node.length}\r\n` : "550 Could not get file size.\r\n";
      case "MDTM":
        return typeof node === "string" ? "213 20200102000000\r\n" : "550 Could not get file time.\r\n";
      case "MFMT":
        return "213 modified\r\n";
      case "MLST":
        if (this.#options.facts !== true) return "500 What\r\n";
        return node === undefined ? "550 No such file.\r\n" : `250-Facts\r\n ${factsOf(path, node)}\r\n250 End\r\n`;
      case "EPSV":
        return this.#listen();
      case "LIST":
      case "NLST":
        void this.#list(verb, argument);
        return "";
      case "MLSD":
        if (this.#options.facts !== true) return "500 What\r\n";
        void this.#tellFacts(path, node);
        return "";
      default:
        return this.#change(verb, path, node);
    }
  }

  #change(verb: string, path: string, node: Node | undefined): string | undefined {
    const above = this.#find(posix.dirname(path));
    const inside = above instanceof Map ? above : new Map<string, Node>();
    const name = posix.basename(path);
    switch (verb) {
      case "RETR":
        void this.#send(typeof node === "string" ? node : "");
        return "";
      case "STOR":
        void this.#receive((text) => inside.set(name, text));
        return "";
      case "DELE":
        if (typeof node !== "string") return "550 No file.\r\n";
        inside.delete(name);
        return "250 Gone.\r\n";
      case "RMD":
        if (!(node instanceof Map) || node.size > 0) return "550 Remove directory operation failed.\r\n";
        inside.delete(name);
        return "250 Gone.\r\n";
      case "MKD":
        if (node !== undefined || !(above instanceof Map)) return "550 Create directory operation failed.\r\n";
        inside.set(name, new Map());
        return `257 "${path}" made\r\n`;
      case "RNFR":
        this.#from = path;
        return node === undefined ? "550 No such file.\r\n" : "350 To what?\r\n";
      case "RNTO": {
        const from = this.#find(posix.dirname(this.#from));
        const moved = this.#find(this.#from);
        if (!(from instanceof Map) || moved === undefined) return "550 No.\r\n";
        from.delete(posix.basename(this.#from));
        inside.set(name, moved);
        return "250 Renamed.\r\n";
      }
      default:
        // What every server has is answered as ever.
        return /^(?:USER|PASS|TYPE|QUIT|NOOP)$/.test(verb) ? undefined : "502 There is no such command here.\r\n";
    }
  }

  /** Whether CWD into it, or through it, is refused. */
  #isLocked(path: string): boolean {
    for (let at = path; ; at = posix.dirname(at)) {
      const manner = this.#options.unreadable.get(at);
      if (manner === "own line" || manner === "nothing" || manner === "error line of the path") return true;
      if (at === "/") return false;
    }
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#options.tree;
    for (const name of path.split("/").filter((each) => each !== "")) {
      if (!(node instanceof Map)) return undefined;
      node = node.get(name);
    }
    return node;
  }

  #listen(): string {
    this.#data = new Promise((connected) => {
      void this.#session.listen(connected).then((port) => this.#session.send(`229 Extended (|||${port}|)\r\n`));
    });
    return "";
  }

  async #send(text: string, end = "226 Directory send OK.\r\n"): Promise<void> {
    this.#session.send("150 Here it comes.\r\n");
    (await this.#data)?.end(text, () => this.#session.send(end));
  }

  async #receive(done: (text: string) => void): Promise<void> {
    this.#session.send("150 Let it come.\r\n");
    let text = "";
    const data = await this.#data;
    data?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    data?.on("end", () => {
      done(text);
      data.end();
      this.#session.send("226 Stored.\r\n");
    });
  }

  async #list(verb: "LIST" | "NLST", argument: string): Promise<void> {
    const all = /^-a\b ?/.test(argument);
    const named = argument.replace(/^-a ?/, "");
    const path = posix.resolve(this.#here, named);
    const node = this.#find(path);
    const manner = this.#options.unreadable.get(path);
    const line = verb === "LIST" ? lineOf : (name: string): string => name;
    const own = line(posix.basename(path), node ?? "");
    if (node === undefined) return this.#send("");
    if (typeof node === "string") return this.#send(listing(own));
    if (this.#isLocked(path)) {
      if (manner === "own line") return this.#send(listing(own));
      return this.#send(manner === "error line of the path" ? listing(`${named}: Permission denied`) : "");
    }
    const dots = all && this.#options.dots !== false ? [line(".", node), line("..", node)] : [];
    const shown = [...node].filter(([name]) => all || !name.startsWith("."));
    const lines = [...dots, ...shown.map(([name, inner]) => line(name, inner))];
    // Where MLSD is refused, LIST decides: it is refused too.
    if (manner === "facts: MLSD refused") return this.#say("LIST refused", lines, "LIST");
    return this.#say(manner?.startsWith("facts:") === true ? undefined : manner, lines, "LIST");
  }

  async #tellFacts(path: string, node: Node | undefined): Promise<void> {
    if (!(node instanceof Map)) return this.#session.send("550 No such directory.\r\n");
    const manner = this.#options.unreadable.get(path);
    if (manner !== undefined && !manner.startsWith("facts:")) return this.#session.send("550 Permission denied.\r\n");
    const lines = [...node].map(([name, inner]) => factsOf(name, inner));
    return this.#say(manner, lines, "MLSD");
  }

  /** Tells a listing, or fails to in one of the manners. */
  async #say(manner: Manner | undefined, lines: readonly string[], verb: "LIST" | "MLSD"): Promise<void> {
    const text = lines.map(listing).join("");
    const broken = verb === "LIST" ? lineOf("half a name", "") : factsOf("half a name", "");
    switch (manner) {
      case undefined:
        return this.#send(text);
      case "failed to open":
      case "facts: failed to open":
        return this.#send("", "226 Transfer done (but failed to open directory).\r\n");
      case "unable to read":
        return this.#send("", "226-Sorry, we were unable to read [.]\r\n226-Options: -l\r\n226 0 matches total\r\n");
      case "error line":
        return this.#send(listing(".: Permission denied"));
      case "LIST refused":
      case "facts: MLSD refused":
        return this.#session.send("550 Permission denied.\r\n");
      case "LIST refused behind 150":
        return this.#send("", "550 Permission denied.\r\n");
      case "VxWorks's doubt":
        return this.#session.send("550 No files found or invalid directory or permission problem\r\n");
      case "a line that is not understood":
        return this.#send(`${text}** something went wrong here **\r\n`);
      case "a name with a slash":
        return this.#send(text + listing(lineOf("another/place", "")));
      case "facts: a name with a slash":
        return this.#send(text + listing(factsOf("another/place", "")));
      case "an error line among others":
        return this.#send(`${text}ls: cannot access 'x': Permission denied\r\n`);
      case "truncated":
        return this.#send("", "226-Output truncated to 0 matches\r\n226 0 matches total\r\n");
      case "fewer lines than told":
        return this.#send("", `226 ${lines.length + 1} matches total\r\n`);
      case "cut within a line":
      case "facts: cut within a line":
        return this.#send(text + broken.slice(0, -2));
      case "cut off":
        this.#session.send("150 Here it comes.\r\n");
        (await this.#data)?.resetAndDestroy();
        return this.#session.send("426 Failure writing network stream.\r\n");
      case "control connection cut":
        this.#session.send("150 Here it comes.\r\n");
        (await this.#data)?.destroy();
        this.#session.control.destroy();
        return;
      default:
        return this.#send("");
    }
  }
}

function lineOf(name: string, node: Node): string {
  return typeof node === "string"
    ? `-rw-r--r--    1 me       us       ${String(node.length).padStart(6)} ${written} ${name}`
    : `drwx--x--x    2 me       us         4096 ${written} ${name}`;
}

function factsOf(name: string, node: Node): string {
  return typeof node === "string"
    ? `type=file;size=${node.length};modify=20200102000000; ${name}`
    : `type=dir;modify=20200102000000; ${name}`;
}
