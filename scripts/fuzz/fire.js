// What all targets share: the process under fire, and what must hold of it after every round.
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSelfSigned } from "../../packages/twinport/build/serve/self-signed.js";

/** Milliseconds that the event loop may compute at a stretch: one beat of the watch more than it may block. */
const longestStretch = 60;
/** Milliseconds for all of a round to be gone again. */
const settleTime = 8_000;
/** Descriptors more than at the start: passive listeners and folders that are kept open on purpose. */
const descriptorsKept = 32 + 32 + 8;
/** Octets of memory that may stay. */
const memoryKept = 24 * 1024 * 1024;

/** A rule that does not hold. */
export class Fault extends Error {}

export class Fire {
  ports;
  #child;
  #folder;
  #nextId = 1;
  #asked = new Map();
  #exited;
  #descriptors = 0;
  #memory = 0;

  static async start() {
    const fire = new Fire();
    fire.#folder = mkdtempSync(join(tmpdir(), "twinport-fuzz-"));
    const [root, outside] = [join(fire.#folder, "root"), join(fire.#folder, "outside")];
    mkdirSync(root);
    mkdirSync(outside);
    writeFileSync(join(outside, "secret"), "secret");
    symlinkSync(outside, join(root, "out"));
    symlinkSync(join(outside, "secret"), join(root, "secret"));
    for (const name of ["a", "untouched"]) writeFileSync(join(root, name), "content of a\r\n".repeat(1000));
    fire.#child = fork(join(import.meta.dirname, "served.js"), { execArgv: ["--expose-gc"] });
    fire.#child.on("exit", (code, signal) => {
      fire.#exited = `the server's process ended with ${signal ?? code}`;
      for (const { reject } of fire.#asked.values()) reject(new Fault(fire.#exited));
    });
    fire.#child.on("message", ({ id, answer, error }) => {
      const asked = fire.#asked.get(id);
      fire.#asked.delete(id);
      if (error === undefined) asked?.resolve(answer);
      else asked?.reject(new Fault(error));
    });
    fire.ports = await fire.#ask("start", { root, certificate: await makeSelfSigned() });
    return fire;
  }

  /** Begins to measure, once everything is warm. */
  async mark() {
    await this.#settled();
    this.#memory = await this.#ask("memory");
    const { descriptors } = await this.#ask("state");
    this.#descriptors = descriptors;
  }

  /** Throws a Fault when something does not hold, or does not come back to what it was. */
  async check() {
    const { longest, faults } = await this.#settled();
    if (faults.length > 0) throw new Fault(faults[0]);
    if (longest > longestStretch) throw new Fault(`the event loop was held for ${Math.round(longest)} ms`);
    const outside = join(this.#folder, "outside");
    const there = readdirSync(outside).join();
    if (there !== "secret") throw new Fault(`outside the root is ${there}`);
    if (readFileSync(join(outside, "secret"), "utf8") !== "secret") throw new Fault("what is outside the root changed");
  }

  /** As `check`, and memory: not after every round, since it takes its time. */
  async checkMemory() {
    await this.check();
    const memory = await this.#ask("memory");
    const more = memory - this.#memory;
    if (more > memoryKept) throw new Fault(`${Math.round(more / 1024)} KiB of memory stayed`);
    await this.#ask("state");
  }

  async stop() {
    if (this.#exited === undefined) {
      await this.#ask("stop");
      this.#child.disconnect();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Waits until nothing of the rounds is left. */
  async #settled() {
    const end = performance.now() + settleTime;
    let longest = 0;
    const faults = [];
    for (;;) {
      const state = await this.#ask("state");
      longest = Math.max(longest, state.longest);
      faults.push(...state.faults);
      const { sessions, armed, transfers, descriptors } = state;
      const more = descriptors - this.#descriptors;
      const quiet = sessions === 0 && armed === 0 && transfers === 0;
      if (quiet && (this.#descriptors === 0 || more <= descriptorsKept)) return { longest, faults };
      if (performance.now() > end) {
        const left = `${sessions} sessions, ${armed} passive ports, ${transfers} TFTP transfers, ${more} descriptors`;
        throw new Fault(`left behind: ${left}${faults.length > 0 ? `; ${faults[0]}` : ""}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #ask(question, options) {
    if (this.#exited !== undefined) return Promise.reject(new Fault(this.#exited));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#child.send({ id, question, options });
    });
  }
}

/** Milliseconds that a parser may compute for what one round gives it. */
const longestCall = 50;

/** Runs what must be quick. What was slow three times is: once may be the compiler's or the collector's doing. */
export function quickly(what, run, longest = longestCall) {
  for (let tries = 1; ; tries++) {
    const before = process.cpuUsage();
    const result = run();
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took <= longest) return result;
    if (tries === 3) throw new Fault(`${what} took ${Math.round(took)} ms`);
  }
}
