/** The terms of one request: the options that are agreed on, and how long and how often its packets are sent again. */
import {
  answerOptions,
  defaultPatience,
  fittingWindow,
  type MulticastGroup,
  type NegotiationAnswer,
  type RetransmissionOptions,
  type TftpAgreement,
} from "../../protocol/index.ts";
import type { TftpServerLimits } from "./limits.ts";
import type { ResolvedTftpOptions, TftpRequestInfo } from "./options.ts";

/** What is agreed on with other peers now. */
export interface AgreedWindows {
  /** Octets of all windows that are agreed on now with peers that answered. */
  readonly windowOctets: number;
  /** Those with addresses that never answered: they may be forged. */
  readonly unprovenOctets: number;
}

/**
 * Answers a request's options.
 *
 * @param size - Octets that a read will put on the wire; undefined where that is not known before.
 * @param multicast - Where the blocks will be sent to, if not to this peer alone.
 */
export function negotiate(
  { limits, microsoftWindow, rollover }: ResolvedTftpOptions,
  { options, operation }: TftpRequestInfo,
  agreed: AgreedWindows,
  size: number | undefined,
  multicast?: MulticastGroup,
): NegotiationAnswer {
  // Forged requests take one half at most: peers that answer have the other.
  const unproven = Math.min(agreed.unprovenOctets, limits.windowOctetsInAll / 2);
  const left = Math.max(0, limits.windowOctetsInAll - agreed.windowOctets - unproven);
  const negotiation = {
    largestBlockSize: limits.blockSize,
    largestWindowSize: fittingWindow(limits.windowSize, rollover),
    windowOctets: Math.min(limits.windowOctets, left),
    microsoftWindow,
    ...(multicast === undefined ? {} : { multicast }),
  };
  return answerOptions(options, operation, negotiation, size);
}

/** When packets are sent again. @param retries - Retransmissions without an answer before the peer is given up. */
export function retransmission(
  { timeout }: TftpAgreement,
  retries: number,
  limits: TftpServerLimits,
): RetransmissionOptions & { readonly firstRetries: number } {
  const longestTimeout = timeout === undefined ? limits.longestTimeout : Math.max(timeout * 1000, 1_000);
  return {
    retries,
    firstRetries: Math.min(limits.firstRetries, retries),
    initialTimeout: timeout === undefined ? Math.min(limits.initialTimeout, longestTimeout) : longestTimeout,
    shortestTimeout: limits.shortestTimeout,
    longestTimeout,
    // A timeout that was agreed on is how often this end sends; the other may still need longer.
    patience: Math.min(defaultPatience, limits.longestTimeout),
    random: Math.random,
  };
}
