/** A point that cannot be relied on: hollow, in a dashed ring with a question mark. */
import type { Area } from './area.ts';

export function drawDoubt({ brush, px, box, x, color, font }: Area, left: number, top: number): void {
  brush.lineWidth = 2 * px;
  brush.strokeStyle = color('--warn-mark');
  brush.fillStyle = color('--pane');
  brush.beginPath();
  brush.arc(left, top, 4 * px, 0, 2 * Math.PI);
  brush.fill();
  brush.stroke();
  brush.setLineDash([3 * px, 3 * px]);
  brush.beginPath();
  brush.arc(left, top, 9 * px, 0, 2 * Math.PI);
  brush.stroke();
  brush.setLineDash([]);
  // Where points stand close the question marks would lie on each other; the ring says it.
  if (x(1) - x(0) < 14 * px) return;
  brush.font = font(700);
  brush.fillStyle = color('--warn');
  brush.textAlign = 'center';
  // Below, as rules are named above; at the lower edge above.
  const down = top < box.top + box.height - 28 * px;
  brush.textBaseline = down ? 'top' : 'bottom';
  brush.fillText('?', left, down ? top + 12 * px : top - 12 * px);
}
