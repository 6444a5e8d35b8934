"""The size law of the house: small functions, small files, few parameters, enough tests. Prints and fails."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "agents", "iac")
FILE_MOST, FUNCTION_MOST, PARAMETERS_MOST = 300, 50, 5
FUNCTION_MEDIAN, FUNCTION_P95, FILE_MEDIAN = 7, 25, 90
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines from the signature to the end, without the docstring."""
    first = function.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    doc = (first.end_lineno or 0) - first.lineno + 1 if is_doc else 0
    return (function.end_lineno or 0) - function.lineno + 1 - doc


def parameters(function: Function) -> int:
    args = function.args
    names = [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def code_lines(path: Path) -> int:
    return sum(1 for line in path.read_text().splitlines() if line.strip() and not line.strip().startswith("#"))


def main() -> int:
    code = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))
    tests = sorted((ROOT / "tests").rglob("*.py"))
    faults = [
        f"{p.relative_to(ROOT)}: {lines(p)} lines, at most {FILE_MOST}" for p in [*code, *tests] if lines(p) > FILE_MOST
    ]
    lengths = []
    for path in code:
        for function in functions(path):
            size = length(function)
            lengths.append(size)
            where = f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
            if size > FUNCTION_MOST:
                faults.append(f"{where}: {size} lines, at most {FUNCTION_MOST}")
            if parameters(function) > PARAMETERS_MOST:
                faults.append(f"{where}: {parameters(function)} parameters, at most {PARAMETERS_MOST}")
    median, p95 = statistics.median(lengths), sorted(lengths)[int(len(lengths) * 0.95)]
    files = statistics.median(lines(p) for p in code if p.stat().st_size)
    if median > FUNCTION_MEDIAN or p95 > FUNCTION_P95:
        faults.append(f"functions: median {median}, p95 {p95}; the law says {FUNCTION_MEDIAN} and {FUNCTION_P95}")
    if files > FILE_MEDIAN:
        faults.append(f"files: median {files} lines; the law says {FILE_MEDIAN}")
    ratio = sum(map(code_lines, tests)) / sum(map(code_lines, code))
    print(f"functions: median {median:g}, p95 {p95} lines; files: median {files:g} lines; test : code {ratio:.2f}")
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
