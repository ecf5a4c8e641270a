"""Node and link tables (CSV): which column means what, and numbers that are numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from networks.errors import InputError
from networks.readers.files import existing_file
from networks.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    import pandas as pd

    from networks.raw import Bools, Floats, Ints

__all__ = ["CSV_ENDINGS", "Table", "load_csv", "match_nodes"]

CSV_ENDINGS: Final = (".csv", ".csv.gz", ".csv.bz2", ".csv.xz", ".csv.zip")
_TRUE: Final = frozenset({"1", "1.0", "true", "t", "yes", "y"})
_FALSE: Final = frozenset({"0", "0.0", "false", "f", "no", "n", ""})


@dataclass(frozen=True)
class Table:
    """A table with the meaning of its columns.

    Parameters
    ----------
    frame
        The rows.
    column_of
        Column of each known term; terms that the table lacks are left out.
    file
        Where it is from, for errors.
    first_line
        Line of the first row in the file, for errors: 2 below a CSV's header.
    """

    frame: pd.DataFrame
    column_of: Mapping[str, str]
    file: Path | None
    first_line: int = 2

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        usual: Mapping[str, Sequence[str]],
        columns: Mapping[str, str] | None,
        *,
        file: Path | None,
        needed: Sequence[str] = (),
        first_line: int = 2,
    ) -> Table:
        """Give columns their meaning.

        Parameters
        ----------
        frame
            The rows.
        usual
            Usual names of each term's column, tried in order, in any case of letters.
        columns
            The user's own names by term; these come first.
        file
            Where it is from.
        needed
            Terms without which the table is of no use.
        first_line
            Line of the first row.

        Raises
        ------
        InputError
            For a term that does not exist, a column that is not there, an empty table.
        """
        present = [str(name) for name in frame.columns]
        lower = {name.lower(): name for name in reversed(present)}
        column_of: dict[str, str] = {}
        for term, names in usual.items():
            known = next((lower[name.lower()] for name in names if name.lower() in lower), None)
            if known is not None:
                column_of[term] = known
        for term, name in (columns or {}).items():
            if term not in usual:
                raise InputError(
                    f"{term!r} is no meaning of a column{did_you_mean(term, usual)}",
                    file=file,
                    place="columns",
                    mend=f"use {', '.join(usual)}",
                )
            if name not in present:
                raise InputError(
                    f"column {name!r} is missing{did_you_mean(name, present)}",
                    file=file,
                    place=f"columns.{term}",
                    mend=f"it has {', '.join(present)}",
                )
            column_of[term] = name
        for term in needed:
            if term not in column_of:
                hint = next((h for n in usual[term] if (h := did_you_mean(n, present))), "")
                raise InputError(
                    f"there is no column for {term!r}{hint}",
                    file=file,
                    place="columns",
                    mend=f"it has {', '.join(present)}: say which one, as in "
                    f'columns = {{ {term} = "{present[0] if present else "..."}" }}',
                )
        if not len(frame):
            raise InputError("the table is empty", file=file, mend="give it at least one row")
        return cls(frame, column_of, file, first_line)

    def has(self, term: str) -> bool:
        """Whether there is a column for a term."""
        return term in self.column_of

    def column(self, term: str) -> pd.Series:
        """Values of a term as they stand."""
        return self.frame[self.column_of[term]]

    def numbers(self, term: str, factor: float = 1.0) -> Floats | None:
        """Numbers of a term, NaN where empty, None without such a column.

        Raises
        ------
        InputError
            If a value is no number.
        """
        import pandas as pd

        if not self.has(term):
            return None
        values = self.column(term)
        numbers = pd.to_numeric(values, errors="coerce")
        wrong = numbers.isna() & values.notna() & ~_blank(values)
        if wrong.any():
            row = int(np.flatnonzero(wrong.to_numpy())[0])
            raise InputError(
                f"{str(values.iloc[row])!r} is not a number",
                file=self.file,
                place=self.place(term, row),
                mend="give a number, or leave it empty",
            )
        out: Floats = numbers.to_numpy(np.float64, na_value=np.nan)
        return out if factor == 1.0 else out * factor

    def positive(self, term: str, factor: float = 1.0, *, zero: bool = True) -> Floats | None:
        """Numbers of a term that cannot be negative (nor zero, if so stated).

        Raises
        ------
        InputError
            If one is.
        """
        values = self.numbers(term, factor)
        if values is None:
            return None
        wrong = (values < 0.0) if zero else (values <= 0.0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{values[row] / factor:g} cannot be",
                file=self.file,
                place=self.place(term, row),
                mend="give a positive number, or leave it empty",
            )
        return values

    def integers(self, term: str) -> Ints | None:
        """Whole numbers of a term, 0 where empty, None without such a column."""
        values = self.numbers(term)
        return None if values is None else np.nan_to_num(values).astype(np.int64)

    def truth(self, term: str) -> Bools | None:
        """Yes or no of a term; empty is no. None without such a column.

        Raises
        ------
        InputError
            If a value is neither.
        """
        if not self.has(term):
            return None
        values = self.column(term)
        texts = values.where(values.notna(), "").astype(str).str.strip().str.lower()
        yes = texts.isin(_TRUE).to_numpy(np.bool_)
        wrong = np.flatnonzero(~yes & ~texts.isin(_FALSE).to_numpy(np.bool_))
        if len(wrong):
            raise InputError(
                f"{values.iloc[wrong[0]]!r} is neither yes nor no",
                file=self.file,
                place=self.place(term, int(wrong[0])),
                mend="use 1 or 0",
            )
        return yes

    def place(self, term: str, row: int) -> str:
        """Where a value stands: line and column."""
        return f"line {row + self.first_line}, column {self.column_of[term]!r}"


def _blank(values: pd.Series) -> pd.Series:
    return values.astype(str).str.strip().str.lower().isin(["", "nan"])


def load_csv(path: str | PathLike[str], text: Sequence[str] = ()) -> tuple[pd.DataFrame, Path]:
    """Load a CSV table, compressed or not, UTF-8 or GB 18030.

    Parameters
    ----------
    path
        The file.
    text
        Columns to take as text whatever they hold, in any case of letters.

    Raises
    ------
    InputError
        If it is absent, empty or no CSV.
    """
    place = existing_file(path, CSV_ENDINGS)
    try:
        return _load(place, "utf-8-sig", text), place
    except UnicodeDecodeError:
        try:
            return _load(place, "gb18030", text), place
        except UnicodeDecodeError as error:
            raise InputError(
                "its characters are neither UTF-8 nor GB 18030", file=place, mend="save as UTF-8"
            ) from error


def _load(place: Path, encoding: str, text: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    wanted = {name.lower() for name in text}
    # Numbers must read back to the bit; from 3.1 on pandas does so by itself.
    old = tuple(int(part) for part in pd.__version__.split(".")[:2]) < (3, 1)
    exact: dict[str, Any] = {"float_precision": "round_trip"} if old else {}
    try:
        header = pd.read_csv(place, encoding=encoding, nrows=0)
        table: pd.DataFrame = pd.read_csv(
            place,
            encoding=encoding,
            dtype={name: str for name in header.columns if str(name).lower() in wanted},
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
            **exact,
        )
    except pd.errors.EmptyDataError as error:
        raise InputError(
            "the table is empty", file=place, mend="give it a header and at least one row"
        ) from error
    except (pd.errors.ParserError, OSError, EOFError) as error:
        raise InputError(
            f"it cannot be read as CSV ({_csv_reason(error)})",
            file=place,
            mend="save it as CSV again",
        ) from error
    return table


def _csv_reason(error: Exception) -> str:
    """Say why pandas could not read a table, in words of our own."""
    fields = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if fields is not None:
        return f"line {fields[2]} has {fields[3]} fields, the header {fields[1]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is damaged"


def match_nodes(nodes: Table, links: Table) -> tuple[Ints, Ints, Ints]:
    """Node ids, and the two ends of each link, as whole numbers.

    Ids that are not whole numbers are numbered in the order of the nodes.

    Returns
    -------
    node_id, tail, head
        int64[n], int64[s], int64[s].

    Raises
    ------
    InputError
        If a node occurs twice or a link leads to a node that does not exist.
    """
    import pandas as pd

    ids = _id_texts(nodes.column("node"))
    index = pd.Index(ids)
    if index.has_duplicates:
        row = int(np.flatnonzero(index.duplicated())[0])
        raise InputError(
            f"node {ids[row]} occurs more than once",
            file=nodes.file,
            place=nodes.place("node", row),
            mend="give every node one row",
        )
    ends = []
    for term in ("from", "to"):
        rows = index.get_indexer(pd.Index(_id_texts(links.column(term))))
        unknown = np.flatnonzero(rows < 0)
        if len(unknown):
            row = int(unknown[0])
            raise InputError(
                f"node {_id_texts(links.column(term))[row]!r} is not among the nodes "
                f"({len(unknown)} such links)",
                file=links.file,
                place=links.place(term, row),
                mend="add the node, or leave the link out",
            )
        ends.append(rows.astype(np.int64))
    numbers = pd.to_numeric(pd.Series(ids), errors="coerce").to_numpy(np.float64)
    whole = bool(np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all())
    node_id = (
        np.array([int(float(one)) if "." in one else int(one) for one in ids], dtype=np.int64)
        if whole
        else np.arange(len(ids), dtype=np.int64)
    )
    return node_id, node_id[ends[0]], node_id[ends[1]]


def _id_texts(ids: pd.Series) -> list[str]:
    if ids.dtype.kind == "f":
        whole = ids.dropna()
        if (whole == np.floor(whole)).all():
            return ["" if one != one else str(int(one)) for one in ids]  # noqa: PLR0124 - NaN
    return [str(one).strip() for one in ids.tolist()]
