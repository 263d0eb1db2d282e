"""SWIFT MT515 and MT518: confirmations of a purchase or sale, bytes in, facts and findings out.

Sources: SWIFT Standards MT, category 5, MT515 Client Confirmation of Purchase or Sale and MT518
Market-Side Securities Trade Confirmation. What a field says is read exactly or not at all; what
would make it another deal (two legs, pages, copies, a yield) is refused by name. Described in
docs/formats/mt515.md.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kernel.characters import CONTROL
from kernel.findings import Finding
from kernel.swift import Message, decoded, messages
from settlement.facts import Told, ToldFile
from settlement.formats import N_
from settlement.formats import mt515_values as values
from settlement.formats.fields import Written, read_told
from settlement.formats.sequences import Said, Sequence, about, place, read_sequences

FINDINGS_MAX: Final = 200
KINDS: Final = ("515", "518")
START: Final = re.compile(r"[\s$\x00-\x03]*(\{[124]:|:\d{2}[A-Z]?:)", re.ASCII)
START_BYTES: Final = 1024
OTHER: Final = {"BUY": "SELL", "SELL": "BUY"}
ROLES: Final = {"BUY": "BUYR", "SELL": "SELL"}
ORIGINATOR: Final = "MEOR"
PARTIES: Final = (
    (("CONFDET", "CONFPRTY"), ("BUYR", "SELL")),
    (("OTHRPRTY",), (ORIGINATOR,)),
)
"""Where the parties stand that are read, and by which qualifiers."""
FINANCING: Final = frozenset(
    {"BSBK", "COLI", "COLO", "REPU", "RVPO", "SBBK", "SECB", "SECL", "TRPO", "TRVO"}
)
"""Types of settlement transaction (22F::SETR) that are no outright purchase or sale."""
BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
LEI: Final = re.compile(r"[A-Z0-9]{18}\d{2}", re.ASCII)
HEAD: Final = 8


@dataclass(slots=True)
class _Draft:
    """One message on its way: what was found of it, where, and what is wrong."""

    message: Message
    tree: Sequence
    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, Said] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(
        self, code: str, text: str, *, tag: str, line: int, expected: str = "", found: str = ""
    ) -> None:
        self.findings.append(
            about(self.message, code, text, tag=tag, line=line, expected=expected, found=found)
        )

    def one(self, found: list[Said], tag: str, *, needed: bool = True) -> Said | None:
        """Return the only field of its kind; none that is needed, and a second one, are said."""
        for again in found[1:]:
            text = N_("{field} stands twice: it says {expected}, then {found}")
            self.refuse("MT515-TWICE", text, tag=again.place, line=again.item.line,
                        expected=found[0].text, found=again.text)  # fmt: skip
        if not found and needed:
            text = N_("{field} is missing")
            self.refuse("MT515-MISSING", text, tag=tag, line=self.message.line)
        return found[0] if len(found) == 1 else None

    def read(self, name: str, said: Said | None, reader: Callable[[Said], str]) -> str:
        """Keep what a field says as plain text, under the name of its term."""
        if said is None:
            return ""
        self.places[name] = said
        try:
            self.cells[name] = reader(said)
        except values.Unreadable as unreadable:
            text = N_("{found} cannot be read: expected {expected}")
            first_line = said.text.partition("\n")[0]
            self.refuse(unreadable.code, text, tag=said.place, line=said.item.line,
                        expected=unreadable.expected, found=first_line)  # fmt: skip
        return self.cells.get(name, "")


def is_swift(content: bytes) -> bool:
    """Say whether a file begins as SWIFT text does, whatever its name and its messages."""
    return START.match(decoded(content[:START_BYTES])[0]) is not None


def read_mt515(
    content: bytes, *, ours: Collection[str] = (), theirs: Collection[str] = ()
) -> ToldFile:
    """Return every confirmation that reads whole, and a finding for everything else.

    `ours` are the BIC and LEI of our firm, `theirs` those of the sender where it is known. The side
    is that of the sender: as BUYR and SELL say, and as the indicator says in its type of message;
    where the two disagree, or neither tells, there is none. What we sent ourselves is refused.
    """
    text, _encoding = decoded(content)
    told: list[Told] = []
    findings: list[Finding] = []
    number = 0
    for message in messages(text):
        number = message.number
        read = _read(message, ours, theirs)
        if isinstance(read, Told):
            told.append(read)
        else:
            findings.extend(read)
        if len(findings) > FINDINGS_MAX:
            break
    if not number:
        findings.append(Finding("MT515-EMPTY", "16R", N_("The file holds no message"), line=1))
    return ToldFile(tuple(told), tuple(findings))


def _read(
    message: Message, ours: Collection[str], theirs: Collection[str]
) -> Told | tuple[Finding, ...]:
    stranger = tuple(_strange(message))
    if stranger:
        return stranger
    tree = read_sequences(message)
    if not isinstance(tree, Sequence):
        return tree
    draft = _Draft(message, tree)
    _identity(draft)
    _side(draft, ours, theirs)
    if draft.cells.get("function") == "NEWM":
        _refuse_other_deals(draft)
        _terms(draft)
    if draft.findings:
        return tuple(draft.findings)
    return _told(draft)


def _strange(message: Message) -> Iterator[Finding]:
    """Say what the message is, if it is no confirmation, and what no text may hold."""
    first = message.fields[0] if message.fields else None
    is_one = first is not None and (first.tag, first.text.strip()) == ("16R", "GENL")
    if message.kind in KINDS and not is_one:
        tag = f":{first.tag}:" if first else ":16R:"
        text = N_("The message does not begin with {expected}")
        yield about(message, "MT515-TRUNCATED", text, tag=tag, line=message.line,
                    expected=":16R:GENL", found=first.text if first else "–")  # fmt: skip
        return
    if (message.kind and message.kind not in KINDS) or not is_one:
        text = N_("This is no confirmation ({expected}): it is {found}")
        found = f"MT{message.kind}" if message.kind else f":{first.tag}:" if first else "–"
        yield about(message, "MT515-TYPE", text, tag=f":{first.tag}:" if first else "{2:",
                    line=message.line, expected="MT515, MT518", found=found)  # fmt: skip
        return
    for item in message.fields:
        hidden = CONTROL.search(item.text)
        if hidden:
            text = N_("A control character, {found}, is in the text")
            yield about(message, "MT515-CONTROL", text, tag=f":{item.tag}:", line=item.line,
                        found=f"U+{ord(hidden[0]):04X}")  # fmt: skip


def _identity(draft: _Draft) -> None:
    """Read the references and the function: who cancels names the message that it takes back."""
    tree = draft.tree
    function = draft.one(tree.said(("GENL",), "23"), ":23G:")
    draft.read("function", function, values.function_of)
    own = draft.one(tree.said(("GENL",), "20", "SEME"), ":20C::SEME")
    quoted = draft.one(tree.said(("GENL", "LINK"), "20", "RELA"), "", needed=False)
    draft.read("our_reference", quoted, values.our_reference_of)
    if draft.cells.get("function") == "CANC":
        draft.cells["version"] = "2"
        own = draft.one(tree.said(("GENL", "LINK"), "20", "PREV"), ":20C::PREV")
    draft.read("reference", own, values.reference_of)


def _terms(draft: _Draft) -> None:
    tree, detail = draft.tree, ("CONFDET",)
    for name, qualifier in (("trade_date", "TRAD"), ("settlement_date", "SETT")):
        day = draft.one(tree.said(detail, "98", qualifier), f":98A::{qualifier}")
        draft.read(name, day, values.day_of)
    quantity = draft.one(tree.said(detail, "36", "CONF"), ":36B::CONF")
    draft.read("quantity", quantity, values.quantity_of)
    draft.read("isin", draft.one(tree.said(detail, "35"), ":35B:"), values.isin_of)
    settled = [
        *tree.said(detail, "19", "SETT"),
        *tree.said(("SETDET", "AMT"), "19", "SETT"),
    ]
    amount = draft.one(settled, ":19A::SETT")
    draft.read("amount", amount, values.amount_of)
    if amount is not None and "amount" in draft.cells:
        draft.cells["currency"], draft.places["currency"] = values.currency_of(amount), amount
    price = draft.one(tree.said(detail, "90", "DEAL"), ":90A::DEAL")
    draft.read("price", price, values.price_of)
    _same_currency(draft, price)


def _same_currency(draft: _Draft, price: Said | None) -> None:
    currency = values.price_currency_of(price) if price is not None else ""
    settled = draft.cells.get("currency")
    if price is not None and currency and settled and currency != settled:
        text = N_("The price is in {found}, the amount to be settled in {expected}")
        draft.refuse("MT515-CURRENCY", text, tag=price.place, line=price.item.line,
                     expected=settled, found=currency)  # fmt: skip


def _side(draft: _Draft, ours: Collection[str], theirs: Collection[str]) -> None:
    """Read which side the sender is on, and who it says it is."""
    parties = _parties(draft.tree)
    originator = parties.get(ORIGINATOR, ())
    senders = {*theirs, *originator, draft.message.sender} - {""}
    if _is(senders, ours):
        text = N_("The message was sent by us: {found}")
        found = ", ".join(sorted(one for one in senders if _is((one,), ours)))
        draft.refuse("MT515-OURS", text, tag=":95a::MEOR", line=draft.message.line, found=found)
        return
    said = draft.one(draft.tree.said(("CONFDET",), "22", "BUSE"), ":22H::BUSE")
    if not draft.read("indicator", said, values.dealt_of) or said is None:
        return
    side = _told_side(draft, said, parties, senders, ours)
    if side:
        draft.cells["side"] = side
        draft.places["side"] = draft.places["party"] = said
        names = parties.get(ROLES[side], ())
        chosen = [one for one in names if _is((one,), theirs)]
        draft.cells["party"] = [*chosen, *names, *originator, draft.message.sender][0]


def _told_side(
    draft: _Draft,
    said: Said,
    parties: Mapping[str, tuple[str, ...]],
    senders: Collection[str],
    ours: Collection[str],
) -> str:
    """Return the side on which indicator and parties agree, nothing where they do not."""
    # an MT515 speaks of the order of its receiver, an MT518 of what its sender did
    dealt = draft.cells.pop("indicator")
    indicated = {"515": OTHER[dealt], "518": dealt}.get(draft.message.kind, "")
    named = {
        side
        for side, role in ROLES.items()
        if _is(parties.get(role, ()), senders) or _is(parties.get(ROLES[OTHER[side]], ()), ours)
    }
    sides = (named | {indicated}) - {""}
    if len(sides) == 1:
        return sides.pop()
    text = (
        N_("{found} and the parties :95a::BUYR and :95a::SELL do not say the same")
        if sides
        else N_("Who bought is not told: {found} is of no known type of message, and neither BUYR"
                " nor SELL is the sender or us")
    )  # fmt: skip
    draft.refuse("MT515-SIDE", text, tag=said.place, line=said.item.line, found=said.text)
    return ""


def _parties(tree: Sequence) -> Mapping[str, tuple[str, ...]]:
    """Return the LEI and BIC of buyer, seller and originator, those that are given, LEI first.

    An LEI stands beside the BIC as an alternate identification.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path, roles in PARTIES:
        for party in tree.at(*path):
            here = [one.qualifier for one in party.fields if one.qualifier in roles]
            names = [one.text for one in party.fields if _is_lei(one)]
            names += [
                one.text
                for one in party.fields
                if one.item.tag == "95P" and one.qualifier in roles and BIC.fullmatch(one.text)
            ]
            for role in here:
                found[role] = (*found.get(role, ()), *names)
    return found


def _is_lei(said: Said) -> bool:
    return said.item.tag == "95L" and LEI.fullmatch(said.text) is not None


def _is(names: Collection[str], known: Collection[str]) -> bool:
    """Say whether one of these is known: a branch is the bank."""
    return bool({_head(one) for one in names} & {_head(one) for one in known})


def _head(name: str) -> str:
    return name[:HEAD] if BIC.fullmatch(name) else name


def _refuse_other_deals(draft: _Draft) -> None:
    """Refuse what is no single, outright purchase or sale, told whole to its counterparty."""
    for legs in draft.tree.at("REPO"):
        text = N_("A deal of two legs is not read from this message")
        draft.refuse("MT515-LEGS", text, tag=":16R:", line=legs.line, found=legs.name)
    for kind in draft.tree.said(("SETDET",), "22", "SETR"):
        if kind.text in FINANCING:
            text = N_("{found} is no outright purchase or sale")
            draft.refuse("MT515-LEGS", text, tag=kind.place, line=kind.item.line, found=kind.text)
    for page in draft.tree.said(("GENL",), "28"):
        if not page.text.endswith("/ONLY"):
            text = N_("The confirmation goes over several messages: {found}")
            draft.refuse("MT515-PAGES", text, tag=page.place, line=page.item.line, found=page.text)


def _told(draft: _Draft) -> Told | tuple[Finding, ...]:
    """Return the confirmation; what its terms may not say has the place of the field."""
    read = read_told(draft.cells, Written(), line=draft.message.line)
    if isinstance(read, Told):
        return read
    return tuple(_placed(draft, finding) for finding in read)


def _placed(draft: _Draft, finding: Finding) -> Finding:
    said = draft.places.get(finding.field)
    if said is None:
        return finding
    column = place(draft.message, said.place)
    return dataclasses.replace(finding, line=said.item.line, column=column)
