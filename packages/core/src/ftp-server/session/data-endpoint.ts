/** Which end opens the next data connection, and where (RFC 959 §3.2, RFC 2428). Pure. */
import type { PassiveArming } from "../../net/index.ts";
import type { DataAddress } from "../../protocol/index.ts";

/** The data endpoint. */
export type DataEndpoint =
  /** Neither PORT nor PASV: the peer's default data port, its control port, is connected to. */
  | { readonly end: "default" }
  /** PORT or EPRT: holds for all transfers until changed (RFC 959 §3.2). */
  | { readonly end: "active"; readonly address: DataAddress }
  /** PASV or EPSV: holds for one transfer. */
  | { readonly end: "passive"; readonly arming: PassiveArming };

/** What moves it. */
export type DataEndpointEvent =
  | { readonly event: "port"; readonly address: DataAddress }
  | { readonly event: "armed"; readonly arming: PassiveArming }
  | { readonly event: "used" }
  | { readonly event: "reset" };

/** The endpoint of a new session. */
export const defaultEndpoint: DataEndpoint = { end: "default" };

/**
 * The endpoint after `event`. When it leaves `passive`, the arming is the caller's to release: compare the two.
 */
export function dataEndpointTransition(endpoint: DataEndpoint, event: DataEndpointEvent): DataEndpoint {
  switch (event.event) {
    case "port":
      return { end: "active", address: event.address };
    case "armed":
      return { end: "passive", arming: event.arming };
    case "used":
      return endpoint.end === "passive" ? defaultEndpoint : endpoint;
    case "reset":
      return defaultEndpoint;
  }
}
