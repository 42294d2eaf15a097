// The filter and the details of /support. Everything it shows stands in the page already; gql_gateway/support/choice.py
// finds the same fields for /support.csv and /support.json.
const byId = (id) => document.getElementById(id);
const form = byId('filter');
const details = byId('details');
const columns = [...document.querySelectorAll('#matrix thead th[data-name]')].map((head, index) => ({
  head,
  index,
  name: head.dataset.name,
  words: `${head.dataset.name} ${head.textContent}`,
}));
const rows = [...document.querySelectorAll('#matrix tbody tr[id]')].map((row) => ({
  row,
  cells: [...row.cells].slice(1).map((cell, index) => {
    const link = cell.querySelector('a');
    return {
      cell,
      mark: cell.dataset.mark ?? '',
      writable: cell.classList.contains('w'),
      text: link ? `${row.id} ${link.title} ${columns[index].words}`.toLowerCase() : null,
    };
  }),
}));

/** What the form asks for, as the query of the page's address and of the downloads. */
function asked() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() !== '' && value !== 'all') query.append(name, value.trim());
  }
  return query;
}

function isMeant(cells, words, only) {
  if (!cells.some(({ text }) => text !== null && words.every((word) => text.includes(word)))) return false;
  if (only === 'gaps') return cells.some(({ writable }) => !writable);
  if (only === 'different') return new Set(cells.map(({ mark }) => mark)).size > 1;
  return true;
}

function apply() {
  const query = asked();
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const names = query.getAll('integration');
  const chosen = columns.filter(({ name }) => names.length === 0 || names.includes(name));
  const shown = new Set(chosen.map(({ index }) => index));
  let count = 0;
  for (const { row, cells } of rows) {
    row.hidden = !isMeant(chosen.map(({ index }) => cells[index]), words, query.get('only'));
    if (!row.hidden) count += 1;
    cells.forEach(({ cell }, index) => { cell.hidden = !shown.has(index); });
  }
  for (const { head, index, name } of columns) {
    head.hidden = !shown.has(index);
    byId(name).hidden = head.hidden;
  }
  for (const part of document.querySelectorAll('#matrix tbody')) part.hidden = !part.querySelector('tr[id]:not([hidden])');
  for (const part of document.querySelectorAll('tr.part th')) part.colSpan = chosen.length + 1;

  const search = query.size > 0 ? `?${query}` : '';
  byId('csv').href = `/support.csv${search}`;
  byId('json').href = `/support.json${search}`;
  byId('scope').textContent = search === '' ? 'of all fields' : 'of the fields shown';
  byId('count').textContent = `${count} of ${rows.length} fields`;
  return search;
}

function take(query) {
  form.elements.q.value = query.get('q') ?? '';
  form.elements.only.value = ['gaps', 'different'].includes(query.get('only')) ? query.get('only') : 'all';
  const names = query.getAll('integration').map((name) => name.toLowerCase().replaceAll('-', '_'));
  for (const box of form.querySelectorAll('[name=integration]')) box.checked = names.includes(box.value);
}

function changed() {
  history.replaceState(null, '', `${location.pathname}${apply()}${location.hash}`);
}

/** The details of a cell named by the address, or the field's row, also when the filter hid it. */
function visit() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id === '' ? null : byId(id);
  if (details.open) details.close();
  if (target?.closest('[hidden]') && target.closest('main')) {
    take(new URLSearchParams());
    changed();
    target.scrollIntoView();
  }
  if (target?.classList.contains('entry')) show(target, id);
}

function show(entry, id) {
  const [name, path] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  byId('title').textContent = path;
  const shown = byId('shown');
  shown.replaceChildren(line('Integration', document.createTextNode(byId(name).querySelector('h3').textContent)));
  if (entry.cells) {
    const [, level, native, type, facts] = entry.cells;
    const words = level.textContent === 'W' ? 'read and update' : 'read only';
    shown.append(line('Level', document.createTextNode(words)), line('Native', ...copies(native)), line('Type', ...copies(type)));
    for (const fact of facts.querySelectorAll('dt')) shown.append(line(fact.textContent, ...copies(fact.nextElementSibling)));
  } else {
    shown.append(line('Not written', document.createTextNode(entry.querySelector('span').textContent)));
  }
  details.showModal();
}

function line(label, ...content) {
  const [row, term, words] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
  term.textContent = label;
  words.append(...(content.length > 0 ? content : ['–']));
  row.append(term, words);
  return row;
}

function copies(element) {
  return [...element.childNodes].map((node) => node.cloneNode(true));
}

form.addEventListener('input', changed);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => setTimeout(changed));
byId('matrix').addEventListener('click', (event) => {
  const link = event.target.closest('td a');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // the matrix stays where it is, and the focus on the cell
  history.pushState(null, '', link.hash);
  visit();
});
details.addEventListener('close', () => {
  if (byId(decodeURIComponent(location.hash.slice(1)))?.classList.contains('entry')) {
    history.replaceState(null, '', location.pathname + location.search);
  }
});
details.addEventListener('click', (event) => { if (event.target === details) details.close(); });
addEventListener('hashchange', visit);

form.hidden = false;
take(new URLSearchParams(location.search));
apply();
visit();
