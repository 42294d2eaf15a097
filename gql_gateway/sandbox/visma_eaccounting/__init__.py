"""The stand-in for Visma eAccounting (Spiris Bokföring & Fakturering), API V2, with its identity host."""

from .service import VismaEaccountingSimulator

__all__ = ["VismaEaccountingSimulator"]
