/** Everything a page could ask of the shell is refused; there is no list of exceptions. */
import { app, session, type WebContents } from 'electron';
import { pageOrigin } from '#contract/shell.ts';

export function isOurPage(url: string): boolean {
  return url === pageOrigin || url.startsWith(`${pageOrigin}/`);
}

/** For every page there ever is, also ones that nobody meant to open. Call before the first window. */
export function denyByDefault(): void {
  app.on('web-contents-created', (_event, contents) => denyFor(contents));
  const ours = session.defaultSession;
  ours.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  ours.setPermissionCheckHandler(() => false);
  ours.setDevicePermissionHandler(() => false);
  ours.on('will-download', (event) => event.preventDefault());
}

function denyFor(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  const stay = (event: { preventDefault(): void; readonly url: string }): void => {
    // The page loading itself anew is no navigation away.
    if (!isOurPage(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
}
