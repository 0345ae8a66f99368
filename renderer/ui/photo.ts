/** A photo made small enough for a call: at most 1600 px on its longer side, JPEG. */
import { photoLimit } from '#contract/rpc/base.ts';

const longest = 1_600;

/**
 * @param source what can be drawn, with its size in px.
 * @returns base64 of the JPEG without its address part.
 * @throws Error when no quality is small enough (never of a picture of this size)
 */
export async function smallJpeg(source: CanvasImageSource, width: number, height: number): Promise<string> {
  const scale = Math.min(1, longest / Math.max(width, height, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.85, 0.7, 0.5, 0.3]) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    if (blob !== null && blob.size <= photoLimit) return base64(await blob.arrayBuffer());
  }
  throw new Error('the photo is too large');
}

/** @returns null when the file is no picture that this browser can read. */
export async function jpegOfFile(file: Blob): Promise<string | null> {
  try {
    const bitmap = await createImageBitmap(file);
    return await smallJpeg(bitmap, bitmap.width, bitmap.height);
  } catch {
    return null;
  }
}

function base64(bytes: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}
