/** As much of Electron as the shell uses, recording what it is told. Used through `vi.mock('electron', ...)`. */
import { EventEmitter } from 'node:events';

type Answer = (allowed: boolean) => void;

export class FakeContents extends EventEmitter {
  readonly mainFrame = { url: 'app://linewright/' };
  readonly sent: { channel: string; message: unknown; ports: unknown[] }[] = [];
  windowOpen: (() => { action: string }) | null = null;
  crashed = 0;
  setWindowOpenHandler(handler: () => { action: string }): void {
    this.windowOpen = handler;
  }
  postMessage(channel: string, message: unknown, ports: unknown[]): void {
    this.sent.push({ channel, message, ports });
  }
  forcefullyCrashRenderer(): void {
    this.crashed += 1;
    this.emit('render-process-gone', {}, { reason: 'crashed' });
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = [];
  readonly webContents = new FakeContents();
  readonly loaded: string[] = [];
  readonly options: Record<string, unknown>;
  shown = false;
  focused = 0;
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }
  isDestroyed(): boolean {
    return false;
  }
  isMinimized(): boolean {
    return false;
  }
  restore(): void {
    this.shown = true;
  }
  focus(): void {
    this.focused += 1;
  }
  show(): void {
    this.shown = true;
  }
}

class FakeApp extends EventEmitter {
  isPackaged = false;
  single = true;
  exitCode: number | null = null;
  quits = 0;
  userData = '';
  requestSingleInstanceLock(): boolean {
    return this.single;
  }
  enableSandbox(): void {
    this.emit('test:sandboxed');
  }
  setPath(_name: string, path: string): void {
    this.userData = path;
  }
  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  quit(): void {
    this.quits += 1;
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exitCode ??= 0;
  }
  exit(code: number): void {
    this.exitCode = code;
  }
}
export const app = new FakeApp();

export class UtilityProcess extends EventEmitter {
  readonly entry: string;
  readonly args: string[];
  readonly received: { message: { type: string }; ports: unknown[] }[] = [];
  killed = 0;
  hangs = false;
  constructor(entry: string, args: string[]) {
    super();
    this.entry = entry;
    this.args = args;
  }
  postMessage(message: { type: string }, ports: unknown[]): void {
    this.received.push({ message, ports });
    if (message.type === 'stop' && !this.hangs) this.emit('exit', 0);
  }
  kill(): void {
    this.killed += 1;
    this.emit('exit', 1);
  }
}
export const utilityProcess = {
  all: [] as UtilityProcess[],
  fork(entry: string, args: string[]): UtilityProcess {
    const child = new UtilityProcess(entry, args);
    utilityProcess.all.push(child);
    return child;
  },
};

/** What of Electron's details the shell looks at. */
interface Asked {
  readonly requestingUrl: string;
  readonly mediaTypes?: readonly string[];
}

class FakeSession extends EventEmitter {
  request: ((contents: unknown, permission: string, answer: Answer, details: Asked) => void) | null = null;
  check: ((contents: unknown, permission: string, origin: string, details: { mediaType?: string }) => boolean) | null =
    null;
  device: (() => boolean) | null = null;
  setPermissionRequestHandler(handler: typeof this.request): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: NonNullable<typeof this.check>): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }
}
export const session = { defaultSession: new FakeSession() };

export const ipcMain = new EventEmitter();

export class MessageChannelMain {
  static count = 0;
  readonly port1: string;
  readonly port2: string;
  constructor() {
    MessageChannelMain.count += 1;
    this.port1 = `station ${MessageChannelMain.count}`;
    this.port2 = `page ${MessageChannelMain.count}`;
  }
}

export const protocol = {
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  handlers: new Map<string, (request: { url: string; method: string }) => Promise<Response>>(),
  registerSchemesAsPrivileged(schemes: { scheme: string; privileges: Record<string, boolean> }[]): void {
    protocol.schemes = schemes;
  },
  handle(scheme: string, handler: (request: { url: string; method: string }) => Promise<Response>): void {
    protocol.handlers.set(scheme, handler);
  },
};

export const powerSaveBlocker = {
  started: [] as string[],
  stopped: [] as number[],
  start(type: string): number {
    return powerSaveBlocker.started.push(type);
  },
  stop(id: number): void {
    powerSaveBlocker.stopped.push(id);
  },
};

export const Menu = { setApplicationMenu: (): void => undefined };
export const dialog = {
  shown: [] as string[],
  showErrorBox: (_title: string, text: string): void => void dialog.shown.push(text),
};

/** Forgets everything between two tests. */
export function reset(): void {
  for (const emitter of [app, ipcMain, session.defaultSession]) emitter.removeAllListeners();
  Object.assign(app, { isPackaged: false, single: true, exitCode: null, quits: 0, userData: '' });
  BrowserWindow.all.length = 0;
  utilityProcess.all.length = 0;
  MessageChannelMain.count = 0;
  protocol.handlers.clear();
  powerSaveBlocker.started.length = 0;
  powerSaveBlocker.stopped.length = 0;
  dialog.shown.length = 0;
}
