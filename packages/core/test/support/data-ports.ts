/** Data connections that go by way of a proxy: the ports in 227, 229, PORT and EPRT become its own. */

/** Opens a port that leads to another one. @returns The port. */
export type OpenWay = (to: number, by: "client" | "server") => Promise<number>;

/** A line of a reply, 227 and 229 with a port of the proxy. */
export async function ownPassivePort(line: string, open: OpenWay): Promise<string> {
  const passive = /^227 .*?(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(line);
  if (passive !== null) {
    const port = await open(Number(passive[5]) * 256 + Number(passive[6]), "client");
    return `227 Entering passive mode (127,0,0,1,${port >> 8},${port & 255})\r\n`;
  }
  const extended = /^229 .*\(\|\|\|(\d+)\|\)/.exec(line);
  if (extended === null) return line;
  return `229 Entering extended passive mode (|||${await open(Number(extended[1]), "client")}|)\r\n`;
}

/** A command line, PORT and EPRT with a port of the proxy. */
export async function ownActivePort(line: string, open: OpenWay): Promise<string> {
  const active = /^PORT .*,(\d+),(\d+)\r?\n/i.exec(line);
  if (active !== null) {
    const port = await open(Number(active[1]) * 256 + Number(active[2]), "server");
    return `PORT 127,0,0,1,${port >> 8},${port & 255}\r\n`;
  }
  const extended = /^EPRT \|1\|[^|]*\|(\d+)\|\r?\n/i.exec(line);
  if (extended === null) return line;
  return `EPRT |1|127.0.0.1|${await open(Number(extended[1]), "server")}|\r\n`;
}

/** Cuts octets into lines. */
export class Lines {
  rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    const bytes = Buffer.concat([this.rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      lines.push(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    this.rest = bytes.subarray(start);
    return lines;
  }
}
