/** What is wrong with an option. The two errors are those that JavaScript throws for such things, with fields. */

/** What both errors tell. */
export interface OptionFault {
  /** The whole path: `limits.sessions`, `listeners[0].port`. */
  readonly option: string;
  /** What was given: its type and its value, shortened; of a secret the type alone. Undefined for an unknown option. */
  readonly given: string | undefined;
  /** What is allowed. */
  readonly allowed: string;
  /** What may have been meant: a name that is near, or the word of this library for that of another. */
  readonly instead: string | undefined;
}

/** An option that does not exist, or a value of the wrong kind. */
export class OptionTypeError extends TypeError implements OptionFault {
  override readonly name = "OptionTypeError";
  readonly option: string;
  readonly given: string | undefined;
  readonly allowed: string;
  readonly instead: string | undefined;

  constructor(message: string, { option, given, allowed, instead }: OptionFault) {
    super(message);
    this.option = option;
    this.given = given;
    this.allowed = allowed;
    this.instead = instead;
  }
}

/** A value of the right kind that is out of range, or a word that is none of those that are known. */
export class OptionRangeError extends RangeError implements OptionFault {
  override readonly name = "OptionRangeError";
  readonly option: string;
  readonly given: string | undefined;
  readonly allowed: string;
  readonly instead: string | undefined;

  constructor(message: string, { option, given, allowed, instead }: OptionFault) {
    super(message);
    this.option = option;
    this.given = given;
    this.allowed = allowed;
    this.instead = instead;
  }
}
