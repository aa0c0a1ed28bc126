/** Folders in which a pattern could not be held against everything: whoever goes by what it matched must not report success. */
import { SomeFailedError } from "../exit-codes.ts";
import { tellFailure, type EachOptions } from "./each.ts";

/** Collects such folders. */
export class PatternFaults {
  readonly failures: Error[] = [];
  readonly #options: EachOptions;

  constructor(options: EachOptions) {
    this.#options = options;
  }

  /** Tells of one, and remembers it. */
  readonly add = (fault: Error): void => {
    this.failures.push(fault);
    tellFailure(fault, "", this.#options, this.#options.note);
  };

  /** @throws SomeFailedError where there were any. */
  demandNone(): void {
    if (this.failures.length > 0)
      throw new SomeFailedError("The patterns may match more than the server's listings tell", this.failures);
  }
}
