"""Writes a note on a Fortnox customer, first as a dry run. `python update.py http://127.0.0.1:8000/graphql`"""

import asyncio
import sys

from gateway_client import Client, CustomerBy, CustomerChange, FortnoxCustomerInput, UpdateCustomerInput


async def main(url: str, connection: str = "sandbox-fortnox", notes: str = "Please ring twice.") -> None:
    async with Client(url) as client:
        listed = (await client.first_customer(connection)).customers.nodes[0]
        customer = (await client.customer(listed.id)).customer
        wanted = UpdateCustomerInput(
            customer=CustomerBy(id=listed.id),
            change=CustomerChange(fortnox=FortnoxCustomerInput(notes=notes or None)),  # None clears
            expected_version=customer.version,
        )
        for word, dry_run in (("would change", True), ("changed", False)):
            payload = (await client.update_customer(wanted.model_copy(update={"dry_run": dry_run}))).update_customer
            for error in payload.errors:
                sys.exit(f"{error.code}: {error.message}")
            for change in payload.changes:
                line = f"{customer.company_name}: {word} {change.path} from {change.before!r} to {change.after!r}"
                sys.stdout.write(line + "\n")


asyncio.run(main(*sys.argv[1:]))
