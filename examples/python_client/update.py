"""Writes one value of a customer, first as a dry run: `python update.py http://127.0.0.1:8000/graphql fortnox`"""

import asyncio
import sys

import gateway_client as api

INPUTS = {  # the one member of the change, typed; None clears
    "bookmore": lambda text: api.BookmoreCustomerInput(phone_numbers=[{"type": "BUSINESS", "number": text}]),
    "fortnox": lambda text: api.FortnoxCustomerInput(notes=text),
    "lexware_office": lambda text: api.LexwareOfficeCustomerInput(notes=text),
}


async def main(url: str, member: str = "fortnox", text: str = "+46 90 10 20 30") -> None:
    async with api.Client(url) as client:
        listed = (await client.first_customer(f"sandbox-{member.replace('_', '-')}")).customers.nodes[0]
        customer = (await client.customer(listed.id)).customer
        change = api.CustomerChange(**{member: INPUTS[member](text or None)})
        by = api.CustomerBy(id=listed.id)
        wanted = api.UpdateCustomerInput(customer=by, change=change, expected_version=customer.version)
        for word, dry_run in (("would change", True), ("changed", False)):
            payload = (await client.update_customer(wanted.model_copy(update={"dry_run": dry_run}))).update_customer
            for error in payload.errors:
                sys.exit(f"{error.code}: {error.message}")
            for item in payload.changes:
                sys.stdout.write(
                    f"{customer.company_name}: {word} {item.path} from {item.before!r} to {item.after!r}\n"
                )


asyncio.run(main(*sys.argv[1:]))
