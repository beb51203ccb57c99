"""The defect report of an import as a file: CSV for people, JSON for programs."""

import csv
import json
from pathlib import Path
from typing import Any

from catalog.exchange.defects import Finding
from catalog.exchange.importing import Result

_COLUMNS = ("line", "defect", "meaning", "title", "department", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def summary(result: Result) -> dict[str, Any]:
    """Counts of the import and of each kind of defect."""
    return {
        "counts": result.counts(),
        "defects": {str(kind): number for kind, number in result.report.counts().items()},
    }


def write(result: Result, path: Path) -> None:
    """Write every finding to ``path``: JSON by its ending, CSV (UTF-8 with BOM) otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".json":
        content = summary(result) | {
            "departments_added": result.departments_added,
            "findings": [_row(finding) for finding in result.report.findings],
        }
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.DictWriter(stream, _COLUMNS)
        table.writeheader()
        for finding in result.report.findings:
            table.writerow({name: _safe(value) for name, value in _row(finding).items()})


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "defect": str(finding.defect),
        "meaning": str(finding.defect.label),
        "title": finding.title,
        "department": finding.department,
        "value": finding.value,
    }


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
