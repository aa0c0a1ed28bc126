// Listings, facts, times, quoted paths and replies as no server sends them, for the client's parsers: they take it quickly,
// and no name that comes of it is two.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as protocol from "../../../packages/core/dist/protocol/index.js";
import { Fault, quickly } from "../fire.js";

const samples = [
  "-rw-r--r--   1 anna     staff        1234 Nov 20 04:51 plan.txt",
  "drwxr-xr-x   5 anna     staff         512 Apr  8  1994 old folder",
  "lrwxrwxrwx   1 anna     staff           7 Jul  4  2012 link -> target",
  "01-27-24  03:05PM       <DIR>          folder",
  "2024-01-27  15:05             1,234 file.txt",
  "type=file;size=1234;modify=20240127150500.123;perm=rw;unique=x1; name with blanks",
  "+i8388621.29609,m824255902,/,\tdev",
  "README.TXT;1      3/6   20-NOV-1997 11:57:00  [ANNA,STAFF]   (RWED,RWED,RE,)",
  "Directory SYS$SYSDEVICE:[ANNA]",
  "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
  "WPTA01 3290   2004/03/04  1    3  FB     125  9000  PO   ANNA.DATA",
  "ANNA           77824 11/11/05 16:03:24 *DIR       folder/",
  "- [RWCEAFMS] supervisor          214059       Oct 20 15:27    index.html",
  "d[RWCE-FMS] anna  512 Jan 16 18:53 login",
  "              0           DIR   04-11-95   16:26  ADDRESS",
  "JOBNAME  JOBID    OWNER    STATUS CLASS",
  "total 48",
];
const replies = [
  "220 ready\r\n",
  "211-Features:\r\n MLST size*;modify*;\r\n REST STREAM\r\n211 End\r\n",
  '257 "a ""quoted"" path" made\r\n',
  "213 20240127150500.123\r\n",
  "229 ok (|||1025|)\r\n",
];
const times = ["20240127150500", "20240127150500.123", "19700101000000", "1924012715050", "20241327150500"];
const interesting = [...Buffer.from(" \t;=/-:,.\r\n\0()[]<>01289dlwx\"'\\")];

/** Milliseconds for a KiB of listing that no dialect explains: each of them looks at each line. */
const perKibibyte = 20;

/** Those of the tests too, where they lie beside this. */
function more() {
  const folder = join(import.meta.dirname, "../../../packages/core/test/protocol/listing-samples");
  try {
    return readdirSync(folder).flatMap((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return [...text.matchAll(/\["((?:[^"\\]|\\.)*)"/g)].map(([, line]) => line.replaceAll("\\\\", "\\"));
    });
  } catch {
    return [];
  }
}
const lines = [...samples, ...more()];

export const listings = {
  name: "listings",
  round(random) {
    const one = () => {
      const bytes = Buffer.from(random.pick(lines));
      return random.once(4) ? bytes : random.mutate(bytes, interesting);
    };
    const listing = Buffer.concat(
      random.list(60, one).flatMap((line) => [line, Buffer.from(random.once(8) ? "\n" : "\r\n")]),
    );
    const long = random.once(10) ? Buffer.concat(Array.from({ length: 40 }, () => listing)) : listing;
    for (const format of ["list", "mlsd"]) readListing(long, format);
    for (const text of random.list(20, one).map((bytes) => bytes.toString("latin1"))) {
      quickly("parseUnixLine", () => protocol.parseUnixLine(text, 0));
      quickly("parseDosLine", () => protocol.parseDosLine(text));
      quickly("parseMlsxLine", () => protocol.parseMlsxLine(text));
    }
    readReplies(random);
    return 1;
  },
};

function readListing(listing, format) {
  const parse = () => protocol.parseListing(listing, { now: 0, format });
  const entries = quickly(`a listing of ${listing.length} octets`, parse, 50 + (listing.length / 1024) * perKibibyte);
  for (const { name, size, modified } of entries) {
    if (typeof name !== "string") throw new Fault("an entry has no name");
    if (name.includes("\n")) throw new Fault(`a name is two lines: ${JSON.stringify(name)}`);
    if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) throw new Fault(`a size is ${size}`);
    if (modified !== undefined && !Number.isFinite(modified)) throw new Fault(`a time is ${modified}`);
  }
}

function readReplies(random) {
  const sent = Buffer.concat(random.list(12, () => random.mutate(Buffer.from(random.pick(replies)), interesting)));
  const parser = new protocol.ReplyParser();
  try {
    for (const piece of random.pieces(sent)) {
      parser.push(piece, ({ code, text, lines }) => {
        if (!(code >= 100 && code <= 999)) throw new Fault(`a reply has the code ${code}`);
        quickly("features", () => protocol.parseFeatures(lines));
        quickly("a path", () => protocol.parseQuotedPath(text));
      });
    }
  } catch (error) {
    if (!(error instanceof protocol.ReplySyntaxError)) throw error;
  }
  const time = random.mutate(Buffer.from(random.pick(times)), [...Buffer.from("0123456789.")]).toString("latin1");
  const value = quickly("a time", () => protocol.parseTimeValue(time));
  if (value !== undefined && typeof value === "number" && !Number.isFinite(value))
    throw new Fault(`a time is ${value}`);
}
