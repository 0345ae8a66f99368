/** The station's memory: the event log and the read model folded from it, in one file (design laws 1, 2, 10, 11). */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Actor, EventRecord } from '#contract/envelope.ts';
import type { DomainEvent, StoredEvent } from '#contract/events/index.ts';
import type { StoreState } from '#contract/rpc/system.ts';
import type { Clock } from '../clock.ts';
import { Signal } from '../streams/signal.ts';
import { CommandWindow } from './command-window.ts';
import { lockDataFolder, type DataLock } from './data-lock.ts';
import { DocumentTable } from './documents.ts';
import { StoreNotWritableError } from './errors.ts';
import { chainHash, EventLog, isKnown, storedEvent, validated } from './event-log.ts';
import type { ChainReport, EpochRow, LogPosition, LogRow, Progress } from './event-log.ts';
import { Health, type HealthView } from './health.ts';
import { openFile } from './open-file.ts';
import { Outbox } from './outbox.ts';
import type { Projection, ReadModelReader } from './projection.ts';
import { apply } from './read-model.ts';
import { rebuildReadModel, type RebuildReport } from './rebuild.ts';
import { SqlDb } from './sql-db.ts';

export interface StoreOptions {
  /** The data folder; it must exist. `station.db`, `station.lock` and `station.pid` are made in it. */
  readonly folder: string;
  readonly stationId: string;
  readonly projections: readonly Projection[];
  readonly clock: Clock;
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Below this many free bytes nothing is accepted any more, so that there is room to work out what happened. */
  readonly minFreeBytes?: number;
  /** How often the disk is looked at, in ms. */
  readonly probeMs?: number;
  /** Cap of the file in 4 KiB pages; null = none. */
  readonly maxPages?: number | null;
  /** Begin a new epoch: after a backup was put back, so that numbers given since then are never given again. */
  readonly newEpoch?: boolean;
  /** Called while the read model is made again at start because a projection changed. */
  readonly onRebuild?: Progress;
}

/** What is the same for all events of one command. */
export interface AppendMeta {
  readonly actor: Actor;
  readonly commandId: string | null;
  /** UTC ms. */
  readonly at: number;
  readonly bootId: string;
  readonly monoMs: number;
  /** Content hash of the configuration in force. */
  readonly config: string;
}

export type PreviousRun = 'none' | 'ended-cleanly' | 'ended-abruptly';

export interface StoreInfo {
  readonly state: StoreState;
  readonly detail: string;
  readonly path: string;
  readonly epoch: string;
  /** Of all epochs. */
  readonly events: number;
  /** UTC ms of the oldest event in the file, null when there is none. */
  readonly oldestAt: number | null;
  /** File and write-ahead log. */
  readonly bytes: number;
  readonly freeBytes: number | null;
}

const commandsRemembered = 10_000;

/**
 * Opens the store of a data folder. A read-only, full or corrupt file does not throw: the store comes back in that state
 * (`state`, `detail`) so that the station can show it. From a file that cannot be read at all, reads answer as from an
 * empty station.
 * @throws DataFolderError, DataInUseError, StoreFileError (file of another station or a newer version), ProjectionError
 */
export function openStore(options: StoreOptions): Store {
  const lock = lockDataFolder(options.folder);
  try {
    return new Store(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

export class Store {
  readonly stationId: string;
  /** How the run before this one ended, from the last event in the log at opening. */
  readonly previousRun: PreviousRun;
  /** The read model, for reading only. */
  readonly read: ReadModelReader;
  /** After each commit: the events just written. Listeners may append; everyone hears events in log order. */
  readonly onAppended = new Signal<readonly StoredEvent[]>();
  /** Changes of `state`. */
  readonly onState: Signal<HealthView>;
  readonly outbox: Outbox;
  readonly documents: DocumentTable;

  readonly #options: StoreOptions;
  readonly #lock: DataLock;
  readonly #file: string;
  readonly #db: Database.Database;
  readonly #sql: SqlDb;
  readonly #log: EventLog;
  readonly #health: Health;
  #epochRow: EpochRow;
  readonly #commands = new CommandWindow(commandsRemembered);
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #toTell: (readonly StoredEvent[])[] = [];
  #telling = false;
  #tail: { seq: number; hash: Uint8Array };
  #events: number;
  #oldestAt: number | null = null;

  constructor(options: StoreOptions, lock: DataLock) {
    this.#options = options;
    this.#lock = lock;
    this.stationId = options.stationId;
    this.#file = join(options.folder, 'station.db');
    const opened = openFile(this.#file, {
      stationId: options.stationId,
      projections: options.projections,
      createdAt: options.clock.now(),
      newEpochId: () => this.#newEpochId(),
      newEpoch: options.newEpoch ?? false,
      maxPages: options.maxPages ?? null,
      progress: options.onRebuild ?? (() => {}),
    });
    this.#db = opened.db;
    this.#sql = new SqlDb(opened.db, false);
    this.read = new SqlDb(opened.readModel, true, (error) => void this.#health.note(error));
    this.#log = new EventLog(this.#sql);
    this.#epochRow = opened.epoch;
    this.#tail = this.#log.tail(opened.epoch.id);
    this.#events = this.#log.count();
    if (opened.fault?.state === 'corrupt') {
      this.previousRun = this.#events === 0 ? 'none' : 'ended-abruptly';
    } else {
      this.#oldestAt = this.#log.first()?.at ?? null;
      const last = this.#log.last();
      this.previousRun = last === null ? 'none' : last.type === 'station.stopped' ? 'ended-cleanly' : 'ended-abruptly';
      this.#rememberCommands();
    }
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#health = new Health({
      folder: options.folder,
      clock: options.clock,
      minFreeBytes: options.minFreeBytes ?? 32 * 1024 * 1024,
      probeMs: options.probeMs ?? 3_000,
      probe: () => this.#probe(),
    });
    this.onState = this.#health.changed;
    if (opened.fault) this.#health.set(opened.fault.state, opened.fault.detail, opened.fault.recoverable);
    const write = (run: () => void): void => this.#write(run);
    this.outbox = new Outbox({
      sql: this.#sql,
      log: this.#log,
      tail: () => ({ epochId: this.#epochRow.id, seq: this.#tail.seq }),
      write,
      damaged: (error) => this.#health.note(error) !== null,
      beginEpoch: (alongside) => this.#beginEpoch(alongside),
    });
    this.documents = new DocumentTable(this.#sql, options.projections, write);
  }

  /** 16 hex characters; empty when the file cannot be read. */
  get epoch(): string {
    return this.#epochRow.epoch;
  }

  get state(): StoreState {
    return this.#health.view.state;
  }

  /** English; empty when ok. */
  get detail(): string {
    return this.#health.view.detail;
  }

  /** Position of the newest event; null in an empty epoch. */
  get position(): LogPosition | null {
    return this.#tail.seq === 0 ? null : { epoch: this.epoch, seq: this.#tail.seq };
  }

  /**
   * Writes the events and folds them into the read model in one transaction that is on the disk when this returns, then
   * tells the listeners.
   * @param consequences what follows from the events by rules: written after them in the same transaction, under the
   *   station's own name.
   * @returns the events as they lie in the log
   * @throws InvalidEventError, ProjectionError (nothing written), StoreNotWritableError (nothing written)
   */
  append(events: readonly DomainEvent[], meta: AppendMeta, consequences: readonly DomainEvent[] = []): StoredEvent[] {
    if (events.length === 0) throw new Error('append: an empty list of events; a command without facts is not written');
    if (!Number.isFinite(meta.at) || !Number.isFinite(meta.monoMs)) {
      throw new Error(`append: at (${meta.at}) and monoMs (${meta.monoMs}) must be finite numbers`);
    }
    this.#health.assertWritable();
    const whole = [...events, ...consequences].map(validated);
    const stored: StoredEvent[] = [];
    let { seq, hash } = this.#tail;
    this.#transact(() => {
      for (const [index, { type, version, body }] of whole.entries()) {
        seq += 1;
        const record: EventRecord = {
          stationId: this.stationId,
          epoch: this.epoch,
          seq,
          at: meta.at,
          bootId: meta.bootId,
          monoMs: meta.monoMs,
          actor: index < events.length ? meta.actor : { kind: 'system' },
          commandId: meta.commandId,
          config: meta.config,
          type,
          version,
          body,
        };
        const text = JSON.stringify(record);
        hash = chainHash(hash, text);
        this.#log.insert(this.#epochRow.id, seq, text, hash);
        // Read back from the text, so that a rebuild can never see something else than was folded here (-0, undefined).
        const event = JSON.parse(text) as StoredEvent;
        apply(this.#sql, this.#options.projections, event);
        stored.push(event);
      }
    });
    if (meta.commandId !== null) this.#commands.note(meta.commandId, this.#epochRow.id, this.#tail.seq + 1, seq);
    this.#tail = { seq, hash };
    this.#events += stored.length;
    this.#oldestAt ??= meta.at;
    this.#tell(stored);
    return stored;
  }

  /**
   * What a command led to, if it is among the last 10,000 commands; null when it is not known. A command that comes
   * again is answered from this instead of being done twice.
   */
  eventsOfCommand(commandId: string): StoredEvent[] | null {
    const found = this.#commands.find(commandId);
    if (!found) return null;
    return this.#log
      .between(found.epochId, found.first, found.last)
      .map((row) => storedEvent(row.record))
      .filter((event): event is StoredEvent => isKnown(event) && event.commandId === commandId);
  }

  /** Known events of the current epoch after `seq`, in order, at most `limit`. */
  events(afterSeq: number, limit: number): StoredEvent[] {
    return this.records(afterSeq, limit)
      .map((row) => storedEvent(row.record))
      .filter(isKnown);
  }

  /** Rows of the current epoch as they lie in the log. */
  records(afterSeq: number, limit: number): LogRow[] {
    return this.#log.page(this.#epochRow.id, afterSeq, limit);
  }

  /** Walks the whole log: every hash, every number. Reads only. */
  verifyChain(progress: Progress = () => {}): ChainReport {
    return this.#log.verify(this.#events, progress);
  }

  /**
   * Makes the read model again from the log in a file of its own and compares it row by row with the live one. Where
   * they differ the live tables are replaced (unless `replace` is false).
   * @throws StoreNotWritableError when tables must be replaced and the store takes no writes
   */
  rebuild({ progress = () => {}, replace = true }: { progress?: Progress; replace?: boolean } = {}): RebuildReport {
    const { projections, folder } = this.#options;
    if (this.epoch === '') throw new StoreNotWritableError('corrupt', `nothing can be rebuilt: ${this.detail}`);
    return rebuildReadModel({
      file: join(folder, 'rebuild.db'),
      live: this.#db,
      sql: this.#sql,
      log: this.#log,
      projections,
      events: this.#events,
      progress,
      write: replace ? (run) => this.#write(run) : null,
    });
  }

  info(): StoreInfo {
    return {
      ...this.#health.view,
      path: this.#file,
      epoch: this.epoch,
      events: this.#events,
      oldestAt: this.#oldestAt,
      bytes: sizeOf(this.#file) + sizeOf(`${this.#file}-wal`),
      freeBytes: this.#health.freeBytes(),
    };
  }

  close(): void {
    this.#health.close();
    this.#db.close();
    this.#lock.release();
  }

  #transact(run: () => void): void {
    try {
      this.#begin.run();
      run();
      this.#commit.run();
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      const state = this.#health.note(error);
      if (state !== null) throw new StoreNotWritableError(state, this.detail);
      throw error;
    }
  }

  #write(run: () => void): void {
    this.#health.assertWritable();
    this.#transact(run);
  }

  #beginEpoch(alongside: () => void): void {
    this.#write(() => {
      alongside();
      this.#log.insertEpoch(this.#newEpochId(), this.#options.clock.now());
    });
    const newest = this.#log.epochs().at(-1);
    if (newest === undefined) throw new Error('the log has no epoch');
    this.#epochRow = newest;
    this.#tail = this.#log.tail(newest.id);
  }

  #newEpochId(): string {
    return Buffer.from((this.#options.randomBytes ?? randomBytes)(8)).toString('hex');
  }

  /** Writes as much as a large batch would need, so that the state does not flicker where one page still fits. */
  #probe(): void {
    const write = this.#db.prepare(
      "INSERT INTO meta (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    write.run('x'.repeat(65_536));
    write.run('');
  }

  #rememberCommands(): void {
    for (const row of this.#log.newestFirst(commandsRemembered).reverse()) {
      const { commandId } = JSON.parse(row.record) as EventRecord;
      if (commandId !== null) this.#commands.note(commandId, row.epochId, row.seq, row.seq);
    }
  }

  #tell(events: readonly StoredEvent[]): void {
    this.#toTell.push(events);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#toTell.shift(); next; next = this.#toTell.shift()) this.onAppended.emit(next);
    } finally {
      this.#telling = false;
    }
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
