/** Why a call did not bring an answer. A refused command is an answer, never one of these. */

/** There is no link: the call was never sent, and it never will be. */
export class NotConnected extends Error {
  constructor() {
    super('not connected to the station program; nothing was sent');
    this.name = 'NotConnected';
  }
}

/** Sent, then the link went away before the answer: whether it was done shows on the screen after the reconnect. */
export class LinkLost extends Error {
  constructor() {
    super('the link was lost before the answer came');
    this.name = 'LinkLost';
  }
}

/** Sent, but no answer within the time limit. */
export class CallTimedOut extends Error {
  readonly limitMs: number;
  constructor(path: readonly string[], limitMs: number) {
    super(`${path.join('.')} was not answered within ${limitMs} ms`);
    this.name = 'CallTimedOut';
    this.limitMs = limitMs;
  }
}
