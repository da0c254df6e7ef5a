"""Strategy leap-1 from its documents: which rows are of one person. Deliberately slow: it compares every pair.

A row that the documents could place in two ways is listed as a doubt.
"""

LEVELS = ("nhs-number", "child-key", "email", "mobile")


def differ(left, right):
    return left is not None and right is not None and left != right


def contradict(left, right, level):
    """Whether two rows with a common token of this level cannot be one person (docs/adr/0008-leap-1.md)."""
    if differ(left.own.get("nhs-number"), right.own.get("nhs-number")) or differ(left.birth, right.birth):
        return True
    if (left.role == "child") != (right.role == "child"):
        return True
    return level == "child-key" and left.dataset == right.dataset and differ(left.case, right.case)


def any_contradiction(one, other, level):
    """Whether two groups cannot be one person. Any row of a group may say the birth date that confirms its genders."""
    if any(contradict(left, right, level) for left in one for right in other):
        return True
    genders = {row.gender for row in [*one, *other] if row.gender is not None}
    both_say = all(any(row.gender is not None for row in group) for group in (one, other))
    confirmed = all(any(row.birth is not None for row in group) for group in (one, other))
    return level == "email" and both_say and len(genders) > 1 and not confirmed


def share(one, other, level, force):
    """Whether a token of this level joins two groups. A mobile joins them only if the birth dates agree."""
    for left in one:
        for right in other:
            token = left.own.get(level)
            if token is None or token != right.own.get(level) or not force.own((level, token)):
                continue
            if level != "mobile" or (left.birth is not None and left.birth == right.birth):
                return True
    return False


def components(nodes, joined):
    """Connected components of nodes under a symmetric relation."""
    left, found = list(nodes), []
    while left:
        part, frontier = [], [left.pop()]
        while frontier:
            node = frontier.pop()
            part.append(node)
            near = [other for other in left if joined(node, other)]
            left = [other for other in left if not any(other is chosen for chosen in near)]
            frontier += near
        found.append(part)
    return found


def merge_level(groups, level, force, alone):
    """Joins groups under one level. A group that could join either of two contradicting groups stays alone.

    `alone` holds the ids of groups that an earlier level left alone, and gets those of this one: no weaker level joins them.
    """
    near = {id(group): [] for group in groups}
    for at, one in enumerate(groups):
        for other in groups[at + 1 :]:
            if id(one) in alone or id(other) in alone:
                continue
            if share(one, other, level, force) and not any_contradiction(one, other, level):
                near[id(one)].append(other)
                near[id(other)].append(one)
    torn, doubts = set(), []
    for group in groups:
        rivals = near[id(group)]
        if any(any_contradiction(a, b, level) for at, a in enumerate(rivals) for b in rivals[at + 1 :]):
            torn.add(id(group))
    alone |= torn
    merged = [group for group in groups if id(group) in torn]
    rest = [group for group in groups if id(group) not in torn]
    for part in components(rest, lambda one, other: any(group is other for group in near[id(one)])):
        if any(any_contradiction(a, b, level) for at, a in enumerate(part) for b in part[at + 1 :]):
            doubts.append((f"a chain of {level} joins groups that contradict", [row for group in part for row in group]))
        merged.append([row for group in part for row in group])
    return merged, doubts


def usable(row, force):
    """Levels at which a row can be found again, strongest first. A mobile alone never links: it needs a birth date."""
    return [
        level
        for level in LEVELS
        if level in row.own and force.own((level, row.own[level])) and (level != "mobile" or row.birth)
    ]


def link(rows, force):
    """Groups of rows (individuals), rows referred, rows unlinkable, and doubts."""
    people = [row for row in rows if row.is_person and row.role != "none" and usable(row, force)]
    facts = [row for row in rows if not row.is_person and row.role != "none"]
    groups, doubts, alone = [[row] for row in people], [], set()
    for level in LEVELS:
        groups, more = merge_level(groups, level, force, alone)
        doubts += more
    attached, referred, unlinkable, orphans = {}, [], [], {}
    unlinkable += [row for row in rows if row.is_person and not usable(row, force)]
    for row in facts:
        levels = usable(row, force)
        if not levels:
            unlinkable.append(row)
            continue
        for level in levels:
            owners = [group for group in groups if any(other.own.get(level) == row.own[level] for other in group)]
            if owners:
                break
        if not owners:
            orphans.setdefault(levels[0], []).append(row)
            continue
        owner = owner_of(row, owners, level)
        if owner is None:
            referred.append(row)
        else:
            attached.setdefault(id(owner), []).append(row)
    founded = []
    for level, rows_of_level in orphans.items():
        more_groups, more = merge_level([[row] for row in rows_of_level], level, force, set())
        founded += more_groups
        doubts += more
    individuals = [group + attached.get(id(group), []) for group in groups] + founded
    return individuals, referred, unlinkable, doubts


def keeps_out(row, group, level):
    """Whether a fact cannot belong to an individual: its gender must be one of those of the individual's records."""
    if any_contradiction([row], group, None):
        return True
    genders = {other.gender for other in group if other.gender}
    confirmed = row.birth is not None and any(row.birth == other.birth for other in group)
    return level == "email" and bool(genders) and row.gender is not None and row.gender not in genders and not confirmed


def owner_of(row, owners, level):
    """Chooses a fact's individual among the owners of its token: by birth date, else by the provider's case number."""
    possible = [group for group in owners if not keeps_out(row, group, level)]
    if len(possible) > 1:
        by_birth = [group for group in possible if row.birth and any(row.birth == other.birth for other in group)]
        if len(by_birth) == 1:
            return by_birth[0]
        possible = by_birth or possible
        by_case = [
            group
            for group in possible
            if row.provider_case and any(row.provider_case == other.provider_case for other in group)
        ]
        possible = by_case or possible
    return possible[0] if len(possible) == 1 else None
