const CHARACTERS = new Intl.NumberFormat('en');

/** What the gateway would say against a value, as far as the facts alone tell; an empty list when they say nothing. */
export function problemsOf(row, value) {
  if (value === null) return row.clear === 'NEVER' ? ['null is refused here'] : [];
  const said = [];
  if (typeof value === 'string') said.push(...problemsOfText(row, value));
  if (row.options && isWord(value) && !row.options.includes(value))
    said.push(`not one of its ${row.options.length} options`);
  return said;
}

function problemsOfText({ maxLength, minLength, pattern, options }, text) {
  if (text === '') return ['an empty text is refused; null clears'];
  const said = [];
  const length = [...text].length;
  if (maxLength && length > maxLength) said.push(`${CHARACTERS.format(length)} characters are too many`);
  if (minLength && length < minLength) said.push(`${CHARACTERS.format(length)} characters are too few`);
  if (pattern && !options && !matches(pattern, text)) said.push('not of its form');
  return said;
}

function isWord(value) {
  return typeof value === 'string' || typeof value === 'boolean';
}

/** Whether the whole text has the form. A pattern that JavaScript cannot read is left to the gateway. */
export function matches(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true;
  }
}
