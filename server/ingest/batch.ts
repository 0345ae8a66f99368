/** A batch as it came: its head, its records and the hash of each. Nothing here knows what the server holds. */
import { hash, createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { syncLimits, zeroHash } from '#contract/sync/protocol.ts';
import { batchHeadSchema, type BatchHead } from '#contract/sync/up.ts';
import { HttpFault } from '../http/faults.ts';

/** Records of a batch that hold what they must. */
export interface Records {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
  /** Verbatim, each followed by \n but the last. */
  readonly text: string;
  /** Chain hash of each, 32 bytes one after the other. */
  readonly hashes: Uint8Array;
}

/**
 * A batch whose records are checked as they are asked for, so that the database can write some of it while the next are
 * hashed. Nothing of a batch may be kept before all of it was asked for.
 */
export interface Batch {
  readonly head: BatchHead;
  /**
   * The records from place `from` (0 is the first) up to and without `to`; up to there the chain was followed.
   * @throws HttpFault batch-invalid or stream-not-yours, with the line. With the last record also where there are more
   * lines, or where they do not hash to `lastHash`.
   */
  records(from: number, to: number): Records;
}

const hashBytes = 32;
const newline = 0x0a;
/** Longest first line; a head has about 300 characters. */
const headBytes = 1_000;

const invalid = (problem: string): HttpFault =>
  new HttpFault('batch-invalid', problem, 'The station must build the batch anew from its log (contract/sync/up.ts).');

/**
 * @param body unpacked.
 * @param stationId whose key signed the request; every record must be its own.
 * @throws HttpFault batch-invalid, batch-too-large: what can be said by the first line
 */
export function readBatch(body: Buffer, stationId: string): Batch {
  const headEnd = body.subarray(0, headBytes).indexOf(newline);
  if (headEnd === -1) throw invalid('there is no line with the head of the batch');
  if (!isUtf8(body)) throw invalid('the batch is no UTF-8');
  const head = readHead(body.toString('utf8', 0, headEnd));
  const end = body.at(-1) === newline ? body.length - 1 : body.length;
  /** Where each record begins; one more: where the next would. */
  const starts = new Uint32Array(head.count + 1);
  starts[0] = headEnd + 1;
  const hashes = Buffer.allocUnsafe(head.count * hashBytes);
  // Previous hash, then the record: in one piece, so that each hash is one call.
  let scratch = Buffer.allocUnsafe(64 * 1024);
  scratch.write(head.prevHash, 'hex');
  let checked = 0;

  const check = (): void => {
    const at = starts[checked] ?? 0;
    if (at >= end) throw invalid(`the head says ${head.count} records, there are ${checked}`);
    const found = body.indexOf(newline, at);
    const lineEnd = found === -1 ? end : found;
    checkRecord(body.toString('utf8', at, lineEnd), stationId, head.epoch, head.first + checked, checked + 2);
    const length = hashBytes + lineEnd - at;
    if (length > scratch.length) {
      const larger = Buffer.allocUnsafe(length);
      scratch.copy(larger, 0, 0, hashBytes);
      scratch = larger;
    }
    body.copy(scratch, hashBytes, at, lineEnd);
    // As hex: a Buffer for each hash costs more than the hash.
    scratch.write(sha256(scratch.subarray(0, length)), 'hex');
    scratch.copy(hashes, checked * hashBytes, 0, hashBytes);
    starts[checked + 1] = lineEnd + 1;
    if (checked === head.count - 1) {
      if (lineEnd + 1 < end) throw invalid(`the head says ${head.count} records, there are more`);
      const last = scratch.toString('hex', 0, hashBytes);
      if (last !== head.lastHash)
        throw invalid(
          `the records hash to ${last}, the head says lastHash ${head.lastHash}: records were changed or left out`,
        );
    }
    checked += 1;
  };

  return {
    head,
    records(from, to) {
      while (checked < to) check();
      return {
        first: head.first + from,
        count: to - from,
        text: body.toString('utf8', starts[from], (starts[to] ?? 0) - 1),
        hashes: hashes.subarray(from * hashBytes, to * hashBytes),
      };
    },
  };
}

/** Hex. Node before 21 has no one-shot hash; it is a third faster. */
const sha256 = (bytes: Uint8Array): string =>
  typeof hash === 'function' ? hash('sha256', bytes) : createHash('sha256').update(bytes).digest('hex');

function readHead(line: string): BatchHead {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid('line 1 is no JSON');
  }
  const result = batchHeadSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(`line 1: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const head = result.data;
  if (head.count > syncLimits.batchEvents) {
    throw new HttpFault(
      'batch-too-large',
      `a batch holds at most ${syncLimits.batchEvents} events, not ${head.count}`,
      'Send fewer events at once.',
    );
  }
  if (!Number.isSafeInteger(head.first + head.count)) throw invalid('line 1: first is beyond every number');
  if (head.branch === '' && (head.first === 1) !== (head.prevHash === zeroHash))
    throw invalid(`line 1: prevHash is all zeros before event 1 and only there, first is ${head.first}`);
  return head;
}

function checkRecord(text: string, stationId: string, epoch: string, seq: number, line: number): void {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw invalid(`line ${line} is no JSON`);
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw invalid(`line ${line} is no record`);
  const key = record as { readonly stationId?: unknown; readonly epoch?: unknown; readonly seq?: unknown };
  if (key.stationId !== stationId) {
    throw new HttpFault(
      'stream-not-yours',
      `line ${line} is an event of station ${shown(key.stationId)}; the key belongs to ${stationId}`,
      'A station sends its own events only. After a rename it must be enrolled under its new name.',
    );
  }
  if (key.epoch !== epoch) throw invalid(`line ${line} is of epoch ${shown(key.epoch)}, the head says ${epoch}`);
  if (key.seq !== seq) throw invalid(`line ${line} has the number ${shown(key.seq)}, ${seq} is due`);
}

/** Foreign values in a message: short, and without line breaks. */
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 60);
