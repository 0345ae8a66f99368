/** A batch as it came: its head, its records and the hash of each. Nothing here knows what the server holds. */
import { hash, createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { syncLimits, zeroHash } from '#contract/sync/protocol.ts';
import { batchHeadSchema, type BatchHead } from '#contract/sync/up.ts';
import { HttpFault } from '../http/faults.ts';

export interface Batch {
  readonly head: BatchHead;
  /** The records, verbatim, each followed by \n but the last. */
  readonly text: string;
  /** Chain hash of each record, 32 bytes one after the other. */
  readonly hashes: Uint8Array;
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
 * @throws HttpFault batch-invalid or stream-not-yours, with the line.
 */
export function readBatch(body: Buffer, stationId: string): Batch {
  const headEnd = body.subarray(0, headBytes).indexOf(newline);
  if (headEnd === -1) throw invalid('there is no line with the head of the batch');
  if (!isUtf8(body)) throw invalid('the batch is no UTF-8');
  const head = readHead(body.toString('utf8', 0, headEnd));
  const end = body.at(-1) === newline ? body.length - 1 : body.length;
  const hashes = Buffer.allocUnsafe(head.count * hashBytes);
  // Previous hash, then the record: in one piece, so that each hash is one call.
  let scratch = Buffer.allocUnsafe(64 * 1024);
  Buffer.from(head.prevHash, 'hex').copy(scratch);
  let at = headEnd + 1;
  for (let index = 0; index < head.count; index += 1) {
    if (at >= end) throw invalid(`the head says ${head.count} records, there are ${index}`);
    const found = body.indexOf(newline, at);
    const lineEnd = found === -1 ? end : found;
    checkRecord(body.toString('utf8', at, lineEnd), stationId, head.epoch, head.first + index, index + 2);
    const length = hashBytes + lineEnd - at;
    if (length > scratch.length) {
      const larger = Buffer.allocUnsafe(length);
      scratch.copy(larger, 0, 0, hashBytes);
      scratch = larger;
    }
    body.copy(scratch, hashBytes, at, lineEnd);
    sha256(scratch.subarray(0, length)).copy(scratch);
    scratch.copy(hashes, index * hashBytes, 0, hashBytes);
    at = lineEnd + 1;
  }
  if (at < end) throw invalid(`the head says ${head.count} records, there are more`);
  const last = hashes.toString('hex', (head.count - 1) * hashBytes);
  if (last !== head.lastHash)
    throw invalid(
      `the records hash to ${last}, the head says lastHash ${head.lastHash}: records were changed or left out`,
    );
  return { head, text: body.toString('utf8', headEnd + 1, end), hashes };
}

const sha256 = (bytes: Uint8Array): Buffer =>
  // Node before 21 has no one-shot hash; it is a third faster.
  typeof hash === 'function' ? hash('sha256', bytes, 'buffer') : createHash('sha256').update(bytes).digest();

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
