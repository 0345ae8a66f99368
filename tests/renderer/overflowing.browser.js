(() => {
  const bad = [];
  const words = (element) => (element.textContent ?? '').trim().slice(0, 60);
  for (const element of document.querySelectorAll('button, b, small, h1, h2, p, span, td')) {
    if (element.closest('.visually-hidden, .scroll, figure')) continue;
    if (getComputedStyle(element).textOverflow === 'ellipsis') continue;
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 2)
      bad.push(`too wide ${element.tagName}.${element.className}: ${words(element)}`);
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1))
      bad.push(`off screen ${element.tagName}.${element.className}: ${words(element)}`);
  }
  for (const element of document.querySelectorAll('.cut'))
    if (element.scrollWidth > element.clientWidth + 1) bad.push(`cut: ${words(element)}`);
  return bad;
})();
