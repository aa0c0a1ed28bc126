/** A virtual machine without a screen: what its firmware says on the serial line, and what is typed there. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Escape sequences of terminals, and what else is no text. */
// eslint-disable-next-line no-control-regex
const terminalCodes = /\x1b(?:\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[c78=>])|[^\n\x20-\x7e]/g;
/** Milliseconds that a machine, emulated instruction by instruction, may take to say something. */
const patience = 240_000;

/** A running virtual machine. */
export class VirtualMachine {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #raw = "";
  #seen = 0;
  #errors = "";
  #wake: (() => void) | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, "exit");
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.#raw += text;
      this.#wake?.();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    child.once("exit", () => this.#wake?.());
  }

  /** Starts one. @param command - qemu, and what stands before it. @param args - Its options. */
  static start(command: readonly string[], args: readonly string[]): VirtualMachine {
    const [program = "", ...before] = command;
    const headless = ["-nographic", "-serial", "stdio", "-monitor", "none", "-no-reboot", "-nodefaults"];
    return new VirtualMachine(spawn(program, [...before, ...headless, ...args], { stdio: ["pipe", "pipe", "pipe"] }));
  }

  /** What it said so far, without the terminal's codes. */
  get text(): string {
    return this.#raw.replaceAll("\r", "").replace(terminalCodes, "");
  }

  /**
   * Waits until it says something that it has not said before the last wait.
   *
   * @returns The match.
   * @throws Error with the end of what it said, when it falls silent or ends.
   */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const end = Date.now() + patience;
    for (;;) {
      const { text } = this;
      const found = pattern.exec(text.slice(this.#seen));
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return found;
      }
      const over = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (over || Date.now() > end) {
        throw new Error(`The machine did not say ${String(pattern)}. It said:\n${text.slice(-3000)}\n${this.#errors}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Types on the serial line. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Switches it off. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
