/**
 * Listings of z/OS's job entry subsystem: jobs, and the spool files of one. A job is named by its identifier, a spool file
 * by that and its number, as RETR takes them.
 *
 *     JOBNAME  JOBID    OWNER    STATUS CLASS
 *     ANNAA    JOB00083 ANNA     OUTPUT A        RC=0000 3 spool files
 *     --------
 *              ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT
 *              001 JES2              A JESMSGLG      1200
 *     1 spool files
 *
 *     ANNAB     JOB05766  OUTPUT    6 spool Files
 */
import { columnsOf } from "./columns.ts";
import { noticesLike, type Dialect, type ReadLine } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";

const jobName = /^[A-Z0-9$#@*]{1,8}$/i;
const jobId = /^(?:(?:JOB|STC|TSU)\d{5}|[JST]\d{7})$/;
const states = /^(?:INPUT|ACTIVE|OUTPUT)$/i;

/** Reads a line about a job; undefined when it is none. */
export function parseJobLine(line: string): ListedEntry | undefined {
  const columns = columnsOf(line, 16).map(({ text }) => text);
  const [job = "", id = ""] = columns;
  // The owner and the class are told by the newer level only.
  const stateAt = states.test(columns[2] ?? "") ? 2 : 3;
  const state = columns[stateAt]?.toUpperCase() ?? "";
  if (!jobName.test(job) || !jobId.test(id) || !states.test(state)) return undefined;
  return makeEntry({
    name: id,
    // What has not run has nothing to be retrieved.
    kind: state === "OUTPUT" ? "file" : "other",
    owner: stateAt === 3 ? columns[2] : undefined,
    facts: new Map([
      ["jobname", job],
      ["status", state],
      ["detail", columns.slice(stateAt + 1).join(" ")],
    ]),
    dialect: "jes",
    raw: line,
  });
}

/** Reads a line about a spool file of a job; undefined when it is none. A step's or a procedure's name may be missing. */
function parseSpoolLine(line: string, job: string | undefined): ListedEntry | undefined {
  const columns = columnsOf(line, 8).map(({ text }) => text);
  const [number = ""] = columns;
  if (job === undefined || !/^\d{3,6}$/.test(number) || columns.length < 4 || columns.length > 6) return undefined;
  const size = parseCount(columns.at(-1));
  const dataName = columns.at(-2) ?? "";
  if (size === undefined || !jobName.test(dataName) || !/^[A-Z0-9]$/.test(columns.at(-3) ?? "")) return undefined;
  return makeEntry({
    name: `${job}.${Number(number)}`,
    kind: "file",
    size,
    facts: new Map([
      ["ddname", dataName],
      ["step", columns.slice(1, -3).join(" ")],
    ]),
    dialect: "jes",
    raw: line,
  });
}

const isNotice = noticesLike(
  /^\s*(?:JOBNAME\s+JOBID\s.*|ID\s+STEPNAME\s+PROCSTEP\s.*|-{8,}|\d+ spool files?|STEPNAME\s\S+\s+PROCNAME\s.*|CPUTIME\s.*ELAPSED TIME.*)$/i,
);

/** The dialect. */
export const jesDialect: Dialect<"jes"> = {
  name: "jes",
  separator: undefined,
  read: (lines) => {
    let job: string | undefined;
    return lines.map((line): ReadLine => {
      if (isNotice(line)) return "notice";
      const found = parseJobLine(line);
      if (found !== undefined) job = found.name;
      return found ?? parseSpoolLine(line, job);
    });
  },
};
