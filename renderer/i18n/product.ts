/** Title and material number of a product; the number only where the title does not already say it. */
export function product(title: string, material: string): string {
  return title.includes(material) ? title : `${title} · ${material}`;
}
