/**
 * Descriptors that are kept for those who are in: a session that is let in by the last ones can open neither its data
 * connections nor its files, and the system closes the next connections without a word.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";

/** Descriptors that are kept free of sessions, at most. */
export const descriptorsKept = 256;
/** The share of all descriptors that is kept, where they are few. */
const keptShare = 0.25;

/** Tells when descriptors run out. */
export class DescriptorReserve {
  readonly #first: number;

  /** @param most - Descriptors that the process may have open. Default: what the system says; no limit where it does not. */
  constructor(most: number = descriptorLimit()) {
    this.#first = most - Math.min(descriptorsKept, Math.ceil(most * keptShare));
  }

  /**
   * Whether a connection has one of those that are kept. The system gives out the lowest that is free: its number tells
   * that all below are taken.
   */
  isTouchedBy(socket: Socket): boolean {
    return this.#first !== Infinity && descriptorOf(socket) >= this.#first;
  }
}

/**
 * The descriptor of a socket. Node keeps it in a part that is in no documentation; where it is missing, the next descriptor
 * that the system gives out tells as much. That costs two system calls, and needs none of Node's inner parts.
 */
function descriptorOf(socket: Socket): number {
  const handle: unknown = "_handle" in socket ? socket._handle : undefined;
  const known = typeof handle === "object" && handle !== null && "fd" in handle ? handle.fd : undefined;
  return typeof known === "number" ? known : nextDescriptor();
}

/** The lowest descriptor that is free; Infinity where there is none. */
function nextDescriptor(): number {
  try {
    const descriptor = openSync("/dev/null", "r");
    closeSync(descriptor);
    return descriptor;
  } catch {
    return Infinity;
  }
}

/** The soft limit of this process. Node has raised it to the hard one at its start, where it may. */
function descriptorLimit(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return limit === undefined ? Infinity : Number(limit);
  } catch {
    return Infinity;
  }
}
