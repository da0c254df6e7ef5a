"""Which identifiers have force (docs/adr/0013-force.md)."""

import collections


def people_shown(rows):
    """Distinct birth dates, NHS numbers, most case numbers of one dataset, and rows that carry none of the three."""
    births = {row.birth for row in rows if row.birth}
    numbers = {row.own["nhs-number"] for row in rows if "nhs-number" in row.own}
    cases = collections.defaultdict(set)
    for row in rows:
        if row.case:
            cases[row.dataset].add(row.case)
    unmarked = [row for row in rows if not row.birth and not row.case and "nhs-number" not in row.own]
    return len(births), len(numbers), max(map(len, cases.values()), default=0), len(unmarked)


class Force:
    def __init__(self, rows, strategy):
        self.strategy = strategy
        self.owners, self.named_by = collections.defaultdict(list), collections.defaultdict(list)
        for row in rows:
            for token in row.own.items():
                self.owners[token].append(row)
            if row.role == "child":
                for token in row.carer.items():
                    self.named_by[token].append(row)

    def own(self, token):
        births, numbers, cases, unmarked = people_shown(self.owners[token])
        people = self.strategy["maxBirthDatesPerToken"]
        return (
            births <= people
            and numbers <= people
            and cases <= self.strategy["maxCasesPerToken"]
            and unmarked <= self.strategy["maxHoldersPerToken"]
        )

    def carer(self, token):
        births, numbers, cases, unmarked = people_shown(self.named_by[token])
        children = self.strategy["maxChildrenPerCarerToken"]
        few = max(births, numbers, cases) <= children and unmarked <= self.strategy["maxHoldersPerToken"]
        return few and self.own(token)
