import './pane.css';

import { Pane } from './Pane.jsx';

/** Integrations across, fields down. */
function FieldSupportIcon() {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <rect x="1.75" y="2.25" width="12.5" height="11.5" rx="1.5" />
      <path d="M1.75 6h12.5M6.25 2.25v11.5M8.5 9.75l1.25 1.25 2.25-2.5" />
    </svg>
  );
}

export const FIELD_SUPPORT_PLUGIN = { title: 'Field support', icon: FieldSupportIcon, content: Pane };
