/**
 * The services of NetX Duo's client (6.4.2), as they are with the server that they are called on: each sends its commands and
 * takes what comes next on the control connection for its answer. So a reply that one service leaves unread is the next one's.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What a service reports. */
export type Outcome =
  | { readonly status: "success"; readonly data?: Buffer }
  /** The reply that it took was of another class. */
  | { readonly status: "refused"; readonly reply: string }
  /** Nothing came within the wait option. */
  | { readonly status: "timeout" };

/** How data connections are made. */
export type DataWay = "active" | "passive";

/** Milliseconds that a service waits: its wait option. */
const waitOption = 1_500;
const lineEnd = "\r\n";

/** A client. */
export class NetxServices {
  /** The replies that no service has read. */
  readonly unread: string[] = [];
  mode: "stream" | "block" = "stream";
  way: DataWay;
  readonly #control: Socket;
  #text = "";
  #wake: (() => void) | undefined;

  private constructor(control: Socket, way: DataWay) {
    this.#control = control;
    this.way = way;
    control.setEncoding("utf8").on("data", (text: string) => {
      this.#text += text;
      for (let end = this.#text.indexOf(lineEnd); end !== -1; end = this.#text.indexOf(lineEnd)) {
        this.unread.push(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + 2);
      }
      this.#wake?.();
    });
    control.on("error", () => undefined);
    onTestFinished(() => void control.destroy());
  }

  static async connect(port: number, host: string, way: DataWay): Promise<NetxServices> {
    const control = connect({ port, host });
    await once(control, "connect");
    const client = new NetxServices(control, way);
    await client.#reply();
    for (const line of ["USER me", "PASS secret"]) await client.#command(line, "");
    return client;
  }

  /** nx_ftp_client_directory_create, _delete, _default_set, and nx_ftp_client_file_delete. */
  simple(verb: "MKD" | "RMD" | "CWD" | "DELE", path: string): Promise<Outcome> {
    return this.#command(`${verb} ${path}`, "2");
  }

  /** nx_ftp_client_file_rename. */
  async rename(from: string, to: string): Promise<Outcome> {
    const first = await this.#command(`RNFR ${from}`, "3");
    return first.status === "success" ? this.#command(`RNTO ${to}`, "2") : first;
  }

  /** nx_ftp_client_file_open for reading, _read to the end, _close. */
  read(path: string): Promise<Outcome> {
    return this.#transfer(`RETR ${path}`, undefined);
  }

  /** nx_ftp_client_file_open for writing, _write, _close. */
  write(path: string, data: Buffer): Promise<Outcome> {
    return this.#transfer(`STOR ${path}`, data);
  }

  /** nx_ftp_client_directory_listing_get and _continue. */
  names(path: string): Promise<Outcome> {
    return this.#transfer(`NLST ${path}`, undefined);
  }

  async #transfer(line: string, upload: Buffer | undefined): Promise<Outcome> {
    const type = await this.#command("TYPE I", "2");
    if (type.status !== "success") return type;
    return this.way === "active" ? this.#active(line, upload) : this.#passive(line, upload);
  }

  async #active(line: string, upload: Buffer | undefined): Promise<Outcome> {
    const listener = createServer({ allowHalfOpen: true });
    const host = this.#control.localAddress ?? "";
    listener.listen(0, host);
    await once(listener, "listening");
    try {
      const { port } = listener.address() as AddressInfo; // A TCP listener that is bound has one.
      const accepted = once(listener, "connection").then(([socket]) => socket as Socket);
      const v6 = host.includes(":");
      const fields = [...host.split("."), port >> 8, port & 255].map((field) => String(field).padStart(3, "0"));
      const told = await this.#command(v6 ? `EPRT |2|${host}|${port}|` : `PORT ${fields.join(",")}`, "2");
      if (told.status !== "success") return told;
      if (this.mode === "block") await this.#command("MODE B", "2");
      this.#control.write(`${line}\r\n`);
      const data = await within(accepted);
      // Given up without a look at the reply.
      if (data === undefined) return { status: "timeout" };
      return await this.#move(data, upload);
    } finally {
      listener.close();
    }
  }

  async #passive(line: string, upload: Buffer | undefined): Promise<Outcome> {
    const host = this.#control.remoteAddress ?? "";
    const v6 = host.includes(":");
    const told = await this.#command(v6 ? "EPSV" : "PASV", "2", true);
    if (told.status !== "success") return told;
    const text = told.data?.toString() ?? "";
    const [high = 0, low = 0] = (/\((?:\d+,){4}(\d+),(\d+)\)/.exec(text) ?? []).slice(1).map(Number);
    const port = v6 ? Number(/\(\|\|\|(\d+)\|\)/.exec(text)?.[1]) : high * 256 + low;
    const data = connect({ port, host, allowHalfOpen: true });
    await once(data, "connect");
    if (this.mode === "block") await this.#command("MODE B", "2");
    this.#control.write(`${line}\r\n`);
    return this.#move(data, upload);
  }

  async #move(data: Socket, upload: Buffer | undefined): Promise<Outcome> {
    data.on("error", () => undefined);
    const chunks: Buffer[] = [];
    data.on("data", (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<true>((resolve) =>
      data.once("end", () => resolve(true)).once("close", () => resolve(true)),
    );
    const first = await this.#reply();
    if (first === undefined) return { status: "timeout" };
    if (!first.startsWith("1")) {
      // It disconnects, and waits for the server's end.
      data.end();
      if ((await within(ended)) === undefined) return { status: "timeout" };
      return { status: "refused", reply: first };
    }
    if (upload !== undefined) {
      const header = Buffer.of(0, (upload.length >> 8) & 255, upload.length & 255);
      data.end(this.mode === "block" ? Buffer.concat([header, upload, Buffer.of(64, 0, 0)]) : upload);
    }
    if ((await within(ended)) === undefined) return { status: "timeout" };
    data.end();
    const octets = Buffer.concat(chunks);
    // Of a listing without an octet the completion stays where it is.
    if (upload === undefined && octets.length === 0) return { status: "success", data: octets };
    const last = await this.#reply();
    if (last === undefined) return { status: "timeout" };
    if (!last.startsWith("2")) return { status: "refused", reply: last };
    return { status: "success", data: this.mode === "block" ? octets.subarray(3, -3) : octets };
  }

  async #command(line: string, digit: string, keeps = false): Promise<Outcome> {
    this.#control.write(`${line}\r\n`);
    const reply = await this.#reply();
    if (reply === undefined) return { status: "timeout" };
    if (!reply.startsWith(digit)) return { status: "refused", reply };
    return keeps ? { status: "success", data: Buffer.from(reply) } : { status: "success" };
  }

  async #reply(): Promise<string | undefined> {
    const deadline = Date.now() + waitOption;
    while (this.unread.length === 0) {
      const left = deadline - Date.now();
      if (left <= 0 || this.#control.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.unread.shift();
  }
}

/** What a promise brings within the wait option; undefined where that is over. */
async function within<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitOption);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
