import { useEffect, useId, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { Form } from './Form.jsx';
import { companiesOf, customersOf, readCustomer, reading, start } from './gateway.js';
import './style.css';

/** Connection, company where one is needed, customer: then its form. */
function App() {
  const [schema, setSchema] = useState(null);
  const [connection, setConnection] = useState(null);
  const [companies, setCompanies] = useState(null);
  const [customers, setCustomers] = useState(null);
  const [open, setOpen] = useState(null);
  const [failure, setFailure] = useState(null);
  const attempt = (promise) => { setFailure(null); promise.catch((error) => setFailure(error.message)); };
  useEffect(() => attempt(start().then(setSchema)), []);

  const integration = schema?.integrations.get(connection?.integration);
  async function chooseConnection(id) {
    const chosen = schema.connections.find((item) => item.id === id);
    setConnection(chosen);
    setCompanies(null);
    setCustomers(null);
    setOpen(null);
    if (schema.integrations.get(chosen.integration).companyRequired && chosen.companyId === null) setCompanies(await companiesOf(id));
    else setCustomers(await customersOf(id));
  }
  async function chooseCompany(companyId) {
    setOpen(null);
    setCustomers(await customersOf(connection.id, companyId));
  }
  async function chooseCustomer(id) {
    setOpen(null);
    const what = reading(schema, integration);
    const customer = await readCustomer(what.fragment, id);
    setOpen({ what, customer });
  }

  return (
    <main>
      <h1>Change a customer</h1>
      {failure && <p className="outcome bad" role="alert">{failure}</p>}
      {schema === null ? !failure && <p>Asking the gateway …</p> : (
        <div className="chooser">
          <Chooser
            label="Connection"
            options={schema.connections.map(({ id, integration: name }) => [id, `${id} (${schema.integrations.get(name).label})`])}
            onChoose={(id) => attempt(chooseConnection(id))}
          />
          {companies && <Chooser label="Company" options={companies.filter(({ unfit }) => !unfit).map(({ id, name }) => [id, name ?? id])} onChoose={(id) => attempt(chooseCompany(id))} />}
          {customers && <Chooser key={connection.id} label="Customer" options={customers.map(({ id, companyName, number, nativeId }) => [id, `${companyName ?? '(no name)'} · ${number ?? nativeId}`])} onChoose={(id) => attempt(chooseCustomer(id))} />}
        </div>
      )}
      {open && <Form key={open.customer.id + open.customer.version} schema={schema} integration={integration} reading={open.what} opened={open.customer} />}
    </main>
  );
}

function Chooser({ label, options, onChoose }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} defaultValue="" onChange={(event) => onChoose(event.target.value)}>
        <option value="" disabled>Choose …</option>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </div>
  );
}

createRoot(document.getElementById('app')).render(<App />);
