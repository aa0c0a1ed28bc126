/**
 * A server as NetX Duo's is, for one client: a command is what one segment brings, the texts are bare, passive data must be
 * there within a second, and what comes over EPSV is never read.
 */
import { once } from "node:events";
import { connect, isIPv6, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { startScripted, type Script, type ScriptedSession } from "./scripted-server.ts";

/** Milliseconds in which passive data must arrive. */
const dataTime = 1_000;

/** A running server. */
export interface NetxServer {
  readonly port: number;
  /** The commands that came, without their line ends. */
  readonly commands: string[];
  /** What each segment brought. */
  readonly chunks: string[];
  /** Names to contents; of folders the content is undefined. */
  readonly files: Map<string, Buffer | undefined>;
}

/** Starts one. @param password - Of everybody. */
export async function startNetxServer(host = "127.0.0.1", password = "secret"): Promise<NetxServer> {
  const files = new Map<string, Buffer | undefined>();
  const state = new NetxState(host, password, files);
  const started = await startScripted((...line) => state.answer(...line), "220 Connection Ready \r\n", host);
  return { ...started, files };
}

class NetxState {
  readonly #host: string;
  readonly #password: string;
  readonly #files: Map<string, Buffer | undefined>;
  #loggedIn = false;
  #binary = false;
  #block = false;
  #from = "";
  #folder = "/";
  /** Where the next data connection comes from. */
  #data: (() => Promise<Socket | undefined>) | undefined;
  /** Whether data that comes is noticed. */
  #reads = true;

  constructor(host: string, password: string, files: Map<string, Buffer | undefined>) {
    this.#host = host;
    this.#password = password;
    this.#files = files;
  }

  readonly answer: Script = (verb, argument, session) => {
    if (verb === "USER") return "331 Enter password \r\n";
    if (verb === "PASS") {
      this.#loggedIn = argument === this.#password;
      return this.#loggedIn ? "230 Logged in \r\n" : "530 Login Fail \r\n";
    }
    if (!this.#loggedIn) return "530 Not logged in \r\n";
    return (
      this.#parameter(verb, argument, session) ?? this.#file(verb, argument, session) ?? "502 Not Implemented \r\n"
    );
  };

  #parameter(verb: string, argument: string, session: ScriptedSession): string | undefined {
    switch (verb) {
      case "NOOP":
        return "200 NOOP Success \r\n";
      case "QUIT":
        return "221 Logging Off \r\n";
      case "TYPE":
        this.#binary = argument === "I";
        return "200 Type \r\n";
      case "MODE":
        this.#block = argument === "B";
        return "200 Mode \r\n";
      case "PASV":
        if (isIPv6(this.#host)) return undefined;
        void this.#listen(session).then((port) =>
          session.send(`227 Entering Passive Mode (127,0,0,1,${port >> 8},${port & 255}).\r\n`),
        );
        this.#reads = true;
        return "";
      case "EPSV":
        void this.#listen(session).then((port) => session.send(`229 Entering Extended Passive Mode (|||${port}|)\r\n`));
        this.#reads = false;
        return "";
      case "PORT":
        return this.#active(argument.split(",").slice(4).map(Number));
      case "EPRT":
        return isIPv6(this.#host) ? this.#active([0, Number(argument.split("|")[3])]) : "502 EPRT illegal in IPv4 \r\n";
      default:
        return undefined;
    }
  }

  #active([high = 0, low = 0]: readonly number[]): string {
    this.#data = async () => {
      const socket = connect({ port: high * 256 + low, host: this.#host, allowHalfOpen: true });
      await once(socket, "connect");
      return socket;
    };
    this.#reads = true;
    return "200 Port set \r\n";
  }

  async #listen(session: ScriptedSession): Promise<number> {
    let came: (socket: Socket) => void = () => undefined;
    const arrived = new Promise<Socket>((resolve) => {
      came = resolve;
    });
    this.#data = () => Promise.race([arrived, wait(dataTime, undefined, { ref: false })]);
    return session.listen((socket) => came(socket));
  }

  #file(verb: string, argument: string, session: ScriptedSession): string | undefined {
    const path = this.#path(argument);
    switch (verb) {
      case "PWD":
        return `257 "${this.#folder}" is current Directory \r\n`;
      case "CWD":
        if (path !== "/" && !(this.#files.has(path) && this.#files.get(path) === undefined))
          return "550 Change Dir Fail \r\n";
        this.#folder = path;
        return `250 "${path}" set successfully \r\n`;
      case "MKD":
        this.#files.set(path, undefined);
        return "200 Directory Created \r\n";
      case "RMD":
      case "DELE":
        return this.#files.delete(path) ? "250 Done \r\n" : "550 Fail \r\n";
      case "RNFR":
        this.#from = path;
        return this.#files.has(path) ? "350 Rename File From \r\n" : "550 Rename File not found \r\n";
      case "RNTO":
        this.#files.set(path, this.#files.get(this.#from));
        this.#files.delete(this.#from);
        return "250 File Renamed \r\n";
      case "RETR":
      case "STOR":
        if (!this.#binary) return "500 Only Image transfer allowed \r\n";
        void (verb === "RETR" ? this.#retrieve(path, session) : this.#store(path, session));
        return "";
      case "NLST":
      case "LIST":
        void this.#list(verb, argument.trim() === "" ? this.#folder : path, session);
        return "";
      default:
        return undefined;
    }
  }

  #path(argument: string): string {
    const text = argument.replace(/\/$/, "");
    return text.startsWith("/") || text === "" ? text || "/" : `${this.#folder === "/" ? "" : this.#folder}/${text}`;
  }

  async #retrieve(path: string, session: ScriptedSession): Promise<void> {
    const content = this.#files.get(path);
    const data = content === undefined ? undefined : await this.#data?.();
    if (content === undefined || data === undefined) return session.send("550 File Open Fail \r\n");
    session.send("125 File Opened \r\n");
    await this.#sendAll(data, content);
    session.send("226 File Sent \r\n");
  }

  async #list(verb: string, folder: string, session: ScriptedSession): Promise<void> {
    const isFolder = folder === "/" || (this.#files.has(folder) && this.#files.get(folder) === undefined);
    const data = isFolder ? await this.#data?.() : undefined;
    if (data === undefined) return session.send("550 Bad Directory \r\n");
    const start = folder === "/" ? "/" : `${folder}/`;
    const names = [...this.#files].filter(
      ([name]) => name.startsWith(start) && !name.slice(start.length).includes("/"),
    );
    const lines = names.map(([name, content]) => {
      const short = name.slice(start.length);
      const size = String(content?.length ?? 0).padStart(10);
      const kind = content === undefined ? "d" : "-";
      return verb === "NLST" ? `${short}\r\n` : `${kind}rw-rw-rw-  1 owner group ${size} JAN 02 11:00 ${short}\r\n`;
    });
    session.send("125 Sending List \r\n");
    await this.#sendAll(data, Buffer.from(lines.join("")));
    session.send(verb === "NLST" && lines.length === 0 ? "550 List fail \r\n" : "226 List End \r\n");
  }

  async #sendAll(data: Socket, content: Buffer): Promise<void> {
    if (this.#block && content.length > 0) data.write(Buffer.of(0, (content.length >> 8) & 255, content.length & 255));
    data.write(content);
    if (this.#block) data.write(Buffer.of(64, 0, 0));
    data.end();
    data.resume();
    this.#data = undefined;
    this.#block = false;
    await once(data, "finish");
  }

  async #store(path: string, session: ScriptedSession): Promise<void> {
    const data = await this.#data?.();
    if (data === undefined) return session.send("550 File Open Failed \r\n");
    session.send("125 File Open for Write \r\n");
    const chunks: Buffer[] = [];
    data.on("data", (chunk) => {
      if (this.#reads) chunks.push(chunk);
    });
    await once(data, "end");
    data.end();
    this.#files.set(path, this.#block ? firstBlock(Buffer.concat(chunks)) : Buffer.concat(chunks));
    this.#data = undefined;
    this.#block = false;
    session.send("226 File Written \r\n");
  }
}

/** What its receiver keeps: as many octets as the first header counts. */
function firstBlock(octets: Buffer): Buffer {
  return octets.length < 3 ? Buffer.alloc(0) : octets.subarray(3, 3 + octets.readUInt16BE(1));
}
