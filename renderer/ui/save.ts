/** Gives a file to the person: the browser's download. */
export function save(name: string, content: Blob | string, type: string): void {
  const address = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by the next turn; a minute is for slow disks.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
