/** Accepted: one high beep. Refused: two low ones. Made here, so nothing is fetched. */
import { look } from './settings.svelte.ts';

let audio: AudioContext | null = null;

export function beep(kind: 'accepted' | 'refused'): void {
  if (!look.sound) return;
  try {
    audio ??= new AudioContext();
    if (kind === 'accepted') tone(audio, 1_760, 0, 0.09);
    else {
      tone(audio, 330, 0, 0.13);
      tone(audio, 330, 0.19, 0.13);
    }
  } catch {
    // A panel without a sound device stays silent; the screen says the same.
  }
}

/** Somebody calls for help: three rising tones, quieter than a refusal. */
export function ring(): void {
  if (!look.sound) return;
  try {
    audio ??= new AudioContext();
    [523, 659, 784].forEach((hertz, n) => audio && tone(audio, hertz, n * 0.16, 0.14));
  } catch {
    // As above.
  }
}

function tone(context: AudioContext, hertz: number, inSeconds: number, seconds: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const from = context.currentTime + inSeconds;
  oscillator.type = 'square';
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0.06, from);
  gain.gain.setTargetAtTime(0, from + seconds * 0.7, 0.015);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + seconds);
}
