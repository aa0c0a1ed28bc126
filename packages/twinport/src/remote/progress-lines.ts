/** Progress in lines: for people who read a log, and as JSON for programs. */
import { printable } from "../exit-codes.ts";
import { Tally, type FileMoved, type TotalStanding } from "./progress-tally.ts";
import type { ProgressView } from "./progress.ts";
import { formatBytes, formatSeconds } from "./units.ts";

/** Milliseconds between two lines that tell how far everything is. */
const plainInterval = 5_000;
/** Milliseconds between two events of one file. */
const jsonInterval = 1_000;

/** A line at each file's end, and one now and then about everything. */
export function plainLines(): ProgressView {
  const tally = new Tally();
  let last = performance.now();
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const end = (path: string): void => {
    const ended = tally.end(path);
    if (ended === undefined) return;
    const { event, milliseconds } = ended;
    say(`${printable(path)}: ${formatBytes(event.offset + event.bytes)} in ${formatSeconds(milliseconds / 1000)}`);
  };
  return {
    expect: (files, bytes) => tally.expect(files, bytes),
    onProgress: (event) => {
      tally.observe(event);
      if (performance.now() - last < plainInterval) return;
      last = performance.now();
      const standing = tally.standing(event.path);
      const total = tally.total();
      if (total.expected === undefined || total.expected > 1 || standing === undefined) say(totalLine(total));
      else say(`${printable(event.path)}: ${totalLine({ ...total, ...standing, expected: undefined, files: 0 })}`);
    },
    end: (path) => (path === undefined ? tally.paths : [path]).forEach(end),
    note: say,
    close: () => tally.paths.forEach(end),
  };
}

/** `3 of 120 files, 1.5 MiB of 10 MiB (15%), 2.0 MiB/s, 0:04 left`. */
export function totalLine({ files, expected, done, size, rate, left }: TotalStanding): string {
  const known = size !== undefined && size > 0;
  return [
    ...(expected === undefined ? (files === 0 ? [] : [`${files} files`]) : [`${files} of ${expected} files`]),
    known ? `${formatBytes(done)} of ${formatBytes(size)} (${Math.floor((done / size) * 100)}%)` : formatBytes(done),
    ...(rate > 0 ? [`${formatBytes(rate)}/s`] : []),
    ...(left === undefined ? [] : [`${formatSeconds(left)} left`]),
  ].join(", ");
}

/** Events as JSON, one a line: begin, progress, end, and what is told besides. */
export function jsonLines(): ProgressView {
  const tally = new Tally();
  const told = new Map<string, number>();
  const say = (event: Readonly<Record<string, unknown>>): void =>
    void process.stderr.write(`${JSON.stringify(event)}\n`);
  const end = (path: string): void => {
    const ended = tally.end(path);
    told.delete(path);
    if (ended === undefined) return;
    say({ event: "end", ...facts(ended.event), milliseconds: Math.round(ended.milliseconds) });
  };
  return {
    expect: (files, bytes) => {
      tally.expect(files, bytes);
      say({ event: "plan", files, bytes });
    },
    onProgress: (event) => {
      if (tally.observe(event)) {
        told.set(event.path, performance.now());
        say({ event: "begin", ...facts(event) });
      } else if (performance.now() - (told.get(event.path) ?? 0) >= jsonInterval) {
        told.set(event.path, performance.now());
        const { rate, left } = tally.standing(event.path) ?? {};
        const bytesPerSecond = Math.round(rate ?? 0);
        const secondsLeft = left === undefined ? undefined : Math.round(left);
        say({ event: "progress", ...facts(event), bytesPerSecond, secondsLeft });
      }
    },
    end: (path) => (path === undefined ? tally.paths : [path]).forEach(end),
    note: (text, event) => say(event ?? { event: "note", message: text.replace(/^twinport: /, "") }),
    close: () => tally.paths.forEach(end),
  };
}

function facts({ path, direction, bytes, offset, size }: FileMoved): Record<string, unknown> {
  return { path, direction, bytes, offset, size };
}
