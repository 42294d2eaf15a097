// Imported before anything of Monaco, which asks for workers as soon as an editor exists.
const OWN_WORKER = new Set(['graphql', 'json']);

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = OWN_WORKER.has(label) ? label : 'editor';
    return new Worker(new URL(`${name}.worker.js`, import.meta.url));
  },
};
