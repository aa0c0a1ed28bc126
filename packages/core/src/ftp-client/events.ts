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

/** A command as it is told. */
export interface SentCommand {
  readonly verb: string;
  /** What follows the verb; `***` where it is a secret. */
  readonly argument: string | undefined;
}

/** Hooks that are told what goes over the control connection, from the greeting on: events begin after the login. */
export interface FtpClientTrace {
  command?(command: SentCommand): void;
  reply?(reply: ReceivedReply): void;
}

/** The events of `FtpClient`, each with one argument. */
export interface FtpClientEvents {
  /** A command goes out; secrets are `***`. */
  command: [SentCommand];
  reply: [ReceivedReply];
  /** Something was odd and was dealt with. */
  warning: [{ readonly message: string }];
  progress: [ProgressEvent];
  /** The control connection is gone. */
  close: [{ readonly cause: Error | undefined }];
}
