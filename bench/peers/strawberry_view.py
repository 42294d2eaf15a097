"""The gateway's own schema behind Strawberry's ASGI view, as its documentation shows it: without caches.

`python -m bench.peers.strawberry_view` takes port, database and keys from `GATEWAY_*`, as `gql-gateway serve` does.
Everything below the resolvers is the product's: the difference is what parsing, validating and serving cost.
"""

from __future__ import annotations

from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

from gql_gateway import logs
from gql_gateway.app import Running, running
from gql_gateway.model.caller import LOCAL
from gql_gateway.schema.build import build_schema
from gql_gateway.schema.context import Context
from gql_gateway.settings import Settings
from gql_gateway.storage.secrets import SecretBox


class View(GraphQL[Context, None]):
    parts: Running

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(self.parts.gateways.of(LOCAL.tenant), LOCAL, "")


def main() -> None:
    settings = Settings()
    logs.set_up(settings.log_level, settings.log_format)
    box = SecretBox.from_text(settings.secret_keys.get_secret_value())
    view = View(build_schema())

    async def serve() -> None:
        async with running(settings, box) as parts:
            view.parts = parts
            app = Starlette(routes=[Route("/graphql", view)])
            await uvicorn.Server(
                uvicorn.Config(
                    app, port=settings.port, loop="uvloop", http="httptools", access_log=False, log_config=None
                )
            ).serve()

    import uvloop

    uvloop.run(serve())


if __name__ == "__main__":
    main()
