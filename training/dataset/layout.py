"""Labels of pictures, and the parts that an artefact can be evaluated on."""

from service.contract.layouts.label import Label

__all__ = ["PARTS", "Label"]

PARTS = ("test", "report", "choice", "calibration", "all", "site_report", "site_choice", "site")
"""What an artefact can be evaluated on: the sealed pictures, a part of the split, all but the sealed ones, a half
of the second set or the whole of it."""
