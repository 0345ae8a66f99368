/** The one place where the station opens byte streams to devices. */
import type { ByteLink, ByteLinkEvents, LinkSettings } from '#contract/driver.ts';
import { openSerialLink } from './serial-link.ts';
import { openTcpLink } from './tcp-link.ts';

export type OpenLink = (settings: LinkSettings, events: ByteLinkEvents) => Promise<ByteLink>;

/**
 * Opens a serial port or a TCP connection. Rejects with LinkError; then `events` is never called. After it resolved,
 * `events.closed` is called exactly once and nothing after it. Never retries: that is the caller's.
 */
export const openLink: OpenLink = (settings, events) =>
  settings.kind === 'tcp' ? openTcpLink(settings, events) : openSerialLink(settings, events);
