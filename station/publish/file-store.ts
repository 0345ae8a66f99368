/**
 * Publishing's memory at a station: a small file of the data folder with the newest values and how far the log was
 * published. The facts themselves are the log's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishState } from '#contract/publish-state.ts';
import type { Happened } from '#domain/happened.ts';
import { standing, type Value } from '#publish/metrics.ts';
import type { PublishPage, PublishStore } from '#publish/publish-store.ts';
import { isKnown, storedEvent } from '#station/store/event-log.ts';
import type { Store } from '#station/store/store.ts';
import { writeWhole } from '#station/sync/whole-file.ts';

export interface FileStoreParts {
  /** The data folder. */
  readonly folder: string;
  readonly stationId: string;
  readonly store: Pick<Store, 'epoch' | 'position' | 'records'>;
  readonly now: () => number;
  readonly tell: (state: Omit<PublishState, 'since'>) => void;
}

interface Kept {
  readonly v: 1;
  readonly bdSeq: number;
  /** Published up to here. */
  readonly epoch: string;
  readonly seq: number;
  readonly values: readonly Value[];
}

export class FileStore implements PublishStore {
  readonly #parts: FileStoreParts;
  readonly #file: string;
  #kept: Kept;

  constructor(parts: FileStoreParts) {
    this.#parts = parts;
    this.#file = join(parts.folder, 'publish.json');
    this.#kept = this.#read();
  }

  /** Facts that wait. */
  get behind(): number {
    const { position, epoch } = this.#parts.store;
    return (position?.seq ?? 0) - (this.#kept.epoch === epoch ? this.#kept.seq : 0);
  }

  take(): Promise<number> {
    const { bdSeq } = this.#kept;
    this.#keep({ ...this.#kept, bdSeq: (bdSeq + 1) % 256 });
    return Promise.resolve(bdSeq);
  }

  hold(): Promise<void> {
    return Promise.resolve();
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  begin(): Promise<void> {
    // After a backup was put back the log has another epoch: all of it is new to whoever listens.
    if (this.#kept.epoch !== this.#parts.store.epoch)
      this.#keep({ ...this.#kept, epoch: this.#parts.store.epoch, seq: 0 });
    return Promise.resolve();
  }

  held(): Promise<ReadonlyMap<string, readonly Value[]>> {
    return Promise.resolve(new Map([[this.#parts.stationId, this.#kept.values]]));
  }

  page(most: number): Promise<PublishPage> {
    const { store } = this.#parts;
    const { epoch, seq } = this.#kept;
    const rows = store.records(seq, most);
    return Promise.resolve({
      facts: rows.map(({ record }) => {
        const event = storedEvent(record);
        return { event: isKnown(event) ? (event as Happened) : null, receivedAt: event.at };
      }),
      keep: (values) => {
        const newest = new Map([...this.#kept.values, ...values].map((value) => [value.name, value]));
        this.#keep({ ...this.#kept, epoch, seq: rows.at(-1)?.seq ?? seq, values: [...newest.values()] });
        return Promise.resolve();
      },
    });
  }

  /** Who publishes lives. */
  heard(): Promise<ReadonlyMap<string, boolean>> {
    return Promise.resolve(new Map());
  }

  tell(state: Omit<PublishState, 'since'>): Promise<void> {
    this.#parts.tell(state);
    return Promise.resolve();
  }

  #keep(kept: Kept): void {
    writeWhole(this.#file, JSON.stringify(kept));
    this.#kept = kept;
  }

  /** Without the file publishing begins now: what was before anybody listened is no news. */
  #read(): Kept {
    const { store, stationId, now } = this.#parts;
    const at = now();
    const fresh = standing.map((one): Value => ({ ...one, stationId, unit: null, at }));
    try {
      const kept = JSON.parse(readFileSync(this.#file, 'utf8')) as Kept;
      if (kept.v === 1) {
        const known = new Set(kept.values.map(({ name }) => name));
        return { ...kept, values: [...kept.values, ...fresh.filter(({ name }) => !known.has(name))] };
      }
    } catch {
      // There is none, or it is of no use.
    }
    return { v: 1, bdSeq: 0, epoch: store.epoch, seq: store.position?.seq ?? 0, values: fresh };
  }
}
