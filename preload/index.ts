/** The only thing between page and shell: the page asks for a port to the station, and gets one. */
import { ipcRenderer } from 'electron';
import { pageOrigin, portMessage, portPlease } from '#contract/shell.ts';

/** The part of the page's window used here; this program is not compiled with the DOM's types. */
interface PageWindow {
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void;
  addEventListener(
    type: 'message',
    listener: (event: { readonly source: unknown; readonly data: unknown }) => void,
  ): void;
}
const page = globalThis as unknown as PageWindow;

page.addEventListener('message', ({ source, data }) => {
  if (source === globalThis && data === portPlease) ipcRenderer.send(portPlease);
});
ipcRenderer.on(portMessage, ({ ports }) => page.postMessage(portMessage, pageOrigin, ports));
