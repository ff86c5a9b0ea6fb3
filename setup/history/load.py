"""The whole load inside one transaction of the caller's; it never commits."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from . import money
from .accounts import settle_all
from .check import ensure
from .company import make_books, refuse_unfit
from .delays import read_delays
from .insert import Inserter
from .masters import make_masters
from .progress import Progress
from .prototypes import make_prototypes
from .retail import read_rows
from .rules import trade as make_trade
from .staging import Staging

COMPANY = "Online Retail Ltd"
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


@dataclass
class Options:
    """What to load."""

    file: Path
    delays: Path
    customers: int | None = None
    until: date | None = None
    salespeople: int = 5
    company: str = COMPANY
    sample: int = 50


@dataclass
class Report:
    """What was loaded."""

    company: object
    first: date
    last: date
    documents: int
    net: int  # pence without tax
    open_amount: int  # pence with tax
    originals: int
    counts: dict[str, int]
    left_out: Counter
    invariants: int
    seconds: float

    def lines(self) -> list[str]:
        """Return the report in words."""
        left = self.left_out
        rate = self.documents / max(self.seconds, 0.001)
        text = [
            f"{what}: {count}" for what, count in self.counts.items() if what != "links"
        ]
        text += [
            f"credit notes with their invoice: {self.originals}",
            (
                f"from {self.first} to {self.last}, net revenue without tax "
                f"GBP {money.pounds(self.net)}, receivable with tax "
                f"GBP {money.pounds(self.open_amount)}"
            ),
            (
                f"left out: {left['documents at 0.00']} documents at 0.00 with "
                f"{left['rows in documents at 0.00']} rows (stock corrections, gifts)"
            ),
            f"kept: {left['rows kept at 0.00']} rows at 0.00 in documents of value",
        ]
        if left["counter rows"]:
            text.append(
                f"left out: {left['counter rows']} rows without a customer, since a "
                "slice of customers was asked for"
            )
        text.append(
            f"{self.invariants} invariants hold; {self.documents} documents in "
            f"{self.seconds:.1f} s, {rate:.0f} a second"
        )
        return text


def load(env, options: Options, progress: Progress | None = None) -> Report:
    """Load the history through `env` and check it; the caller commits.

    :raises LoadError: one sentence with the mend
    """
    progress = progress or Progress()
    env = env(su=True, context={**env.context, **QUIET})
    refuse_unfit(env, options.company)
    progress.stage("reading the file")
    rows = list(read_rows(options.file))
    progress.step("rows", len(rows), len(rows))
    trade = make_trade(rows, options.customers, options.until)
    del rows
    account = settle_all(trade, read_delays(options.delays))
    progress.say(
        f"{len(trade.documents)} documents of {len(trade.customers)} customers, "
        f"{len(account.payments)} payments worked out"
    )
    progress.stage(f"setting up {options.company}")
    books = make_books(env, options.company, options.salespeople)
    prototypes = make_prototypes(books, trade.last)
    progress.stage("partners and products")
    masters = make_masters(books, trade, progress)
    books.env.flush_all()
    progress.stage("handing over to the database")
    staged = Staging(books, trade, masters, account).fill(prototypes)
    progress.step("rows", sum(staged.values()), sum(staged.values()))
    counts = {"customers": len(masters.partners), "products": len(masters.products)}
    counts |= Inserter(books.env.cr, prototypes, progress).run()
    books.env.invalidate_all(flush=False)
    progress.stage("checking")
    invariants = ensure(books, options.sample)
    progress.say("checked")
    return Report(
        books.company,
        trade.first,
        trade.last,
        len(trade.documents),
        sum(document.sign * document.untaxed for document in trade.documents),
        account.open_amount,
        account.originals,
        counts,
        trade.left_out,
        invariants,
        progress.seconds,
    )
