"""A ready operation for a connection: what the sandbox prints and GraphiQL opens with."""

from __future__ import annotations

import json

from .connectors.base import Connector
from .gateway import camel

_HARMLESS = {
    "notes": ("notes", "Please ring twice."),
    "phoneNumbers[BUSINESS].number": ("phoneNumbers", [{"type": "BUSINESS", "number": "+46 90 10 20 30"}]),
    "companyName": ("companyName", "Renamed in the sandbox"),
}


def update_operation(connector: Connector, connection_id: str, native_id: str) -> str:
    """A mutation that changes one harmless value of a customer, and shows everything an answer has."""
    writable = {leaf.path for leaf in connector.table.leaves}
    name, value = next(example for path, example in _HARMLESS.items() if path in writable)
    member = camel(connector.manifest.name)
    return f"""mutation Update{member[0].upper()}{member[1:]} {{
  updateCustomer(
    input: {{
      customer: {{
        native: {{
          connectionId: {json.dumps(connection_id)}
          nativeId: {json.dumps(native_id)}
        }}
      }}
      change: {{
        {member}: {{
          {name}: {_literal(value)}
        }}
      }}
      dryRun: false
    }}
  ) {{
    customer {{ id version companyName }}
    changes {{ path before after }}
    requests {{ step writes method path status body }}
    warnings {{ code message path }}
    errors {{ __typename code message path }}
  }}
}}
"""


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name}: {_field(name, inner)}" for name, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _field(name: str, value: object) -> str:
    return str(value) if name == "type" else _literal(value)
