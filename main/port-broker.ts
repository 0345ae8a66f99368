/** Hands the page a port to the station: when it asks, and again by itself when the station was started anew. */
import { ipcMain, MessageChannelMain, type IpcMainEvent, type WebContents } from 'electron';
import { portMessage, portPlease } from '#contract/shell.ts';
import { isOurPage } from './deny.ts';
import type { StationProcess } from './station-process.ts';

/** @param page the page to serve; null while there is none. */
export function brokerPorts(station: StationProcess, page: () => WebContents | null): void {
  let asked = false;

  const handOver = (): void => {
    const contents = page();
    if (!asked || contents === null || !station.ready) return;
    const { port1, port2 } = new MessageChannelMain();
    station.serve(port1);
    contents.postMessage(portMessage, null, [port2]);
  };

  ipcMain.on(portPlease, (event) => {
    if (!isFromPage(event, page())) return;
    asked = true;
    handOver();
  });
  station.on('ready', handOver);
}

/** Only the top frame of our own page in our own window. */
export function isFromPage(event: IpcMainEvent, page: WebContents | null): boolean {
  const frame = event.senderFrame;
  return page !== null && event.sender === page && frame !== null && frame === page.mainFrame && isOurPage(frame.url);
}
