/** Content encodings of a batch. What unpacks to more than a batch may hold is given up at that size: no bombs. */
import { promisify } from 'node:util';
import { constants, gunzip, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { syncLimits } from '#contract/sync/protocol.ts';
import { codeOf } from '../db/errors.ts';
import { HttpFault } from '../http/faults.ts';

const inflate = promisify(gunzip);
const unzstd = promisify(zstdDecompress);

/** Packed bytes that are unpacked on this thread: a few facts, for which the way to another one and back costs more. */
const fewBytes = 8 * 1024;
const maxOutputLength = syncLimits.batchBytes;
/** A window of 8 MB: as much as a batch can use. A frame may ask for far more memory than its content. */
const zstdWindow = { [constants.ZSTD_d_windowLogMax]: 23 };

/** @throws HttpFault batch-too-large, batch-invalid (unknown encoding, damaged). */
export async function unpack(body: Uint8Array, encoding: string | undefined): Promise<Buffer> {
  try {
    switch (encoding) {
      case undefined:
      case 'identity':
        if (body.byteLength > maxOutputLength) throw tooLarge();
        return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      case 'zstd':
        return body.byteLength <= fewBytes
          ? zstdDecompressSync(body, { maxOutputLength, params: zstdWindow })
          : await unzstd(body, { maxOutputLength, params: zstdWindow });
      case 'gzip':
        return await inflate(body, { maxOutputLength });
      default:
        throw new HttpFault(
          'batch-invalid',
          `content-encoding ${JSON.stringify(encoding.slice(0, 40))} is unknown`,
          'Use zstd, gzip or none.',
          { status: 415 },
        );
    }
  } catch (error) {
    if (error instanceof HttpFault) throw error;
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new HttpFault(
      'batch-invalid',
      `the body could not be unpacked as ${encoding}: ${error instanceof Error ? error.message : String(error)}`,
      'Send it again.',
    );
  }
}

const tooLarge = (): HttpFault =>
  new HttpFault(
    'batch-too-large',
    `the batch is larger than ${maxOutputLength} bytes unpacked`,
    'Send fewer events at once.',
  );
