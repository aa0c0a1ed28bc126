// What is to be undone when a run ends: programs, folders, accounts. It is done in the opposite order, synchronously, so
// that it happens too when the run fails or is interrupted.

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

/** Things to undo. */
export class Endings {
  /** @type {(() => void)[]} */
  #undo = [];

  /** Undoes all when the process ends, by whatever it is that ends it. */
  watchProcess() {
    process.on("exit", () => this.run());
    for (const [signal, number] of Object.entries(signals)) process.on(signal, () => process.exit(128 + number));
  }

  /**
   * Adds one.
   *
   * @param {() => void} undo
   * @returns {() => void} Undoes it now; twice does nothing more.
   */
  add(undo) {
    this.#undo.push(undo);
    return () => {
      const at = this.#undo.indexOf(undo);
      if (at === -1) return;
      this.#undo.splice(at, 1);
      undo();
    };
  }

  /** Undoes all that is left; what fails does not keep the rest from it. */
  run() {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        undo();
      } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }
}
