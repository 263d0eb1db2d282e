"""Is a party on a list? Names are compared whatever their script, order, legal form and spelling.

A score is a reason to look and never a verdict. Words count by how rare they are on the lists: two
firms that share `bank` and `trading` share nothing. A weak alias supports a hit and makes none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Final

from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from refdata.facts import Likely, Suspect, Watched
from refdata.rules.names import INITIALS, LEGAL_FORMS, WORD
from refdata.states import IdentifierScheme, ListedKind

THRESHOLD: Final = 82
"""From this score on a likeness is a hit, which a person must look at."""
FORMS: Final = LEGAL_FORMS | frozenset(
    """
    oao ooo zao pao ao jsc ojsc pjsc cjsc ojsco fze fzco fzc dmcc wll sal saoc saog psc pjs doo dd
    ad eood ood kft zrt pty pte sdn bhd tbk pt spzoo sro aps sti tic san pvt ltda eurl sagl
    gesellschaft ebe ae epe the of and for et und y
    """.split()  # noqa: SIM905 - read as a list of words
)
"""Words that say what kind of thing a name names, and small words: they tell none from another."""
PHRASES: Final = re.compile(
    r"\b(?:(?:public|open|closed|private|otkrytoe|zakrytoe|publichnoe)\s+)?"
    r"(?:joint[ -]stock (?:company|society)|limited liability (?:company|partnership)"
    r"|aktsionernoe obshchestvo|obshchestvo s ogranichennoi? otvetstvennostyu)\b"
)
ARTICLES: Final = frozenset(
    {"al", "el", "ul", "bin", "ben", "ibn", "bint", "de", "la", "von", "van"}
)
"""Parts of names that come and go with the spelling."""
SAME_SOUND: Final = (
    (re.compile(r"tch|tsch|cz|ch|sh|sch|zh"), "s"),
    (re.compile(r"kh|h"), "h"),
    (re.compile(r"gh|q|g|ck|c|k"), "k"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th|dh|[dtz]"), "t"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"b"), "v"),
)
TWICE: Final = re.compile(r"(.)\1+")
SOFT: Final = re.compile(r"[aeiouywj]")
"""What different transliterations write for one sound; vowels are what they differ in most."""
ALIKE_MIN: Final = 80
"""As alike must two words be to be one word misspelt."""
SKELETON_MIN: Final = 3
VOWEL: Final = re.compile(r"[aeiouy]")
NO_VOWELS: Final = "0v"
UNPOINTED: Final = re.compile(r"[\u0590-\u05ff\u0600-\u06ff]+")
ARTICLE: Final = re.compile(r"^\u0627\u0644(?=\w{3})")
"""Arabic and Hebrew write no short vowels: such a word agrees with any that has its bones."""
RESPELT: Final = 85
RESPELT_MIN: Final = 50
ONE_WORD: Final = 85
LONG: Final = 8
"""What is left of a score that rests on a single word which is not the same and not long."""
INITIAL: Final = 85
INSTITUTION: Final = 8
"""The signs of a BIC without its branch."""
COMMON_MAX: Final = 3_000
"""A word of more spellings than this finds nobody: it only supports what another word found."""
COVER_MIN: Final = 50
MORE: Final = 70
"""How much the name that is covered more counts: a firm may be listed under a part of its name."""
FULLY: Final = 100
MISSPELT_MIN: Final = 4

TRADE_WEIGHT: Final = 150
WEIGHT_MIN: Final = 200
"""What any other word says at least: a short list makes every word of it look common."""
TRADES: Final = frozenset(
    """
    asset assets bank banque banco capital centre center commercial construction consulting
    credit development energy enterprise enterprises export financial finance first foundation
    fund general global group holding holdings import industrial industries industry
    infrastructure insurance international invest investment investments london logistics
    management marine maritime nacional national new oil paris partners petroleum pension power
    private securities service services shipping solutions state systems tech technologies
    technology trade trading transport trust united world europe european america american asia
    africa korea iran china russia russian syria cuba france french german germany italy italian
    spain japan india mexico brazil turkey swiss hong kong republic islamic peoples east west
    north south central agency association research institute company gas
    """.split()  # noqa: SIM905 - read as a list of words
)
"""Words of many firms, which are rarer on the lists than in the world."""

BODIES: Final = frozenset({ListedKind.ENTITY, ListedKind.VESSEL, ListedKind.AIRCRAFT})
"""What is no person: initials in its name are one word (`J.P. Morgan`)."""
SAME_COUNTRY, OTHER_COUNTRY = 3, 7
OTHER_KIND: Final = 8
SAME_BIRTH, OTHER_BIRTH = 5, 20
OTHER_LEI: Final = 20
FAR_YEARS: Final = 2


@lru_cache(maxsize=65_536)
def plain_words(name: str, *, apart: bool = False) -> tuple[str, ...]:
    """Return the words that tell a name, in Latin letters; initials joined, or else apart.

    A name of legal forms alone keeps them.
    """
    latin = anyascii(UNPOINTED.sub(_unpointed, name)).casefold()
    latin = PHRASES.sub(" ", latin).replace("'", "").replace("`", "")
    latin = INITIALS.sub(lambda met: _initials(met[0], apart=apart), latin)
    words = tuple(WORD.findall(latin))
    return tuple(word for word in words if word not in FORMS and word not in ARTICLES) or words


def _unpointed(met: re.Match[str]) -> str:
    """Return an Arabic or Hebrew word without its article, marked as one without vowels."""
    return f" {anyascii(ARTICLE.sub('', met[0]))}{NO_VOWELS} "


def _initials(text: str, *, apart: bool) -> str:
    """Return dotted letters as one word, or each as one; legal forms stay whole."""
    letters = re.findall(r"\w", text)
    joined = "".join(letters)
    return f"{' '.join(letters) if apart and joined not in FORMS else joined} "


@lru_cache(maxsize=262_144)
def skeleton(word: str) -> str:
    """Return the consonants of a word as they sound: `Qadhafi` and `Gaddafi` have one skeleton."""
    bare = word.removesuffix(NO_VOWELS)
    is_pointed = bare == word
    for pattern, sound in SAME_SOUND:
        bare = pattern.sub(sound, bare)
    return SOFT.sub("", TWICE.sub(r"\1", bare) if is_pointed else bare)


@lru_cache(maxsize=262_144)
def likeness(one: str, other: str) -> int:
    """Return how alike two words are, in percent; words that are not the same word have 0."""
    if one == other:
        return FULLY
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return INITIAL if long.startswith(short) else 0
    unpointed = NO_VOWELS in one or NO_VOWELS in other
    if len(short) < SKELETON_MIN or not (unpointed or (VOWEL.search(one) and VOWEL.search(other))):
        return 0
    alike, bones = round(ratio(one, other)), skeleton(one)
    if (unpointed or len(bones) >= SKELETON_MIN) and bones and bones == skeleton(other):
        alike = max(alike, RESPELT_MIN if unpointed else 0)
        return RESPELT + (FULLY - RESPELT) * alike // FULLY if alike >= RESPELT_MIN else 0
    return 2 * alike - FULLY if alike >= ALIKE_MIN else 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name of one suspect, in words."""

    suspect: int
    text: str
    strong: bool
    words: tuple[str, ...]
    weight: int


class NameIndex:
    """The names of the lists by their words, and how much each word says.

    Memory grows with the names of the lists alone; subjects pass by one at a time.
    """

    def __init__(self, suspects: Sequence[Suspect]) -> None:
        self.suspects = {suspect.key: suspect for suspect in suspects}
        counts: Counter[str] = Counter()
        drafts = list(_spellings(suspects))
        for _suspect, _text, _strong, words in drafts:
            counts.update(set(words))
        self._known = len(drafts) + 1
        self._counts = counts
        self._spellings: list[Spelling] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._joined: dict[str, list[int]] = defaultdict(list)
        for suspect, text, strong, words in drafts:
            place = len(self._spellings)
            weight = self._sum(_telling(words))
            self._spellings.append(Spelling(suspect, text, strong, words, weight))
            self._joined["".join(words)].append(place)
            for word in set(words):
                self._by_word[word].append(place)
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            for key in _keys(word):
                self._near[key].append(word)
        self._by_number: dict[tuple[str, str], list[int]] = defaultdict(list)
        for found in suspects:
            for scheme, number in found.identifiers:
                whole = number[:INSTITUTION] if scheme == IdentifierScheme.BIC else number
                self._by_number[scheme, whole].append(found.key)

    def weight(self, word: str) -> int:
        """Return how much a word says: the rarer on the lists, the more; an initial says little."""
        rarity = round(FULLY * log((self._known + 1) / (self._counts[word] + 1)))
        if len(word) == 1:
            return 1 + rarity // 4
        return min(rarity, TRADE_WEIGHT) + 1 if word in TRADES else max(rarity, WEIGHT_MIN)

    def likely(self, subject: Watched) -> list[Likely]:
        """Return every suspect that a subject may be, with its best name, the likeliest first."""
        best: dict[int, Likely] = {}
        for found in self._found(subject):
            known = best.get(found.suspect)
            if known is None or found.score > known.score:
                best[found.suspect] = found
        return sorted(best.values(), key=lambda one: (-one.score, one.suspect))

    def _found(self, subject: Watched) -> Iterator[Likely]:
        ours = subject.names[0] if subject.names else ""
        for scheme, number in (("LEI", subject.lei), ("BIC", subject.bic[:INSTITUTION])):
            for key in self._by_number.get((scheme, number), ()) if number else ():
                yield Likely(key, FULLY, ours, self.suspects[key].names[0][0], (scheme.lower(),))
        for name in subject.names:
            for place, score in self._alike(name):
                spelling = self._spellings[place]
                yield from _judged(subject, self.suspects[spelling.suspect], spelling, name, score)

    def _alike(self, name: str) -> Iterator[tuple[int, int]]:
        """Yield the spellings that may be this name with how alike they are, in percent."""
        words = plain_words(name)
        for place in self._joined.get("".join(words), ()):
            yield place, FULLY
        telling = _telling(words)
        whole = self._sum([word for word in telling if len(word) >= SKELETON_MIN])
        for place, weight in self._met(telling).items():
            spelling = self._spellings[place]
            if FULLY * weight >= COVER_MIN * min(whole, spelling.weight):
                score = self._score(name, spelling)
                if score:
                    yield place, score

    def _met(self, words: Sequence[str]) -> dict[int, int]:
        """Return the spellings that share a word with these, and how much what they share says."""
        met: dict[int, int] = defaultdict(int)
        for word in words:
            for near in self._words_near(word):
                places = self._by_word[near]
                if len(places) <= COMMON_MAX:
                    weight = self.weight(near)
                    for place in places:
                        met[place] += weight
        return met

    @lru_cache(maxsize=65_536)  # noqa: B019 - an index lives as long as one screening
    def _words_near(self, word: str) -> tuple[str, ...]:
        """Return the words of the lists that may be this one: the same, misspelt or respelt."""
        near = {other for key in _keys(word, asked=True) for other in self._near.get(key, ())}
        return tuple(sorted(other for other in near if likeness(word, other)))

    def _score(self, name: str, spelling: Spelling) -> int:
        """Return how much of both names agrees, in percent; what is covered more counts more."""
        apart = self.suspects[spelling.suspect].kind not in BODIES
        words, theirs = plain_words(name, apart=apart), plain_words(spelling.text, apart=apart)
        pairs = list(_paired(words, theirs))
        told = [(alike, one) for alike, one, other in pairs if len(one) > 1 and len(other) > 1]
        if not told:
            return 0
        ours = sum(alike * self.weight(one) for alike, one, _other in pairs) // self._sum(words)
        others = sum(alike * self.weight(other) for alike, _one, other in pairs)
        less, more = sorted((min(FULLY, ours), min(FULLY, others // self._sum(theirs))))
        if all(one in TRADES for _alike, one in told):
            return less
        score = (MORE * more + (FULLY - MORE) * less) // FULLY
        alone = len(told) == 1 and told[0][0] < FULLY and len(told[0][1]) < LONG
        return score * ONE_WORD // FULLY if alone else score

    def _sum(self, words: Sequence[str]) -> int:
        return sum(map(self.weight, words))


def _telling(words: Sequence[str]) -> Sequence[str]:
    """Return the words that are not those of many firms; all where there are no others."""
    return [word for word in words if word not in TRADES] or words


def _paired(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield pairs of words that are one word, the most alike first, each word once."""
    pairs = ((likeness(one, other), one, other) for one in set(ours) for other in set(theirs))
    left, right = Counter(ours), Counter(theirs)
    for alike, one, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        while alike and left[one] and right[other]:
            left[one] -= 1
            right[other] -= 1
            yield alike, one, other


def _spellings(suspects: Iterable[Suspect]) -> Iterator[tuple[int, str, bool, tuple[str, ...]]]:
    for suspect in suspects:
        seen: set[tuple[str, ...]] = set()
        for text, strong in suspect.names:
            words = plain_words(text)
            if words and words not in seen:
                seen.add(words)
                yield suspect.key, text, strong, words


def _keys(word: str, *, asked: bool = False) -> Iterator[str]:
    """Yield what a word shares with its misspellings: its skeleton, itself less any one letter.

    A short skeleton is asked for where one of the two words has no vowels.
    """
    bones, unpointed = skeleton(word), NO_VOWELS in word
    if len(bones) >= SKELETON_MIN:
        yield f"#{bones}"
    elif bones:
        yield f"{'v' if unpointed else 'p'}#{bones}"
        if asked:
            yield f"{'p' if unpointed else 'v'}#{bones}"
    yield word
    if len(word) >= MISSPELT_MIN and not word.isdigit():
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


def _judged(
    subject: Watched, suspect: Suspect, spelling: Spelling, name: str, score: int
) -> Iterator[Likely]:
    """Weigh what else is known for and against, and yield what is left if it is a hit."""
    if not spelling.strong:
        return
    agrees, differs = ["name"], list[str]()
    countries = set(suspect.countries)
    if subject.country and countries:
        same = subject.country in countries
        (agrees if same else differs).append("country")
        score += SAME_COUNTRY if same else -OTHER_COUNTRY
    if (suspect.kind == ListedKind.PERSON) != subject.is_person and suspect.kind in {
        *BODIES,
        ListedKind.PERSON,
    }:
        differs.append("kind")
        score -= OTHER_KIND
    if subject.born and suspect.births:
        same = any(_same_birth(subject.born, birth) for birth in suspect.births)
        (agrees if same else differs).append("birth")
        score += SAME_BIRTH if same else -OTHER_BIRTH
    leis = [value for scheme, value in suspect.identifiers if scheme == IdentifierScheme.LEI]
    if subject.lei and leis:
        differs.append("lei")
        score -= OTHER_LEI
    if score >= THRESHOLD:
        yield Likely(
            suspect.key, min(score, FULLY), name, spelling.text, tuple(agrees), tuple(differs)
        )


def _same_birth(born: str, listed: str) -> bool:
    """Say whether an ISO day may be the listed one: a day, month, year, span, or approximately."""
    bare = listed.lstrip("~")
    year = int(born[:4])
    if "/" in bare:
        first, last = (int(part) for part in bare.split("/"))
        return first <= year <= last
    if listed.startswith("~"):
        return abs(int(bare[:4]) - year) <= FAR_YEARS
    return born.startswith(bare)
