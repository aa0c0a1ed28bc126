export { FtpServer, type ListenerAddress, type StopOptions } from "./ftp-server.ts";
export type { ActiveOptions, ExternalAddresses, FtpServerOptions, ListenerOptions, PassiveOptions } from "./options.ts";
export { defaultLimits, type FtpServerLimits } from "./limits.ts";
export type {
  FtpServerEvents,
  LoginEvent,
  LoginRefusedEvent,
  LogoutEvent,
  RefusalEvent,
  ServerErrorEvent,
  SessionEndEvent,
  SessionEvent,
  TransferBrokenEvent,
  TransferEvent,
  TransferStartEvent,
} from "./events.ts";
export type {
  Reservation,
  ReservationRefusal,
  ReservationRequest,
  Reservations,
  ReservationUse,
} from "./reservations.ts";
