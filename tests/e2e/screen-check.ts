/** Looks at a page as a person at the panel would: fits, readable, touchable. Runs inside the page. */

export interface ScreenFaults {
  /** Wider or higher than the panel, or cut off at its edge. */
  readonly outside: readonly string[];
  /** Text below the smallest size. */
  readonly small: readonly string[];
  /** Text whose contrast to what is behind it is below the least one (WCAG 2.2, 1.4.6: 7:1). */
  readonly faint: readonly string[];
  /** Keys that are too small to be hit with a glove. */
  readonly tiny: readonly string[];
}
export interface ScreenDemands {
  /** px */
  readonly leastText: number;
  readonly leastContrast: number;
  /** px, in both directions. */
  readonly leastTarget: number;
}

/** For `page.evaluate`: uses nothing from outside of itself. */
export function screenFaults({ leastText, leastContrast, leastTarget }: ScreenDemands): ScreenFaults {
  const outside: string[] = [];
  const small: string[] = [];
  const faint: string[] = [];
  const tiny: string[] = [];
  const name = (element: Element): string =>
    `${element.tagName.toLowerCase()}${element.getAttribute('data-testid') ? `[${element.getAttribute('data-testid')}]` : ''} "${(element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
  const seen = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.closest('.visually-hidden') === null;
  const scrolls = (element: Element): boolean => {
    for (let at: Element | null = element.parentElement; at !== null; at = at.parentElement)
      if (
        /auto|scroll/.test(
          getComputedStyle(at).overflow + getComputedStyle(at).overflowX + getComputedStyle(at).overflowY,
        )
      )
        return true;
    return false;
  };

  const page = document.scrollingElement ?? document.body;
  if (page.scrollWidth > innerWidth) outside.push(`the page is ${page.scrollWidth} px wide`);
  if (page.scrollHeight > innerHeight) outside.push(`the page is ${page.scrollHeight} px high`);
  for (const element of document.querySelectorAll(
    'button, a, input, h1, h2, h3, p, b, small, span, td, th, dd, dt, li, img, canvas',
  )) {
    if (!seen(element) || scrolls(element)) continue;
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) outside.push(name(element));
  }

  type Color = readonly [number, number, number, number];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const colors = new Map<string, Color>();
  const colorOf = (css: string): Color => {
    const known = colors.get(css);
    if (known !== undefined || pen === null) return known ?? [0, 0, 0, 0];
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = pen.getImageData(0, 0, 1, 1).data;
    const color: Color = [r, g, b, a / 255];
    colors.set(css, color);
    return color;
  };
  const over = ([r, g, b, a]: Color, [R, G, B]: Color): Color => [
    r * a + R * (1 - a),
    g * a + G * (1 - a),
    b * a + B * (1 - a),
    1,
  ];
  const behind = (element: Element): Color => {
    const layers: Color[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const color = colorOf(getComputedStyle(at).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reduceRight<Color>((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  // WCAG 2.2, relative luminance and contrast ratio.
  const luminance = ([r, g, b]: Color): number => {
    const linear = [r, g, b].map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || (node.textContent ?? '').trim() === '' || !seen(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || element.closest('script, style, title') !== null) continue;
    const style = getComputedStyle(element);
    // What cannot be used now is exempt (1.4.6, incidental).
    const off = element.closest(':disabled') !== null;
    const size = Number.parseFloat(style.fontSize);
    if (size < leastText) small.push(`${size} px: ${name(element)}`);
    const background = behind(element);
    const ink = over(colorOf(style.color), background);
    const [light = 1, dark = 0] = [luminance(ink), luminance(background)].toSorted((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (!off && contrast < leastContrast) faint.push(`${contrast.toFixed(2)}:1: ${name(element)}`);
  }

  for (const element of document.querySelectorAll(
    'button, a[href], input, select, textarea, summary, [role="button"], [role="tab"]',
  )) {
    if (!seen(element)) continue;
    const { width, height } = element.getBoundingClientRect();
    if (Math.min(width, height) < leastTarget)
      tiny.push(`${Math.round(width)} x ${Math.round(height)} px: ${name(element)}`);
  }
  return { outside, small, faint, tiny };
}
