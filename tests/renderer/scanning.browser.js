globalThis.scanLikeAKeyboard = (text) => {
  const press = (key) => {
    for (const type of ['keydown', 'keyup'])
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent(type, { key, code: `Key${key}`, bubbles: true, cancelable: true }),
      );
  };
  for (const key of text) press(key);
  press('Enter');
};
