/** What a client tells while it works. */
import type { ReceivedReply } from "../protocol/index.ts";
import type { ProgressMeter } from "./progress-meter.ts";

/** Progress of a transfer. */
export interface ProgressEvent {
  readonly path: string;
  readonly direction: "download" | "upload";
  /** Octets moved so far in this transfer; what is tried again counts once. */
  readonly bytes: number;
  /** Octets that were there before. */
  readonly offset: number;
  /** Octets of the whole file, where known. */
  readonly size: number | undefined;
  /** Octets a second, smoothed over some seconds; 0 before it can be told. */
  readonly rate: number;
  /** Milliseconds that the rest takes at this rate; undefined where that is not known. */
  readonly remaining: number | undefined;
}

/** An event with rate and time left. @param meter - Was told of the octets that moved. */
export function measured<const E extends Pick<ProgressEvent, "bytes" | "offset" | "size">>(
  event: E,
  meter: ProgressMeter,
): E & Pick<ProgressEvent, "rate" | "remaining"> {
  const { size, offset, bytes } = event;
  const remaining = meter.remaining(size === undefined ? undefined : size - offset - bytes);
  return {
    ...event,
    rate: Math.round(meter.rate),
    remaining: remaining === undefined ? undefined : Math.round(remaining),
  };
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
