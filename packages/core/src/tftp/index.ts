export type { MulticastGroup, Rollover, TftpAgreement, TftpCounts, TftpOption, TftpUrl } from "../protocol/index.ts";
export { formatTftpUrl, parseTftpUrl, tftpErrorCode, tftpPort } from "../protocol/index.ts";
export type {
  TftpBrokenEvent,
  TftpProgressEvent,
  TftpRefusalEvent,
  TftpServerCounters,
  TftpServerEvents,
  TftpTransferEvent,
} from "./server/events.ts";
export type { TftpMulticastOptions } from "./server/multicast/multicast-options.ts";
export { defaultTftpLimits, type TftpServerLimits } from "./server/limits.ts";
export type {
  TftpDecision,
  TftpListenerOptions,
  TftpReadOptions,
  TftpRequestInfo,
  TftpServerOptions,
  TftpWriteOptions,
} from "./server/options.ts";
export type { PatternCondition, PatternRule, RefuseRule } from "./server/pattern-rules.ts";
export { PatternError } from "./server/patterns/parse-pattern.ts";
export { compileRules, type Rewrite, type RewriteRequest, type RewriteRule } from "./server/rewrite-rules.ts";
export { TftpServer, type TftpListenerAddress } from "./server/tftp-server.ts";
export { get, getTo, put } from "./client/client.ts";
export { TftpError, type TftpErrorKind } from "./client/errors.ts";
export type { TftpSource } from "./client/local-ends.ts";
export type { TftpGroupOptions, TftpProgress, TftpResult, TftpTransferOptions } from "./client/options.ts";
