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
export type { FtpClientEvents, FtpClientTrace, ProgressEvent, SentCommand } from "./events.ts";
export type { DialFunction, DialPurpose, DialTarget } from "./open-socket.ts";
export type { RemoteHash, RemoteHashOptions } from "./hash.ts";
export type { DataMode, FtpClientOptions } from "./options.ts";
export type { FtpClientTlsOptions, TlsMode } from "./tls-options.ts";
export type { PemSource, TlsErrorKind } from "../net/index.ts";
export type { UploadSource } from "./sources.ts";
export type {
  DownloadOptions,
  OpenReadOptions,
  OpenWriteOptions,
  OperationOptions,
  TransferResult,
  UploadOptions,
} from "./transfer-options.ts";
export { FtpUpload } from "./upload.ts";
export { FtpStorage, type FtpStorageOptions } from "./storage/ftp-storage.ts";
export { FtpPool, type FtpPoolOptions, type PooledOperation, type PooledOptions } from "./pool/ftp-pool.ts";
export { noRetries, withRetries, type RetryEvent, type RetryPolicy } from "./retry/retry.ts";
export { isRetryable } from "./retry/retryable.ts";
export { abortTimeout } from "./transfer.ts";
export { unsafeLocalName } from "./trees/local-names.ts";
export {
  treeDepth,
  type RemoveTreeOptions,
  type SkippedEntry,
  type SymlinkPolicy,
  type TreeFailure,
  type TreeFilter,
  type TreeOptions,
  type TreeResult,
  type TreeSelection,
  type TreeWork,
  type WalkedEntry,
  type WalkOptions,
} from "./trees/tree-options.ts";
export { walk } from "./trees/walk.ts";
export { parseFtpUrl, type FtpUrl } from "./url.ts";
