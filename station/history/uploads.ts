/**
 * What the side road (station/sync/side-road.ts) takes to the server: curves first, then chunks of samples, each once, in
 * the order they were written. How far it got is kept in the file itself; forgetting it costs an offer and no bytes.
 */
import type { SampleFile } from './sample-file.ts';
import { decodeTag, laneWidth } from './lanes.ts';
import { flagBoolean, flagGap, flagNoSourceTime, flagNoValue, Samples, statusBits } from './samples.ts';
import { decodeTrace } from './trace.ts';

export interface Upload {
  readonly kind: 'trace' | 'samples';
  /** Trace id, or `samples/<number>`. */
  readonly name: string;
  /** UTC ms. */
  readonly fromAt: number;
  readonly toAt: number;
  /** JSON: of a trace `{x, y, meta, at}`, of samples see `samplesJson`. */
  content(): Buffer;
  /** Row in the file. */
  readonly row: number;
}

export interface UploadPorts {
  readonly file: SampleFile;
  /** Tag id by its key; undefined: no such tag. */
  readonly tagId: (key: number) => string | undefined;
  readonly statusOf: (key: number) => { readonly quality: string; readonly status: string };
}

export class Uploads {
  readonly #ports: UploadPorts;
  /** Samples and curves are wanted by a server. */
  enabled = false;
  #state: (Record<Upload['kind'], number> & { dropped: number }) | null = null;

  constructor(ports: UploadPorts) {
    this.#ports = ports;
  }

  /** Read when it is first asked for: a damaged file must not keep the history from opening. */
  get #done(): Record<Upload['kind'], number> & { dropped: number } {
    const { file } = this.#ports;
    return (this.#state ??= {
      trace: file.number('uploaded.trace'),
      samples: file.number('uploaded.samples'),
      dropped: file.number('uploaded.dropped'),
    });
  }

  /** Chunks deleted by age before they were sent. */
  get dropped(): number {
    return this.#done.dropped;
  }

  waiting(): number {
    const rows = this.#ports.file.rows();
    let waiting = 0;
    for (const kind of ['trace', 'samples'] as const) {
      const { first, last } = rows[kind];
      // SQLite begins at 1 again once every row was deleted.
      if (last < this.#done[kind]) this.#done[kind] = 0;
      waiting += Math.max(0, last - Math.max(this.#done[kind], first - 1));
    }
    return waiting;
  }

  /** null: nothing waits. @throws RangeError for a damaged row, SQLite's errors */
  next(): Upload | null {
    const { file } = this.#ports;
    if (this.waiting() === 0) return null;
    const trace = file.traceAfter(this.#done.trace);
    if (trace !== undefined) {
      const content = (): Buffer =>
        Buffer.from(JSON.stringify({ ...decodeTrace(trace.data), meta: JSON.parse(trace.meta), at: trace.at }));
      return { kind: 'trace', name: trace.id, fromAt: trace.at, toAt: trace.at, content, row: trace.row };
    }
    const chunk = file.chunkAfter(this.#done.samples);
    if (chunk === undefined) return null;
    const { fromAt, toAt, row } = chunk;
    const content = (): Buffer => this.#samplesJson(chunk.lane, chunk.data);
    return { kind: 'samples', name: `samples/${row}`, fromAt, toAt, content, row };
  }

  done({ kind, row }: Upload): void {
    this.#done[kind] = Math.max(this.#done[kind], row);
    this.#ports.file.setNumber(`uploaded.${kind}`, row);
  }

  /** Chunks with these rows were deleted by age. */
  deleted(rows: readonly number[]): void {
    if (!this.enabled) return;
    const lost = rows.filter((row) => row > this.#done.samples).length;
    if (lost === 0) return;
    this.#done.dropped += lost;
    this.#ports.file.setNumber('uploaded.dropped', this.#done.dropped);
  }

  /**
   * `{statuses: [{quality, status}], tags: [{id, at, received, value, status, gap}]}`, columns of equal length: `at` is the
   * source's time or null, `received` ours (UTC ms), `status` a place in `statuses`, `gap` the places that are ends of an
   * interval without data.
   */
  #samplesJson(lane: number, data: Uint8Array): Buffer {
    const { tagId, statusOf } = this.#ports;
    const places = new Map<number, number>();
    const tags: object[] = [];
    for (let key = lane * laneWidth; key < (lane + 1) * laneWidth; key += 1) {
      const id = tagId(key);
      const samples = new Samples(0);
      if (id === undefined || !decodeTag(data, key, samples, true)) continue;
      const columns: { at: (number | null)[]; value: (number | boolean | null)[]; status: number[]; gap: number[] } = {
        at: [],
        value: [],
        status: [],
        gap: [],
      };
      for (let i = 0; i < samples.count; i += 1) {
        const word = samples.word[i] ?? 0;
        const number = samples.value[i] ?? 0;
        const status = word & statusBits;
        if (!places.has(status)) places.set(status, places.size);
        columns.at.push((word & flagNoSourceTime) !== 0 ? null : (samples.at[i] ?? 0));
        columns.value.push((word & flagNoValue) !== 0 ? null : (word & flagBoolean) !== 0 ? number === 1 : number);
        columns.status.push(places.get(status) ?? 0);
        if ((word & flagGap) !== 0) columns.gap.push(i);
      }
      tags.push({ id, received: Array.from(samples.received.subarray(0, samples.count)), ...columns });
    }
    return Buffer.from(JSON.stringify({ statuses: Array.from(places.keys(), (key) => statusOf(key)), tags }));
  }
}
