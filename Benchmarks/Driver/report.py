"""Rows of figures: what each says in every round, beside its target; as a table for people, as JSON for programs."""
import statistics


class Figure:
    """One figure in every round. A target is ("<=", 1.35) or (">=", 0.85), or None."""

    def __init__(self, name, unit="", target=None):
        self.name, self.unit, self.target, self.values = name, unit, target, []

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def is_met(self):
        if not self.target or not self.values:
            return None
        sign, bound = self.target
        return self.median <= bound if sign == "<=" else self.median >= bound

    def json(self):
        return {
            "name": self.name, "unit": self.unit, "min": min(self.values), "median": self.median,
            "max": max(self.values), "values": self.values,
            "target": f"{self.target[0]} {self.target[1]}" if self.target else None, "met": self.is_met,
        }


class Row:
    """A row of the targets: figures, and facts that are said once. Figures come in the order of their first value."""

    def __init__(self, name, question):
        self.name, self.question, self.figures, self.facts, self.digests = name, question, {}, {}, []

    def add(self, name, value, unit="", target=None):
        self.figures.setdefault(name, Figure(name, unit, target)).add(value)

    def median(self, name):
        return self.figures[name].median

    def json(self):
        return {
            "row": self.name, "question": self.question, "figures": [figure.json() for figure in self.figures.values()],
            "facts": self.facts, "digests": self.digests,
        }

    def lines(self):
        yield f"\n{self.name}  {self.question}"
        yield f"    {'':44}{'min':>12}{'median':>12}{'max':>12}  target"
        for figure in self.figures.values():
            if not figure.values:
                continue
            cells = "".join(f"{text(value):>12}" for value in (min(figure.values), figure.median, max(figure.values)))
            target = ""
            if figure.target:
                target = f"  {figure.target[0]} {text(figure.target[1])}: {'met' if figure.is_met else 'MISSED'}"
            label = figure.name + (f", {figure.unit}" if figure.unit else "")
            yield f"    {label:44}{cells}{target}"
        for name, value in self.facts.items():
            yield f"    {name}: {value}"

    def markdown(self, machine):
        """The same as a table for a page, with where and when it was measured."""
        yield f"Commit `{machine['commit']}`{' with changes' if machine['changed'] else ''}, {machine['date'][:10]}, {machine['model']}, " \
            f"{machine['processors']} processors, {machine['fileSystem']}; {self.facts['took']}."
        yield "\n| | min | median | max | target |\n|---|--:|--:|--:|---|"
        for figure in self.figures.values():
            target = ""
            if figure.target:
                target = f"{figure.target[0].replace('<=', '≤').replace('>=', '≥')} {text(figure.target[1])}: "
                target += "met" if figure.is_met else "**missed**"
            label = figure.name.strip() + (f", {figure.unit}" if figure.unit else "")
            values = " | ".join(text(value) for value in (min(figure.values), figure.median, max(figure.values)))
            yield f"| {label} | {values} | {target} |"
        facts = [f"{name}: {value}" for name, value in self.facts.items() if name != "took"]
        if facts:
            yield "\n" + "; ".join(facts) + "."


def record(path, rows, machine):
    """Writes the results of these rows into a page, each between its marks."""
    page = path.read_text()
    for row in rows:
        begin, end = f"<!-- {row.name} -->\n", f"<!-- end of {row.name} -->"
        if begin not in page or end not in page:
            raise ValueError(f"{path} has no place for {row.name}")
        before, rest = page.split(begin, 1)
        page = before + begin + "\n".join(row.markdown(machine)) + "\n" + end + rest.split(end, 1)[1]
    path.write_text(page)


def text(value):
    """A number in at most seven significant places, with separators where it is large."""
    if isinstance(value, str):
        return value
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
