"""党建“回头看” inspections in the terminal: checklist to visit to findings to 通报."""

__version__ = "0.1.0"
