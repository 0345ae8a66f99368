/** The one window, as the station's configuration wants it. A crashed or hanging page is loaded again: it holds no state. */
import { BrowserWindow, powerSaveBlocker } from 'electron';
import { pageOrigin } from '#contract/shell.ts';

const reloadPauseMs = 1_000;
/** A page that hangs this long is ended and loaded again. */
const hangMs = 15_000;

export interface WindowOptions {
  readonly title: string;
  readonly kiosk: boolean;
  readonly fullscreen: boolean;
  readonly preload: string;
}

export function openWindow({ title, kiosk, fullscreen, preload }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    title,
    kiosk,
    fullscreen: kiosk || fullscreen,
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    autoHideMenuBar: true,
    // The page's own ground in the dark look, so that nothing flashes before the first paint.
    backgroundColor: '#191d21',
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !kiosk,
      // A covered window must still take heartbeats, or it would look like a lost link.
      backgroundThrottling: false,
    },
  });
  const { webContents } = window;
  let hang: NodeJS.Timeout | null = null;
  const load = (): void => void window.loadURL(`${pageOrigin}/`).catch(() => undefined);
  const loadLater = (): void =>
    void setTimeout(() => {
      if (!window.isDestroyed()) load();
    }, reloadPauseMs);

  window.once('ready-to-show', () => window.show());
  webContents.on('render-process-gone', loadLater);
  webContents.on('did-fail-load', (_event, _code, _text, _url, isMainFrame) => {
    if (isMainFrame) loadLater();
  });
  window.on('unresponsive', () => {
    hang ??= setTimeout(() => webContents.forcefullyCrashRenderer(), hangMs);
  });
  window.on('responsive', () => {
    if (hang !== null) clearTimeout(hang);
    hang = null;
  });
  webContents.on('render-process-gone', () => {
    if (hang !== null) clearTimeout(hang);
    hang = null;
  });
  if (kiosk) {
    const blocker = powerSaveBlocker.start('prevent-display-sleep');
    window.once('closed', () => powerSaveBlocker.stop(blocker));
  }
  load();
  return window;
}
