/** Where the lines of the shell come from: a terminal, a file, a string, or what is piped in. */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Gives lines one after the other. */
export interface LineSource {
  /** The next line; undefined at the end. @param prompt - What a terminal shows. */
  next(prompt: string): Promise<string | undefined>;
  /** Where the line is that was given last, as `file:12`; undefined for a terminal. */
  where(): string | undefined;
  close(): void;
}

/** Lines that are there already. @param name - What they are called in messages. */
export function linesOf(lines: readonly string[], name: string): LineSource {
  let at = 0;
  return {
    next: () => Promise.resolve(lines[at++]),
    where: () => `${name}:${Math.min(at, lines.length)}`,
    close: () => undefined,
  };
}

/** Lines of a text. */
export function linesOfText(text: string, name: string): LineSource {
  return linesOf(text.replace(/\r?\n$/, "").split(/\r?\n/), name);
}

/** Lines of a stream, each once it has come. */
export function linesOfStream(stream: Readable, name: string): LineSource {
  const reader = createInterface({ input: stream, terminal: false, crlfDelay: Infinity });
  const iterator = reader[Symbol.asyncIterator]();
  let count = 0;
  return {
    next: async () => {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      count++;
      return next.value;
    },
    where: () => `${name}:${count}`,
    close: () => reader.close(),
  };
}
