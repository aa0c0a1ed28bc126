/** What a client tells while it works. */
import type { ReceivedReply } from "../protocol/index.ts";

/** Progress of a transfer. */
export interface ProgressEvent {
  readonly path: string;
  readonly direction: "download" | "upload";
  /** Octets moved so far in this transfer. */
  readonly bytes: number;
  /** Octets that were there before. */
  readonly offset: number;
  /** Octets of the whole file, where known. */
  readonly size: number | undefined;
}

/** The events of `FtpClient`, each with one argument. */
export interface FtpClientEvents {
  /** A command goes out; secrets are `***`. */
  command: [{ readonly verb: string; readonly argument: string | undefined }];
  reply: [ReceivedReply];
  /** Something was odd and was dealt with. */
  warning: [{ readonly message: string }];
  progress: [ProgressEvent];
  /** The control connection is gone. */
  close: [{ readonly cause: Error | undefined }];
}
