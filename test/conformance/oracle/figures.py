"""Roles, families and reach of individuals (docs/guides/figures.md)."""

import collections
import datetime

import periods

WORKFORCE = ("practitioner", "volunteer")


def role_of(rows, authority):
    """The role of the record that ranks first, and whether only the row key decides it."""
    candidates = [row for row in rows if row.is_person] or rows
    place = {dataset: rank for rank, dataset in enumerate(authority)}

    def rank(row):
        return (
            -place.get(row.dataset, len(place)),
            row.event_date or datetime.date.min,
            row.file.rank[:2],
        )

    best = max(map(rank, candidates))
    roles = {row.role for row in candidates if rank(row) == best}
    return min(roles), len(roles) > 1


class Kinship:
    """Relationships: children to the owners of their carer's identifier, or to one another if it has no owner."""

    def __init__(self, individuals, force):
        self.family = {number: number for number in range(len(individuals))}
        self.carers = collections.defaultdict(set)
        owners, children = collections.defaultdict(set), collections.defaultdict(set)
        for number, rows in enumerate(individuals):
            for row in rows:
                if row.role == "child":
                    for token in row.carer.items():
                        children[token].add(number)
                else:
                    for token in row.own.items():
                        owners[token].add(number)
        for token, kin in children.items():
            if not force.carer(token):
                continue
            for child in kin:
                self.carers[child] |= owners[token]
            self.join([*kin, *owners[token]])

    def join(self, members):
        families = {self.family[member] for member in members}
        for number, family in self.family.items():
            if family in families:
                self.family[number] = min(families)


def reach(individuals, loose, roles, kinship, chosen):
    """The figures of the engagement rows that `chosen` accepts. `loose` has the rows of no individual, by reason."""
    by_role = collections.defaultdict(set)
    for number, rows in enumerate(individuals):
        for row in rows:
            if chosen(row):
                by_role[row.role].add(number)
    children, adults = by_role["child"], by_role["adult"]
    carer_only = {
        child
        for child, carers in kinship.carers.items()
        if roles[child] == "child" and child not in children and carers & adults
    }

    def rows_of(kind, *wanted):
        return sum(1 for row in loose[kind] if row.role in wanted and chosen(row))

    return {
        "children": len(children),
        "adults": len(adults),
        "families": len({kinship.family[number] for number in children | adults}),
        "childrenThroughCarerOnly": len(carer_only),
        "workforce": len(set().union(*(by_role[role] for role in WORKFORCE))),
        "unlinkable": rows_of("unlinkable", "child", "adult"),
        "referred": rows_of("referred", "child", "adult"),
        "anonymous": rows_of("anonymous", "none"),
    }


def all_figures(programme, files, individuals, loose, roles, kinship):
    """By period (quarters, academic years, lifetime), then by scope: programme, strand:…, service:…"""
    services = {service["id"]: service for service in programme["services"]}
    scopes = {"programme": set(services)}
    for strand in programme["strands"]:
        scopes[f"strand:{strand['id']}"] = {key for key, one in services.items() if one.get("strand") == strand["id"]}
    for key in (key for key, service in services.items() if not service.get("administrative")):
        scopes[f"service:{key}"] = {key}
    spans = {file.period: periods.bounds(file.period) for file in files}
    spans["lifetime"] = (datetime.date.min, datetime.date.max)

    def chosen(span, members):
        start, end = span
        return lambda row: (
            row.qualifying and row.file.dataset["service"] in members and start <= row.event_date < end
        )

    def figure(span, members):
        counts = reach(individuals, loose, roles, kinship, chosen(span, members))
        # Unknown is not zero: no file says who attended, and neither does a row of another period's file.
        known = any(counts.values()) or any(says_who_attended(file, span, members) for file in files)
        return counts if known else dict.fromkeys(counts)

    return {
        period: {scope: figure(span, members) for scope, members in scopes.items()} for period, span in spans.items()
    }


def says_who_attended(file, span, members):
    """Whether a live file of attendance covers the period or part of it; a cumulative one covers all earlier periods too."""
    if file.refused or file.dataset["dataType"] != "engagement" or file.dataset["service"] not in members:
        return False
    start, end = periods.bounds(file.period)
    begun = datetime.date.min if file.dataset["extractKind"] == "cumulative" else start
    return begun < span[1] and span[0] < end
