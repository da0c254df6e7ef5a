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
RANDOM_PAIRS = 1e7
# At most so many pairs for each session of training.
TRAINING_PAIRS = 5e6


def clean(column: str) -> str:
    """A text without case and outer space; missing if nothing is left."""
    return f"nullif(lower(trim(f.{column})), '')"


class Households:
    """Children or adults of two files of invented households, with names: each has a model of its own."""

    def __init__(self, role: str, nhs_number: bool) -> None:
        self.link_type = "link_and_dedupe"
        self.unique_id = "id"
        self.where = f"f.role = '{role}'"
        self.columns = {
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
            cl.ExactMatch("gender"),
        ]
        self.blocking = [
            block_on("birth_date", "given_name"),
            block_on("birth_date", "surname"),
            block_on("birth_date", "postcode"),
            block_on("postcode", "given_name"),
            block_on("postcode", "surname"),
            block_on("given_name", "surname", "substr(birth_date, 1, 4)"),
            block_on("given_name", "surname", "substr(birth_date, 6)"),
        ]
        # A child's contacts are its carer's, and siblings have the same: with them, F1 is 0.07 lower.
        if role == "adult":
            self.comparisons += [
                cl.EmailComparison("email"),
                cl.DamerauLevenshteinAtThresholds("mobile", [1]).configure(
                    term_frequency_adjustments=True
                ),
            ]
            self.blocking += [block_on("email"), block_on("mobile")]
        if nhs_number:
            self.comparisons.append(cl.DamerauLevenshteinAtThresholds("nhs_number", [1]))
            self.blocking.append(block_on("nhs_number"))
        self.certain = [
            block_on("given_name", "surname", "birth_date"),
            block_on("given_name", "postcode", "birth_date"),
        ]
        self.recall_of_certain = 0.7
        self.training = [block_on("given_name", "surname"), block_on("birth_date")]


class Febrl4:
    """Two files of 5,000: each record has one counterpart."""

    def __init__(self, with_id: bool, with_address: bool) -> None:
        self.link_type = "link_only"
        self.unique_id = "rec_id"
        self.where = "true"
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
        self.where = "true"
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


def models_of(name: str):
    """The models of a job: each links records of its own."""
    models = {
        "households": lambda: [Households(role, nhs_number=True) for role in ("child", "adult")],
        "households, no NHS number": lambda: [
            Households(role, nhs_number=False) for role in ("child", "adult")
        ],
        "FEBRL4, names, birth date and postcode": lambda: [Febrl4(with_id=False, with_address=False)],
        "FEBRL4, all but the id": lambda: [Febrl4(with_id=False, with_address=True)],
        "FEBRL4, all fields": lambda: [Febrl4(with_id=True, with_address=True)],
        "fake_1000": lambda: [Fake1000()],
    }
    return models[name]()


class Linked:
    """Records of one model, compared and scored."""

    def __init__(self, api, model, files, part: int, keep: float) -> None:
        self.con = api._con
        self.part = part
        self.sources = ["left", "right"][: len(files)]
        tables = []
        for name, file in zip(self.sources, files):
            columns = ", ".join(f"{text} as {column}" for column, text in model.columns.items())
            table = f"input_{name}_{part}"
            self.con.execute(
                f"create table {table} as select trim(f.{model.unique_id}) as unique_id, {columns}"
                f" from read_csv(?, header = true, all_varchar = true, names = ?) f where {model.where}",
                [file, titles_of(file)],
            ).fetchall()
            tables.append(api.register(table, dataset_display_name=f"{name}_{part}"))
        self.linker = Linker(
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
        training = self.linker.training
        training.estimate_probability_two_random_records_match(
            model.certain, recall=model.recall_of_certain
        )
        training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        for rule in model.training:
            training.estimate_parameters_using_expectation_maximisation(
                rule, max_pairs=TRAINING_PAIRS, estimate_without_term_frequencies=True
            )
        self.pairs = self.linker.inference.predict(threshold_match_probability=keep)

    def clusters(self, threshold: float, one_to_one: bool) -> str:
        """A query for the individual of each record."""
        clustering = self.linker.clustering
        if one_to_one:
            found = clustering.cluster_using_single_best_links(
                self.pairs,
                duplicate_free_datasets=[f"{name}_{self.part}" for name in self.sources],
                threshold_match_probability=threshold,
            )
        else:
            found = clustering.cluster_pairwise_predictions_at_threshold(
                self.pairs, threshold_match_probability=threshold
            )
        source = "split_part(source_dataset, '_', 1)" if len(self.sources) > 1 else "'left'"
        return (
            f"select {source} as source, unique_id as record_id,"
            f" '{self.part} ' || cluster_id as individual_id from {found.physical_name}"
        )


def main(job) -> None:
    api = DuckDBAPI()
    con = api._con
    linked = [
        Linked(api, model, job["files"], part, job["keep"])
        for part, model in enumerate(models_of(job["model"]))
    ]

    def write(threshold: float, file: str) -> None:
        queries = " union all ".join(each.clusters(threshold, job["oneToOne"]) for each in linked)
        con.execute(f"copy ({queries}) to '{file}' (header)").fetchall()

    write(job["threshold"], job["out"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    done = {
        "ended": time.time(),
        "processorSeconds": used.ru_utime + used.ru_stime,
        "peakMiB": used.ru_maxrss / 1024,
    }
    others = [
        {"threshold": threshold, "file": f"{job['out']}.{at}"}
        for at, threshold in enumerate(job["alsoAt"])
    ]
    for other in others:
        write(other["threshold"], other["file"])
    print(json.dumps({**done, "pairs": scored(con, linked, job), "clusters": others}))


def scored(con, linked, job):
    """Right and wrong pairs by quarter of a bit of their match weights. Reads the truth."""
    con.execute(
        "create table truth as select * from read_csv(?, header = true, all_varchar = true)",
        [job["truth"]],
    ).fetchall()
    pairs = " union all ".join(
        f"select match_weight, unique_id_l, unique_id_r from {each.pairs.physical_name}"
        for each in linked
    )
    return con.execute(
        f"""
        select floor(match_weight * 4) / 4 as weight,
            count(*) filter (l.person = r.person), count(*) filter (l.person <> r.person)
        from ({pairs}) p
        join truth l on l.id = p.unique_id_l join truth r on r.id = p.unique_id_r
        group by 1 order by 1 desc
        """
    ).fetchall()


with open(sys.argv[1], encoding="utf-8") as file:
    main(json.load(file))
