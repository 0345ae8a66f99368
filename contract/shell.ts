/** What passes between the Electron shell, the station process that it forks, and the page. */

/** Channel and window-message names; the page's side is in `renderer/link/message-port.ts`. */
export const portMessage = 'linewright:port';
export const portPlease = 'linewright:port-please';

/** The page's only origin in Electron. */
export const pageOrigin = 'app://linewright';

/** `port` comes with one MessagePort to serve. */
export interface ToStation {
  readonly type: 'port' | 'stop';
}

export type FromStation =
  | {
      readonly type: 'ready';
      readonly title: string;
      readonly window: { readonly kiosk: boolean; readonly fullscreen: boolean };
      /** Absolute; the pictures of each definition are in the folder named by the hash of its text. */
      readonly definitionsFolder: string;
    }
  /** It cannot run and starting it again will not help; one line for people. */
  | { readonly type: 'failed'; readonly message: string };

/**
 * V8 flags of the station process. A young generation of 16 MB: at 50,000 values/s with frames of 5,000 tags to a screen
 * 262 MB instead of 310 MB for 0.26 instead of 0.22 CPU s per 100,000 values; with 8 MB it is 0.35 (docs/performance.md).
 */
export const stationFlags = ['--max-semi-space-size=16'] as const;

/** Exit code of a station process that must not be started again: wrong options, configuration or data folder. */
export const exitHopeless = 2;
