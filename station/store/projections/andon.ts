/** The read model of calls for help, those of this log joined with what the server told, and of handovers. */
import type { StoredEvent } from '#contract/events/index.ts';
import { callBodySchema } from '#contract/sync/down.ts';
import { callEvents, evolveCall, isCallOpen, joinCalls, type CallPart } from '#domain/andon/call.ts';
import { evolveHandover, type HandoverPart } from '#domain/handover/handover.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  -- own: what this log says; told: what the server told; state: both joined. raised_at NULL: its raising was not heard of yet
  CREATE TABLE andon_call (
    call_id TEXT PRIMARY KEY,
    open INTEGER NOT NULL,
    raised_at INTEGER,
    state TEXT NOT NULL,
    own TEXT,
    told TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX andon_call_order ON andon_call (open, raised_at);
  -- waiting: written and not taken
  CREATE TABLE handover (
    handover_id TEXT PRIMARY KEY,
    waiting INTEGER NOT NULL,
    written_at INTEGER,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX handover_order ON handover (written_at);
`;

const ofCall: ReadonlySet<string> = new Set(callEvents);

export const andon: Projection = {
  name: 'andon',
  version: 1,
  tables: ['andon_call', 'handover'],
  ddl,
  apply(db, event) {
    if (ofCall.has(event.type)) foldCall(db, event);
    if (event.type === 'handover.written' || event.type === 'handover.taken') foldHandover(db, event);
  },
  document(db, document) {
    if (document.kind === 'call') foldDocument(db, document);
  },
};

interface Row {
  readonly state: CallPart;
  readonly own: CallPart | null;
  readonly told: CallPart | null;
}

export function readCall(db: ReadModelReader, id: string): Row | null {
  const row = db.get<{ readonly state: string; readonly own: string | null; readonly told: string | null }>(
    'SELECT state, own, told FROM andon_call WHERE call_id = ?',
    id,
  );
  if (row === undefined) return null;
  const part = (text: string | null): CallPart | null => (text === null ? null : (JSON.parse(text) as CallPart));
  return { state: JSON.parse(row.state) as CallPart, own: part(row.own), told: part(row.told) };
}

function foldCall(db: ReadModelDb, event: StoredEvent): void {
  const { callId } = event.body as { readonly callId: string };
  const before = readCall(db, callId);
  put(db, callId, evolveCall(before?.own ?? null, event), before?.told ?? null);
}

/** What cannot be read is as if it had not come. */
function foldDocument(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  const read = callBodySchema.safeParse(body);
  const told = read.success && read.data.callId === id ? read.data : null;
  put(db, id, readCall(db, id)?.own ?? null, told);
}

function put(db: ReadModelDb, id: string, own: CallPart | null, told: CallPart | null): void {
  const state = own === null || told === null ? (own ?? told) : joinCalls(own, told);
  if (state === null) {
    db.run('DELETE FROM andon_call WHERE call_id = ?', id);
    return;
  }
  const text = (part: CallPart | null): string | null => (part === null ? null : JSON.stringify(part));
  db.run(
    `INSERT INTO andon_call (call_id, open, raised_at, state, own, told) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (call_id) DO UPDATE SET open = excluded.open, raised_at = excluded.raised_at, state = excluded.state,
       own = excluded.own, told = excluded.told`,
    id,
    isCallOpen(state) ? 1 : 0,
    state.raised === null ? null : Math.trunc(state.raised.at),
    JSON.stringify(state),
    text(own),
    text(told),
  );
}

export function readHandover(db: ReadModelReader, id: string): HandoverPart | null {
  const row = db.get<{ readonly state: string }>('SELECT state FROM handover WHERE handover_id = ?', id);
  return row === undefined ? null : (JSON.parse(row.state) as HandoverPart);
}

function foldHandover(db: ReadModelDb, event: StoredEvent): void {
  const { handoverId } = event.body as { readonly handoverId: string };
  const state = evolveHandover(readHandover(db, handoverId), event);
  if (state === null) return;
  db.run(
    `INSERT INTO handover (handover_id, waiting, written_at, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (handover_id) DO UPDATE SET waiting = excluded.waiting, written_at = excluded.written_at,
       state = excluded.state`,
    handoverId,
    state.written !== null && state.taken === null ? 1 : 0,
    state.written === null ? null : Math.trunc(state.written.at),
    JSON.stringify(state),
  );
}
