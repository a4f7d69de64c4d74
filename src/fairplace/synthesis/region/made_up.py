"""Names and words of the made-up region: nobody and nothing real, and canaries for whoever looks for leaks.

A canary is what must never come out: the name of a child, a school, a street, a day of birth. When they are wanted, one
stands in every text that people write.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairplace.synthesis.region.draws import Draws

CANARIES: tuple[str, ...] = (
    "Zephyrine Quillfeather",
    "Barnaby Oxlipworth",
    "Ottoline Marshwigg",
    "Peregrine Thrumble",
    "Thistledown Moat Primary School",
    "Gallowglass Academy",
    "Marrowbone Snicket",
    "Candlewick Ginnel",
    "29 February 2011",
    "31 October 2009",
)
"""Children, schools, streets and days that exist nowhere else."""

_FIRST = (
    "Aldmoor", "Brindle", "Cawdale", "Dunmere", "Elverthwaite", "Fenwold", "Garsby", "Hollinfold", "Inglemoss",
    "Jarrowick", "Keldby", "Larkstone", "Mossgill", "Nethercombe", "Orrinfell", "Pendlewick", "Quernmore", "Ravenscar",
    "Silverdene", "Tarnwood", "Ulfdale", "Vennhill", "Wythburn", "Yewdale",
)  # fmt: skip
_SECOND = ("Beacon", "Bridge", "Elm", "Harbour", "Lantern", "Meadow", "Orchard", "Willow")
_TRADE = {
    "residential": ("Children's Homes", "Residential Care", "Therapeutic Homes"),
    "foster": ("Fostering", "Foster Families", "Family Placement"),
    "supported": ("Supported Living", "Next Step Housing", "Pathways"),
}
_GIVEN = (
    "Tamsin", "Idris", "Marguerite", "Anand", "Bronwen", "Callum", "Delphine", "Eamon", "Farida", "Gethin", "Hester",
    "Ifeoma", "Jarek", "Kirsty", "Leopold", "Nadia", "Oswin", "Priya", "Rhodri", "Saskia", "Tobias", "Una",
)  # fmt: skip
_FAMILY = (
    "Orrinholt", "Keldermoor", "Averlund", "Brackstow", "Corvelley", "Dunnerwyke", "Eskelby", "Farrowgate", "Harlscar",
    "Isterfold", "Jesselden", "Lorrimore", "Nesselby", "Pellowick", "Quillgarth", "Rossenby", "Scarrowell", "Tamberley",
    "Ulverwick", "Vennaway", "Warrelby", "Yarrimond",
)  # fmt: skip


def providers(chance: Draws) -> list[tuple[str, str]]:
    """The two words that name a provider, no pair twice, in an order of their own."""
    return chance.shuffled([(one, two) for one in _FIRST for two in _SECOND])


def provider(words: tuple[str, str], family: str, chance: Draws) -> str:
    return f"{words[0]} {words[1]} {chance.pick(_TRADE[family])}"


def people(chance: Draws) -> list[str]:
    """Names for those who work for the authorities, none of them twice."""
    return chance.shuffled([f"{one} {two}" for one in _GIVEN for two in _FAMILY])


NEEDS = (
    "Needs the same adults around them day after day.",
    "Needs help to settle at night and to feel safe.",
    "Needs support to stay in school for whole days.",
    "Needs adults who stay calm when things are thrown.",
    "Needs help to keep in touch with brothers and sisters.",
    "Needs a health plan to be kept to.",
    "Needs somebody who notices when they withdraw.",
    "Needs practice in cooking, money and travel.",
    "Needs time with animals or out of doors, which helps.",
    "Needs therapy once a week without a long journey.",
)
HEARD = (
    "Would like to stay near friends.",
    "Would like a garden and no small children in the house.",
    "Does not want to change school.",
    "Wants to meet the people before moving in.",
    "Wants to be asked again after a month.",
)
QUESTIONS = (
    ("Does the child share a room at present?", "No. A room of their own is part of the plan."),
    ("Who takes the child to school?", "The home does; the authority pays for the journey above ten miles."),
    ("Is there contact with the family at weekends?", "Every second Saturday, supervised for now."),
    ("Are there other children whom the child must not live with?", "None that is known."),
)
PANEL = (
    "The panel compared every offer with every line of need before it looked at fees.",
    "The panel heard the social worker and read what the child had said.",
    "The panel asked what each home would do in the first week.",
)
REVIEWS = ("Settled, and sleeps well.", "Goes to school most days.", "Has begun to see an old friend again.")
WHY_NOT = "Another home fits the need better by the criteria named."
OUTCOMES = (
    ("BE_HEALTHY", "Seen by a dentist and a doctor", "not registered", "registered and seen twice"),
    ("STAY_SAFE", "Nights away without leave", "two a month", "none in three months"),
    ("ENJOY_ACHIEVE", "Days in school", "three in five", "nine in ten"),
    ("POSITIVE_CONTRIBUTION", "A club or group", "none", "one, each week"),
    ("ECONOMIC_WELLBEING", "Savings and a bank account", "none", "an account in their own name"),
)


class Words:
    """What people write. With canaries, each text holds one, in turn."""

    def __init__(self, canaries: bool) -> None:
        self._canaries: Sequence[str] = CANARIES if canaries else ()
        self._said = 0

    def __call__(self, words: str) -> str:
        if not self._canaries:
            return words
        self._said += 1
        return f"{words} ({self._canaries[self._said % len(self._canaries)]})"
