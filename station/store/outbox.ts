/**
 * How far the server has acknowledged the log (design law 2: the log is the outbox). What is acknowledged is kept in
 * memory and written now and then: an acknowledgement that was forgotten costs one look-up at the server and nothing else.
 */
import type { EventRecord } from '#contract/envelope.ts';
import type { EpochRow, EventLog } from './event-log.ts';
import type { SqlDb } from './sql-db.ts';

/** A stream of this station as the server knows it: one epoch, or a part of one (contract/sync/up.ts, branch). */
export interface OutboxStream {
  readonly epochId: number;
  readonly epoch: string;
  readonly branch: string;
  /** Number of its first event. */
  readonly first: number;
  /** Number of its last event; `first - 1`: it has none. */
  readonly last: number;
  /** The server has everything up to here; `first - 1`: nothing. */
  readonly acked: number;
  /** UTC ms; null: never. */
  readonly ackedAt: number | null;
  /** Is written on. */
  readonly current: boolean;
}

export interface OutboxPorts {
  readonly sql: SqlDb;
  readonly log: EventLog;
  /** The end of the epoch that is written on. */
  readonly tail: () => { readonly epochId: number; readonly seq: number };
  /** Runs in one transaction that is on the disk when this returns. @throws StoreNotWritableError */
  readonly write: (run: () => void) => void;
  /** Hears what reading at the start threw. @returns whether it is damage that the store goes on with */
  readonly damaged: (error: unknown) => boolean;
  /** Begins a new epoch in the same transaction as `alongside`. @throws StoreNotWritableError */
  readonly beginEpoch: (alongside: () => void) => void;
}

interface Row {
  readonly epochId: number;
  readonly branch: string;
  readonly fromSeq: number;
  seq: number;
  ackedAt: number | null;
}

interface Epoch {
  readonly row: EpochRow;
  /** Of an epoch that is not written on any more. */
  last: number;
  /** By number of the first event; the first one is branch ''. */
  readonly branches: Row[];
}

export class Outbox {
  readonly #ports: OutboxPorts;
  #epochs: Epoch[] = [];
  readonly #dirty = new Set<Row>();
  #oldest: { readonly epochId: number; readonly seq: number; readonly at: number } | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    try {
      this.#load();
    } catch (error) {
      if (!ports.damaged(error)) throw error;
    }
  }

  /** In the order in which they are sent: old epochs first. */
  streams(): OutboxStream[] {
    const tail = this.#ports.tail();
    return this.#epochs.flatMap(({ row, last, branches }) => {
      const current = row.id === tail.epochId;
      return branches.map((branch, index) => {
        const next = branches[index + 1];
        return {
          epochId: row.id,
          epoch: row.epoch,
          branch: branch.branch,
          first: branch.fromSeq,
          last: next === undefined ? (current ? tail.seq : last) : next.fromSeq - 1,
          acked: branch.seq,
          ackedAt: branch.ackedAt,
          current: current && next === undefined,
        };
      });
    });
  }

  /** @returns `oldestAt`: UTC ms when the oldest event that is not acknowledged was recorded. */
  unsent(): { readonly count: number; readonly oldestAt: number | null } {
    let count = 0;
    let first: OutboxStream | null = null;
    for (const stream of this.streams()) {
      if (stream.last <= stream.acked) continue;
      first ??= stream;
      count += stream.last - stream.acked;
    }
    if (first === null) return { count: 0, oldestAt: null };
    const seq = first.acked + 1;
    if (this.#oldest?.epochId !== first.epochId || this.#oldest.seq !== seq) {
      const row = this.#ports.log.between(first.epochId, seq, seq)[0];
      if (row === undefined) return { count, oldestAt: null };
      this.#oldest = { epochId: first.epochId, seq, at: (JSON.parse(row.record) as EventRecord).at };
    }
    return { count, oldestAt: this.#oldest.at };
  }

  /** Whether the server has acknowledged this event. */
  has(epoch: string, seq: number): boolean {
    const branches = this.#epochs.find(({ row }) => row.epoch === epoch)?.branches;
    const branch = branches?.findLast(({ fromSeq }) => fromSeq <= seq);
    return branch !== undefined && seq <= branch.seq;
  }

  /** The server has the stream up to `seq`; may also go back (it was put back to an older backup). */
  acknowledge(stream: OutboxStream, seq: number, at: number): void {
    const branch = this.#find(stream);
    const within = Math.min(Math.max(seq, stream.first - 1), stream.last);
    if (branch.seq === within && branch.ackedAt !== null) return;
    branch.seq = within;
    branch.ackedAt = at;
    this.#dirty.add(branch);
  }

  /** Writes what was acknowledged since. @throws StoreNotWritableError */
  flush(): void {
    if (this.#dirty.size === 0) return;
    const rows = Array.from(this.#dirty);
    this.#ports.write(() => {
      for (const row of rows) this.#put(row);
    });
    for (const row of rows) this.#dirty.delete(row);
  }

  /**
   * The server holds other events from `seq` on: what lies here from there on becomes a branch, and a new epoch begins
   * when the stream is the one that is written on. @throws StoreNotWritableError
   */
  branchOff(stream: OutboxStream, seq: number): void {
    // Two branches that begin with the same event are one; only the epoch itself may be left from its first number on.
    if (seq < stream.first + (stream.branch === '' ? 0 : 1) || seq > stream.last) {
      throw new Error(
        `no branch of ${stream.epoch} can begin at ${seq}: it goes from ${stream.first} to ${stream.last}`,
      );
    }
    const name = Buffer.from(this.#ports.log.hashAt(stream.epochId, seq)).toString('hex').slice(0, 16);
    const trunk = this.#find(stream);
    const branch: Row = { epochId: stream.epochId, branch: name, fromSeq: seq, seq: seq - 1, ackedAt: null };
    const write = (): void => {
      this.#put({ ...trunk, seq: Math.min(trunk.seq, seq - 1) });
      this.#put(branch);
    };
    if (stream.current) this.#ports.beginEpoch(write);
    else this.#ports.write(write);
    this.#load();
  }

  /** The server is ahead of us and has the same events up to our last one. @throws StoreNotWritableError */
  beginEpoch(): void {
    this.#ports.beginEpoch(() => undefined);
    this.#load();
  }

  /** Records `first` to `last` as they are sent, a line each. */
  lines(stream: OutboxStream, first: number, last: number): Buffer {
    return this.#ports.log.lines(stream.epochId, first, last);
  }

  /** Chain hash at this number, hex; zeros for 0. */
  hashAt(stream: Pick<OutboxStream, 'epochId'>, seq: number): string {
    return Buffer.from(this.#ports.log.hashAt(stream.epochId, seq)).toString('hex');
  }

  hashes(stream: Pick<OutboxStream, 'epochId'>, first: number, count: number): string[] {
    return this.#ports.log.hashes(stream.epochId, first, count).map((hash) => Buffer.from(hash).toString('hex'));
  }

  #find(stream: OutboxStream): Row {
    const epoch = this.#epochs.find(({ row }) => row.id === stream.epochId);
    const branch = epoch?.branches.find((one) => one.branch === stream.branch);
    if (branch === undefined) throw new Error(`there is no stream ${stream.epoch}/${stream.branch}`);
    return branch;
  }

  #put({ epochId, branch, fromSeq, seq, ackedAt }: Row): void {
    this.#ports.sql.run(
      `INSERT INTO outbox (epochId, branch, fromSeq, seq, hash, ackedAt) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (epochId, branch) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, ackedAt = excluded.ackedAt`,
      epochId,
      branch,
      fromSeq,
      seq,
      this.#ports.log.hashAt(epochId, seq),
      ackedAt,
    );
  }

  /** What is only in memory is kept. */
  #load(): void {
    const { sql, log } = this.#ports;
    const rows = sql.all<Row>(
      'SELECT epochId, branch, fromSeq, seq, ackedAt FROM outbox ORDER BY epochId, fromSeq, branch',
    );
    const dirty = Array.from(this.#dirty);
    this.#dirty.clear();
    this.#epochs = log.epochs().map((row) => {
      const branches = rows.filter(({ epochId }) => epochId === row.id);
      if (branches[0]?.branch !== '')
        branches.unshift({ epochId: row.id, branch: '', fromSeq: 1, seq: 0, ackedAt: null });
      const last = log.tail(row.id).seq;
      branches.forEach((branch, index) => {
        const held = dirty.find((one) => one.epochId === row.id && one.branch === branch.branch);
        const end = (branches[index + 1]?.fromSeq ?? last + 1) - 1;
        branch.seq = Math.min(held?.seq ?? branch.seq, end);
        branch.ackedAt = held?.ackedAt ?? branch.ackedAt;
        if (held) this.#dirty.add(branch);
      });
      return { row, last, branches };
    });
  }
}
