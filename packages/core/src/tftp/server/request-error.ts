/** A request that is not granted. */

/** The request is not granted: ERROR with this code and text. */
export class TftpRequestError extends Error {
  override readonly name = "TftpRequestError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
