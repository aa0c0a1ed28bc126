export type {
  CodePage,
  DataFormatOptions,
  HashAlgorithm,
  ListedEntry,
  ListingDialect,
  NameCodec,
  ReceivedReply,
  RecordLayout,
  RepresentationType,
} from "../protocol/index.ts";
export { FtpClient } from "./client.ts";
export { extendedPassiveProbe } from "./data-connection.ts";
export type { FormatOptions, RestartPoint } from "./format-options.ts";
export { worthDeflating } from "./compression.ts";
export { transferBetween, type BetweenOptions, type BetweenResult } from "./fxp.ts";
export { FtpDownload } from "./download.ts";
export {
  ClientBusyError,
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
  LocalFileError,
  ServersRefusedError,
  type DataConnectionAttempt,
  type FtpErrorDetails,
  type FtpTimeoutPhase,
  type FtpTransferErrorKind,
  type ServerToServerAttempt,
} from "./errors.ts";
export { measured, type FtpClientEvents, type FtpClientTrace, type ProgressEvent, type SentCommand } from "./events.ts";
export type { DialFunction, DialPurpose, DialTarget } from "./open-socket.ts";
export type { RemoteHash, RemoteHashOptions } from "./hash.ts";
export type { DataMode, FtpClientOptions, KeepAliveOptions } from "./options.ts";
export type { FtpClientTlsOptions, TlsMode } from "./tls-options.ts";
export {
  BandwidthLimit,
  type Bandwidth,
  type BandwidthClock,
  type BandwidthLimitOptions,
  type PemSource,
  type TlsErrorKind,
} from "../net/index.ts";
export type { UploadSource } from "./sources.ts";
export type {
  DownloadOptions,
  OpenReadOptions,
  OperationOptions,
  TransferResult,
  UploadOptions,
} from "./transfer-options.ts";
export { FtpPool, type FtpPoolOptions, type PooledOperation, type PooledOptions } from "./pool/ftp-pool.ts";
export { meterMemory, meterSample, ProgressMeter } from "./progress-meter.ts";
export { noRetries, withRetries, type RetryEvent, type RetryPolicy } from "./retry/retry.ts";
export { isRetryable } from "./retry/retryable.ts";
export type { DiscardedState, SegmentedOptions, SegmentedResult } from "./segments/segmented-options.ts";
export { abortTimeout } from "./transfer.ts";
export { treeDepth, unsafeLocalName, type TreeOptions, type TreeResult } from "./tree.ts";
export { parseFtpUrl, type FtpUrl } from "./url.ts";
