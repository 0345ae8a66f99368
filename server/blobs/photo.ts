/** Photos that came up the side road, whichever station took them. */
import type { Queries } from '../db/db.ts';

/** null: none of this hash has come as a whole. */
export async function readPhotoBytes(db: Queries, sha256: string): Promise<Buffer | null> {
  const [blob] = await db.query<{ station_id: string }>(
    `SELECT station_id FROM blob WHERE sha256 = $1 AND kind = 'photo' AND complete_at IS NOT NULL LIMIT 1`,
    [sha256],
  );
  if (blob === undefined) return null;
  const pieces = await db.query<{ bytes: Uint8Array }>(
    'SELECT bytes FROM blob_piece WHERE station_id = $1 AND sha256 = $2 ORDER BY from_byte',
    [blob.station_id, sha256],
  );
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}
