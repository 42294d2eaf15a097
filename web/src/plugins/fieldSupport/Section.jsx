import { useId } from 'react';

/** A part of the pane with a heading that names it. */
export function Section({ title, children }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="field-support-section">
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

/** A path in code's letters that breaks between its words. */
export function Path({ children }) {
  const parts = String(children).split(/(?<=[.\]_])|(?=\[)|(?<=[a-z0-9])(?=[A-Z])/);
  return (
    <code>
      {parts.map((part, at) => (
        <span key={at}>
          {part}
          <wbr />
        </span>
      ))}
    </code>
  );
}

export function Empty({ children }) {
  return <p className="field-support-empty">{children}</p>;
}
