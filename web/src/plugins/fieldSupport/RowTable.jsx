import { Level } from './Level.jsx';

/** A table of two columns: a name with its level, and the facts. */
export function RowTable({ heads, caption = null, children }) {
  return (
    <table className="field-support-rows">
      {caption && <caption>{caption}</caption>}
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** A row of it. */
export function FactRow({ level, name, isWrong = false, children }) {
  return (
    <tr className={isWrong ? 'field-support-wrong' : undefined}>
      <th scope="row">
        <Level level={level} /> {name}
      </th>
      <td>{children}</td>
    </tr>
  );
}
