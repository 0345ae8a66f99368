/** What must hold of the message catalogue; used by the build and by the catalogue's test. */
import { readFileSync } from 'node:fs';

export type Catalogue = Readonly<Record<string, string>>;
export interface Catalogues {
  readonly en: Catalogue;
  readonly de: Catalogue;
}

/** `messages`: of the station and of what both apps share; `plant-messages`: of the plant view alone. */
export type CatalogueName = 'messages' | 'plant-messages';

export function readCatalogues(name: CatalogueName = 'messages'): Catalogues {
  const read = (language: string): Catalogue =>
    JSON.parse(readFileSync(new URL(`./${name}/${language}.json`, import.meta.url), 'utf8')) as Catalogue;
  return { en: read('en'), de: read('de') };
}

/** Names between braces, sorted, each once. */
export function placeholders(message: string): readonly string[] {
  return [...new Set([...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].toSorted();
}

/** Keys of one language that the other lacks, empty messages, and placeholders that differ; empty when all is well. */
export function catalogueFaults({ en, de }: Catalogues): readonly string[] {
  const faults: string[] = [];
  for (const key of Object.keys(en)) if (!(key in de)) faults.push(`${key}: missing in de.json`);
  for (const key of Object.keys(de)) if (!(key in en)) faults.push(`${key}: missing in en.json`);
  for (const [key, english] of Object.entries(en)) {
    const german = de[key];
    if (german === undefined) continue;
    if (english.trim() === '') faults.push(`${key}: empty in en.json`);
    if (german.trim() === '') faults.push(`${key}: empty in de.json`);
    const [inEnglish, inGerman] = [placeholders(english).join(' '), placeholders(german).join(' ')];
    if (inEnglish !== inGerman) faults.push(`${key}: en.json uses {${inEnglish}}, de.json uses {${inGerman}}`);
  }
  return faults;
}
