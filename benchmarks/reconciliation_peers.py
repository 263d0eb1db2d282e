"""What others need for the same two sides: run by `bench reconciliation` in a venv of its own.

Takes the folder of `ours.parquet`, `theirs.parquet` and `truth.parquet`; prints one JSON object.
Only the comparison is timed: the rows are there, each peer has them in its own form.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import datacompy
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

TERMS = ["currency", "isin", "side", "quantity", "price", "day", "settle"]


def _recall(pairs: pd.DataFrame, truth: pd.DataFrame) -> float:
    wanted = truth[truth["case"] != "TWICE"]
    return len(pairs.merge(truth, on=["ours", "theirs"]).drop_duplicates("theirs")) / len(wanted)


def _datacompy(ours: pd.DataFrame, theirs: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    """Compare by reference, amounts within a cent; what is equal in every column counts."""
    left, right = ours.drop(columns="id"), theirs.drop(columns="id")
    began = perf_counter()
    compared = datacompy.PandasCompare(left, right, join_columns="reference", abs_tol=100)
    compared.matches()
    seconds = perf_counter() - began
    by_reference = ours.merge(theirs, on="reference", suffixes=("", "_theirs"))
    near = (by_reference["amount"] - by_reference["amount_theirs"]).abs() <= 100
    for name in TERMS:
        near &= by_reference[name] == by_reference[f"{name}_theirs"]
    pairs = by_reference[near].rename(columns={"id": "ours", "id_theirs": "theirs"})
    return {
        "datacompy_seconds": round(seconds, 3),
        "datacompy_recall": round(_recall(pairs[["ours", "theirs"]], truth), 5),
    }


def _splink(ours: pd.DataFrame, theirs: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    """Train on the same rows, then predict: pairs of one reference, or of the same terms."""
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[
            block_on("reference"),
            block_on("isin", "side", "quantity", "price", "day"),
        ],
        comparisons=[
            cl.LevenshteinAtThresholds("reference", [1, 2]),
            *[cl.ExactMatch(name) for name in ("isin", "side", "quantity", "price")],
            cl.ExactMatch("amount"),
            cl.ExactMatch("settle"),
        ],
    )
    api = DuckDBAPI()
    began = perf_counter()
    frames = [api.register(ours, table_name="ours"), api.register(theirs, table_name="theirs")]
    linker = Linker(frames, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("reference")], recall=0.95
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("reference"))
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("isin", "quantity", "price")
    )
    found = linker.inference.predict(threshold_match_probability=0.9).as_pandas_dataframe()
    seconds = perf_counter() - began
    pairs = found.rename(columns={"id_l": "ours", "id_r": "theirs"})[["ours", "theirs"]]
    return {
        "splink_seconds": round(seconds, 3),
        "splink_recall": round(_recall(pairs, truth), 5),
    }


def main() -> None:
    """Read the rows and say what both peers came to."""
    folder = Path(sys.argv[1])
    ours, theirs, truth = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("ours", "theirs", "truth")
    )
    print(json.dumps(_datacompy(ours, theirs, truth) | _splink(ours, theirs, truth)))


if __name__ == "__main__":
    main()
