/** `addresses[BILLING].city` as [{ name: 'addresses', key: 'BILLING' }, { name: 'city', key: null }]. */
export function stepsOf(path) {
  return path.split('.').map((part) => {
    const [, name, key = null] = /^([^[]+)(?:\[(.+)\])?$/.exec(part);
    return { name, key };
  });
}

/** The same path without the types and places of list entries: `addresses.city`. */
export function plainPath(steps) {
  return steps.map(({ name }) => name).join('.');
}

/** The path as people read it. */
export function printPath(steps) {
  return steps.map(({ name, key }) => (key === null ? name : `${name}[${key}]`)).join('.');
}

/** Whether a path is the other one or lies below it; everything lies below the empty path. */
export function isWithin(path, parent) {
  return parent === '' || path === parent || path.startsWith(`${parent}.`);
}
