"""Computes reach, families and roles of a programme from its files, as JSON on standard output.

    python3 oracle.py --programme DIR --files DIR --salt-file FILE

It shares no code with the product: rules come from docs/guides/figures.md, docs/guides/programme-definition.md,
docs/adr/0008-leap-1.md, 0013-force.md, 0015-row-identity.md and 0016-withdrawn-consent.md. Python 3.9, standard library.
"""

import argparse
import collections
import json
import pathlib
import sys

import figures
from force import Force
from linkage import link
from rows import live_rows, read_files, read_programme


def key_of(row):
    return " ".join(map(str, row.key))


def place_of(row):
    return {
        "dataset": row.dataset,
        "period": row.file.period,
        "row": row.number,
        "key": key_of(row),
        "role": row.role,
        "case": row.case,
        "birth": row.birth and row.birth[:8],
        "gender": row.gender,
        "own": {kind: token[:8] for kind, token in row.own.items()},
        "carer": {kind: token[:8] for kind, token in row.carer.items()},
    }


def answer(programme, files):
    rows = live_rows(files)
    force = Force(rows, programme["strategy"])
    individuals, referred, unlinkable, doubts = link(rows, force)
    anonymous = [row for row in rows if row.role == "none"]
    loose = {"unlinkable": unlinkable, "referred": referred, "anonymous": anonymous}
    ranked = [figures.role_of(members, programme["authority"]) for members in individuals]
    roles = [role for role, _ in ranked]
    kinship = figures.Kinship(individuals, force)
    members = collections.Counter(kinship.family.values())
    return {
        "files": [
            {
                "dataset": file.dataset["id"],
                "period": file.period,
                "refused": file.refused,
                "accepted": len(file.rows),
                "rejected": file.rejected,
                "withoutConsent": file.without_consent,
            }
            for file in files
        ],
        "rows": [place_of(row) for file in files if not file.refused for row in file.rows],
        "individuals": [
            {
                "role": roles[number],
                "roleIsATie": ranked[number][1],
                "family": kinship.family[number],
                "rows": sorted(key_of(row) for row in rows_of),
            }
            for number, rows_of in enumerate(individuals)
        ],
        "families": sum(1 for size in members.values() if size > 1),
        "unplaced": {kind: sorted(key_of(row) for row in rows_of) for kind, rows_of in loose.items()},
        "doubts": [{"why": why, "rows": [place_of(row) for row in about]} for why, about in doubts],
        "figures": figures.all_figures(programme, files, individuals, loose, roles, kinship),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--programme", "--files", "--salt-file"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    options = parser.parse_args()
    programme = read_programme(options.programme)
    salt = options.salt_file.read_text().strip()
    json.dump(answer(programme, read_files(programme, options.files, salt)), sys.stdout)


if __name__ == "__main__":
    main()
