"""The support matrix in its forms: text for the docs, a page, JSON, CSV. All from the connectors' facts."""

from .export import to_csv, to_json
from .markdown import short, to_credentials, to_markdown, to_summary
from .matrix import build_matrix
from .page import to_page

__all__ = ["build_matrix", "short", "to_credentials", "to_csv", "to_json", "to_markdown", "to_page", "to_summary"]
