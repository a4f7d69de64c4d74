"""What the council buys: each kind of service with its criteria, its price, its conditions and the questions asked."""

from __future__ import annotations

from typing import NamedTuple

from fairplace.procurement.events import PriceFormula


class Asked(NamedTuple):
    """A question that bidders ask, and its answer."""

    words: str
    answer: str


class Service(NamedTuple):
    """One kind of service. `weights` are basis points by criterion, price among them."""

    trade: str
    cpv: tuple[str, ...]
    light_touch: bool
    weights: dict[str, int]
    price_title: str
    formula: PriceFormula
    scale: str
    conditions: tuple[str, ...]
    asked: tuple[Asked, ...]


_CARE = (
    Asked(
        "May a bid name a home that is still waiting for its registration?",
        "Yes, if the certificate is in place on the first day of the service. Say in section 2 when you expect it.",
    ),
    Asked(
        "Does the indexation clause follow the consumer price index or average weekly earnings?",
        "Three quarters of the price follow average weekly earnings and one quarter the consumer price index, each April.",
    ),
    Asked(
        "How many pages may the staffing plan have, and do rotas count towards them?",
        "Eight pages of A4. Rotas and organisation charts may be annexed and do not count.",
    ),
    Asked(
        "Will the transfer of staff under the 2006 regulations apply to this contract?",
        "The present provider says that eleven people are in scope. Their anonymised terms are in annex F for all.",
    ),
    Asked(
        "Are waking nights priced apart, or within the weekly price?",
        "Within the weekly price. One waking member of staff in each home is part of the core service.",
    ),
    Asked(
        "Can social value commitments be shared with a subcontractor?",
        "Yes. Name the subcontractor and what it will do; the main provider answers for it.",
    ),
)

HOMES = Service(
    trade="homes",
    cpv=("85311300",),
    light_touch=True,
    weights={"care": 2500, "safe": 1500, "staff": 1500, "outcomes": 1000, "social": 1000, "price": 2500},
    price_title="Weekly price for one place",
    formula="lowest-over-price",
    scale="ten",
    conditions=("ofsted-registration", "insurance", "safer-recruitment"),
    asked=(
        *_CARE,
        Asked(
            "May the home be outside the county if it is within twenty miles of the council's offices?",
            "Yes. Distance is counted in a straight line from the front door, as the specification says in 3.4.",
        ),
    ),
)

FOSTERING = Service(
    trade="fostering",
    cpv=("85311300",),
    light_touch=True,
    weights={"match": 2500, "carers": 2000, "safe": 1500, "outcomes": 1000, "social": 500, "price": 2500},
    price_title="Weekly fee for one placement",
    formula="lowest-over-price",
    scale="five",
    conditions=("ofsted-registration", "insurance", "safer-recruitment"),
    asked=(
        *_CARE[1:3],
        Asked(
            "Is the fee for brothers and sisters placed together reduced, and by how much?",
            "There is no fixed reduction. Give your own fee for a second and a third child in the price schedule.",
        ),
        Asked(
            "Do parent and child placements belong to lot 1 or to a lot of their own?",
            "They belong to the specialist band. The price schedule has a line for them.",
        ),
        Asked(
            "May carers who live outside the county be offered?",
            "Yes, if the journey to school takes no longer than forty-five minutes.",
        ),
        _CARE[5],
    ),
)

SUPPORTED = Service(
    trade="supported",
    cpv=("85311300", "70333000"),
    light_touch=True,
    weights={"home": 1500, "support": 2000, "safe": 1500, "staff": 1000, "social": 1000, "price": 3000},
    price_title="Weekly price for one place with ten hours of support",
    formula="lowest-over-price",
    scale="five",
    conditions=("ofsted-registration", "insurance", "fire-safety"),
    asked=(
        *_CARE[:3],
        Asked(
            "Is the price for empty places guaranteed for the first quarter?",
            "Yes, for the block places only, and for thirteen weeks from the start date.",
        ),
        Asked(
            "Who pays council tax for young people who turn eighteen in the service?",
            "The provider until the licence ends; see clause 14 of the contract in the pack.",
        ),
        _CARE[5],
    ),
)

BREAKS = Service(
    trade="breaks",
    cpv=("85312110", "85311200"),
    light_touch=True,
    weights={"access": 2500, "play": 1500, "safe": 1500, "staff": 1000, "social": 1000, "price": 2500},
    price_title="Price for one session",
    formula="linear-to-double",
    scale="ten",
    conditions=("insurance", "safer-recruitment"),
    asked=(
        *_CARE[1:4],
        Asked(
            "Must both sites open in every school holiday from the first year?",
            "Yes. In the first year the second site may open from the Easter holiday.",
        ),
        Asked(
            "Does the council provide medical training for staff, or must we buy it?",
            "The community nursing team gives it without charge to staff who are named two weeks before.",
        ),
        _CARE[5],
    ),
)

SYSTEMS = Service(
    trade="systems",
    cpv=("48000000", "72260000"),
    light_touch=False,
    weights={"fit": 2500, "secure": 2000, "rollout": 1500, "social": 1000, "price": 3000},
    price_title="Price for five years, licences and moving included",
    formula="lowest-over-price",
    scale="five",
    conditions=("cyber-essentials", "insurance"),
    asked=(
        Asked(
            "How many named users and how many at the same time should the price cover?",
            "Four hundred and twenty named users, of whom two hundred and sixty work at the same time.",
        ),
        Asked(
            "In which form will existing records be handed over?",
            "As a database copy with its schema and as documents in folders by case number; samples are in annex C.",
        ),
        Asked(
            "Is single sign-on with the council's directory a must-have function?",
            "Yes, by an open standard. It is function 7 of the list.",
        ),
        Asked(
            "May the service be hosted on shared infrastructure?",
            "Yes, if the data of each customer is held apart and restored apart. Describe how in section 4.",
        ),
    ),
)

TRAVEL = Service(
    trade="travel",
    cpv=("60130000",),
    light_touch=False,
    weights={"reliable": 2000, "riding": 1500, "fleet": 1500, "social": 1000, "price": 4000},
    price_title="Price for one school year on the routes listed",
    formula="linear-to-double",
    scale="five",
    conditions=("operator-licence", "insurance"),
    asked=(
        Asked(
            "Will the routes change when the new school opens in January?",
            "Routes 7 and 9 will. The new stops are in annex B, which all bidders have.",
        ),
        Asked(
            "Are passenger assistants to be priced for every route?",
            "For routes marked A in the schedule only; the others have none today.",
        ),
        Asked(
            "May a bid cover some of the routes only?",
            "No. The routes were planned together and the price is for all of them.",
        ),
    ),
)
