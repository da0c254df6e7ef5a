"""Links CSV files with Splink on DuckDB, as its documentation suggests, and says how good the links are.

python splink_model.py JOB.json: prints one line of JSON. What the job holds is said at `Job` of against-splink.bench.ts. The
clock stops before the truth is read.
"""

import json
import logging
import resource
import sys
import time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.getLogger("splink").setLevel(logging.ERROR)

SEED = 1
# Splink's documentation: 1e7 is often adequate, 1e9 is best.
RANDOM_PAIRS = 1e8
# Enough pairs for each session of training; more took longer and changed no figure by more than 0.001.
TRAINING_PAIRS = 5e6


def clean(column: str) -> str:
    """A text without case and outer space; missing if nothing is left."""
    return f"nullif(lower(trim(f.{column})), '')"


class Households:
    """Two files of invented households, with names: children and adults are never compared."""

    def __init__(self, nhs_number: bool) -> None:
        self.link_type = "link_and_dedupe"
        self.unique_id = "id"
        self.nhs_number = nhs_number
        self.columns = {
            "role": clean("role"),
            # "Baby" is no name.
            "given_name": f"nullif({clean('given_name')}, 'baby')",
            "surname": clean("surname"),
            "birth_date": clean("birth_date"),
            "gender": clean("gender"),
            "postcode": "nullif(upper(trim(f.postcode)), '')",
            "email": clean("email"),
            "mobile": clean("mobile"),
            "nhs_number": clean("nhs_number"),
            "full_name": f"nullif({clean('given_name')}, 'baby') || ' ' || {clean('surname')}",
        }
        self.comparisons = [
            cl.ForenameSurnameComparison(
                "given_name", "surname", forename_surname_concat_col_name="full_name"
            ),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.PostcodeComparison("postcode").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
            cl.DamerauLevenshteinAtThresholds("mobile", [1]).configure(
                term_frequency_adjustments=True
            ),
            cl.ExactMatch("gender"),
        ]
        self.blocking = [
            block_on("role", "email"),
            block_on("role", "mobile"),
            block_on("role", "birth_date", "given_name"),
            block_on("role", "birth_date", "surname"),
            block_on("role", "birth_date", "postcode"),
            block_on("role", "postcode", "given_name"),
            block_on("role", "postcode", "surname"),
            block_on("role", "given_name", "surname", "substr(birth_date, 1, 4)"),
            block_on("role", "given_name", "surname", "substr(birth_date, 6)"),
        ]
        if nhs_number:
            self.comparisons.append(cl.DamerauLevenshteinAtThresholds("nhs_number", [1]))
            self.blocking.insert(0, block_on("nhs_number"))
        self.certain = [
            block_on("role", "given_name", "surname", "birth_date"),
            block_on("role", "given_name", "email", "gender"),
        ]
        self.recall_of_certain = 0.75
        self.training = [
            block_on("role", "given_name", "surname"),
            block_on("role", "birth_date"),
        ]


class Febrl4:
    """Two files of 5,000: each record has one counterpart."""

    def __init__(self, with_id: bool, with_address: bool) -> None:
        self.link_type = "link_only"
        self.unique_id = "rec_id"
        names = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode"]
        self.columns = {
            name: clean(name) for name in [*names, "state", "date_of_birth", "soc_sec_id"]
        }
        self.comparisons = [
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ]
        self.blocking = [
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("substr(given_name, 1, 3)", "substr(surname, 1, 4)"),
        ]
        if with_address:
            self.comparisons += [
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.JaroWinklerAtThresholds("address_1", [0.92, 0.88]).configure(
                    term_frequency_adjustments=True
                ),
                cl.JaroWinklerAtThresholds("suburb", [0.92, 0.88]).configure(
                    term_frequency_adjustments=True
                ),
            ]
            self.blocking += [
                block_on("street_number", "address_1"),
                block_on("given_name", "suburb"),
                block_on("surname", "suburb"),
            ]
        if with_id:
            self.comparisons.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]))
            self.blocking.append(block_on("soc_sec_id"))
        self.certain = [
            block_on("given_name", "surname", "date_of_birth"),
            block_on("surname", "date_of_birth", "postcode"),
        ]
        self.recall_of_certain = 0.7
        self.training = [block_on("date_of_birth"), block_on("given_name", "surname")]


class Fake1000:
    """One file of 1,000, of Splink's tutorial, with more blocking rules than the tutorial has."""

    def __init__(self) -> None:
        self.link_type = "dedupe_only"
        self.unique_id = "unique_id"
        self.columns = {name: clean(name) for name in ["first_name", "surname", "dob", "city", "email"]}
        self.comparisons = [
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ]
        self.blocking = [
            block_on("first_name", "city"),
            block_on("surname"),
            block_on("email"),
            block_on("dob"),
            block_on("first_name", "substr(dob, 1, 4)"),
            block_on("substr(email, 1, 6)"),
        ]
        self.certain = [
            block_on("first_name", "dob"),
            block_on("email"),
        ]
        self.recall_of_certain = 0.7
        self.training = [block_on("first_name", "surname"), block_on("dob")]


def titles_of(file: str) -> list[str]:
    """Titles without the space that FEBRL has after each comma."""
    with open(file, encoding="utf-8") as lines:
        return [title.strip() for title in next(lines).split(",")]


def model_of(name: str):
    models = {
        "households": lambda: Households(nhs_number=True),
        "households without NHS number": lambda: Households(nhs_number=False),
        "FEBRL4, names, birth date and postcode": lambda: Febrl4(with_id=False, with_address=False),
        "FEBRL4, all but the id": lambda: Febrl4(with_id=False, with_address=True),
        "FEBRL4, all fields": lambda: Febrl4(with_id=True, with_address=True),
        "fake_1000": Fake1000,
    }
    return models[name]()


def main(job) -> None:
    model = model_of(job["model"])
    api = DuckDBAPI()
    con = api._con
    tables = []
    for name, file in zip(["left", "right"], job["files"]):
        columns = ", ".join(f"{text} as {column}" for column, text in model.columns.items())
        con.execute(
            f"create table input_{name} as select trim(f.{model.unique_id}) as unique_id, {columns}"
            " from read_csv(?, header = true, all_varchar = true, names = ?) f",
            [file, titles_of(file)],
        ).fetchall()
        tables.append(api.register(f"input_{name}", dataset_display_name=name))

    linker = Linker(
        tables if len(tables) > 1 else tables[0],
        SettingsCreator(
            link_type=model.link_type,
            comparisons=model.comparisons,
            blocking_rules_to_generate_predictions=model.blocking,
            retain_intermediate_calculation_columns=False,
            retain_matching_columns=False,
        ),
        log_level=logging.ERROR,
    )
    linker.training.estimate_probability_two_random_records_match(
        model.certain, recall=model.recall_of_certain
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in model.training:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, max_pairs=TRAINING_PAIRS, estimate_without_term_frequencies=True
        )
    pairs = linker.inference.predict(threshold_match_probability=job["keep"])
    if job["oneToOne"]:
        clusters = linker.clustering.cluster_using_single_best_links(
            pairs,
            duplicate_free_datasets=["left", "right"],
            threshold_match_probability=job["threshold"],
        )
    else:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            pairs, threshold_match_probability=job["threshold"]
        )
    source = "source_dataset" if len(tables) > 1 else "'left'"
    con.execute(
        f"copy (select {source} as source, unique_id as record_id, cluster_id as individual_id"
        f" from {clusters.physical_name}) to '{job['out']}' (header)"
    ).fetchall()
    used = resource.getrusage(resource.RUSAGE_SELF)
    done = {
        "ended": time.time(),
        "processorSeconds": used.ru_utime + used.ru_stime,
        "peakMiB": used.ru_maxrss / 1024,
    }
    print(json.dumps({**done, **quality(con, linker, pairs, job, len(tables) > 1)}))


def quality(con, linker, pairs, job, has_two: bool):
    """Right and wrong pairs by match weight, and clusters at other thresholds. Reads the truth."""
    con.execute(
        "create table truth as select * from read_csv(?, header = true, all_varchar = true)",
        [job["truth"]],
    ).fetchall()
    scored = con.execute(
        f"""
        select round(match_weight * 4) / 4 as weight,
            count(*) filter (l.person = r.person), count(*) filter (l.person <> r.person)
        from {pairs.physical_name} p
        join truth l on l.id = p.unique_id_l join truth r on r.id = p.unique_id_r
        group by 1 order by 1 desc
        """
    ).fetchall()
    at_half = con.execute(
        f"""
        select count(*) filter (l.person = r.person), count(*) filter (l.person <> r.person)
        from {pairs.physical_name} p
        join truth l on l.id = p.unique_id_l join truth r on r.id = p.unique_id_r
        where match_probability >= {job["threshold"]}
        """
    ).fetchall()[0]
    source = "source_dataset" if has_two else "'left'"
    files = []
    if not job["oneToOne"]:
        for at, threshold in enumerate(job["alsoAt"]):
            found = linker.clustering.cluster_pairwise_predictions_at_threshold(
                pairs, threshold_match_probability=threshold
            )
            file = f"{job['out']}.{at}"
            con.execute(
                f"copy (select {source} as source, unique_id as record_id, cluster_id as individual_id"
                f" from {found.physical_name}) to '{file}' (header)"
            ).fetchall()
            files.append({"threshold": threshold, "file": file})
    return {
        "pairs": [[weight, right, wrong] for weight, right, wrong in scored],
        "pairsAtThreshold": list(at_half),
        "clusters": files,
    }


with open(sys.argv[1], encoding="utf-8") as file:
    main(json.load(file))
