"""`python -m tests.faults` writes the fault table into docs/reliability.md."""

from .table import PAGE, with_table

PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
