"""Eighteen months of one council: which procurements there are, and which story each of them tells."""

from __future__ import annotations

from functools import partial

from fairplace.synthesis import after_signature, equal_terms, faults, twists
from fairplace.synthesis.competition import Competition
from fairplace.synthesis.outline import Outline
from fairplace.synthesis.placements import ForOnePerson
from fairplace.synthesis.services import BREAKS, FOSTERING, HOMES, SUPPORTED, SYSTEMS, TRAVEL

Entry = tuple[type[Competition], Outline]

# What each kind of contract usually is: places by weeks, sessions, or years.
_homes = partial(Outline, service=HOMES, bids=4, pounds=(4_600, 6_400), units=624)
_fostering = partial(Outline, service=FOSTERING, bids=4, pounds=(880, 1_180), units=3_120)
_supported = partial(Outline, service=SUPPORTED, bids=4, pounds=(1_150, 1_750), units=1_248)
_breaks = partial(Outline, service=BREAKS, bids=3, pounds=(64, 98), units=14_000)
_systems = partial(Outline, service=SYSTEMS, bids=3, pounds=(540_000, 910_000), units=1, questions=2)
_travel = partial(Outline, service=TRAVEL, bids=3, pounds=(310_000, 440_000), units=3, questions=2)

PROGRAMME: tuple[Entry, ...] = (
    (
        twists.OneTooLate,
        _homes(
            slug="homes-framework",
            ago=373,
            title="Framework for places in children's homes, 2025 to 2029",
            need="About ninety young people live in homes run by others. Most places are bought one by one, at short"
            " notice and at very different prices. A framework gives known quality, known prices and a fair order of call.",
            bids=12,
            winners=6,
            units=3_744,
            questions=4,
            framework=True,
        ),
    ),
    (
        twists.Challenged,
        _fostering(
            slug="fostering-framework",
            ago=360,
            title="Framework for independent fostering agencies",
            need="Two in five foster placements come from agencies. The present list has closed, and brothers and sisters"
            " and older children wait longest.",
            bids=7,
            winners=4,
            units=12_480,
            framework=True,
        ),
    ),
    (
        faults.ToldOneOnly,
        _supported(
            slug="supported-north",
            ago=351,
            title="Supported accommodation in the north of the county: twelve block places",
            need="Young people of sixteen and seventeen are placed up to forty miles from college for want of places"
            " near the two northern towns.",
        ),
    ),
    (
        faults.UnexplainedMarks,
        _breaks(
            slug="short-breaks-west",
            ago=342,
            title="Short breaks for disabled children: Saturdays and holidays, western districts",
            need="Forty families wait for a Saturday or holiday break within half an hour of home.",
        ),
    ),
    (
        after_signature.ThenChanged,
        _systems(
            slug="case-management",
            ago=334,
            title="Case management system for children's services",
            need="Support for the present system ends. Social workers enter the same facts up to four times.",
            bids=4,
        ),
    ),
    (
        faults.WaitedForOne,
        _homes(
            slug="homes-emotional",
            ago=326,
            title="Four block places in homes for young people with complex emotional needs",
            need="Places for this group were found at a day's notice in three of four cases last year, most of them out"
            " of county.",
        ),
    ),
    (
        twists.Recused,
        _fostering(
            slug="fostering-specialist",
            ago=318,
            title="Specialist fostering with therapeutic support",
            need="Twelve young people could leave homes for a family if carers had a therapist at hand.",
        ),
    ),
    (
        faults.SignedTooSoon,
        _travel(
            slug="school-travel",
            ago=310,
            title="Home to school travel for pupils with special educational needs, nine routes",
            need="The present contract ends with the school year; nine routes carry seventy-one passengers.",
        ),
    ),
    (
        faults.WrongTotals,
        _supported(
            slug="supported-asylum",
            ago=302,
            title="Supported accommodation for unaccompanied young people: sixteen block places",
            need="Arrivals under the national transfer scheme wait in temporary rooms; settled places with language"
            " support are needed.",
            bids=5,
            units=1_664,
        ),
    ),
    (
        twists.MovedForAll,
        _homes(
            slug="homes-emergency",
            ago=294,
            title="Two emergency places in a children's home, open day and night",
            need="When a placement ends overnight there is nowhere in the county to go.",
            bids=3,
            units=312,
        ),
    ),
    (
        faults.NotLookedUp,
        _breaks(
            slug="short-breaks-overnight",
            ago=286,
            title="Overnight short breaks for disabled children and young people",
            need="The only overnight unit closes for rebuilding; twenty-six families depend on it.",
            units=11_000,
        ),
    ),
    (
        faults.ToldApart,
        _fostering(
            slug="fostering-parent-child",
            ago=278,
            title="Parent and child foster placements",
            need="Courts ask for assessments in a family; the council has two such carers of its own.",
            units=2_080,
        ),
    ),
    (
        twists.AwardTakenBack,
        _homes(
            slug="homes-solo",
            ago=270,
            title="Solo and two-bed homes with a therapeutic team",
            need="A few young people need a home to themselves for some months, with the same adults throughout.",
        ),
    ),
    (
        twists.Challenged,
        _breaks(
            slug="life-story",
            ago=262,
            title="Life-story workshops for children in care",
            need="Children in care ask who they are and where they come from; the workshops help them to tell it.",
            pounds=(360, 520),
            units=95,
            regime="BELOW",
        ),
    ),
    (
        faults.LetInLate,
        _supported(
            slug="supported-leavers",
            ago=254,
            title="Floating support for care leavers in their own tenancies",
            need="One tenancy in four fails in its first year.",
        ),
    ),
    (
        faults.DetailsTooLate,
        _systems(
            slug="foster-payments",
            ago=246,
            title="Payments and recruitment portal for foster carers",
            need="Allowances are worked out by hand; one in nine was wrong last quarter.",
            pounds=(260_000, 390_000),
        ),
    ),
    (
        twists.NobodySuitable,
        _homes(
            slug="homes-step-down",
            ago=238,
            title="Step-down home for young people who leave secure accommodation",
            need="Young people leave secure care without a place to go to; a home with intensive support is sought.",
            bids=3,
        ),
    ),
    (
        faults.SecondBest,
        _homes(
            slug="homes-disability",
            ago=230,
            title="Six block places in homes for disabled young people",
            need="Six young people live more than a hundred miles from their families.",
            units=936,
        ),
    ),
    (
        faults.HiddenCriterion,
        _fostering(
            slug="fostering-sibling",
            ago=222,
            title="Fostering for brothers and sisters together",
            need="Every third group of brothers and sisters is parted on entering care.",
        ),
    ),
    (
        faults.RecusedInName,
        _breaks(
            slug="short-breaks-east",
            ago=214,
            title="Short breaks for disabled children: after school and holidays, eastern districts",
            need="There is no after-school offer east of the river for children who need two adults.",
            bids=4,
        ),
    ),
    (
        faults.SignedUnannounced,
        _supported(
            slug="supported-crash-pads",
            ago=206,
            title="Crash pads and night-stop places for care leavers",
            need="Care leavers who lose a home sleep on sofas; six places for up to four weeks are sought.",
            bids=3,
            units=780,
        ),
    ),
    (
        twists.PortalFailed,
        _fostering(
            slug="fostering-remand",
            ago=198,
            title="Remand fostering",
            need="Courts remand young people to the council's accommodation; a family is better than a home.",
            bids=5,
            units=1_040,
        ),
    ),
    (
        faults.WeightsMoved,
        _homes(
            slug="homes-coast",
            ago=190,
            title="Four block places in homes on the coast",
            need="The coastal district has schools with room and no home within twenty miles.",
            bids=5,
        ),
    ),
    (
        faults.SaidToBeSmall,
        _supported(
            slug="supported-parents",
            ago=182,
            title="Supported accommodation for young parents",
            need="Four flats with support for parents of eighteen or younger and their babies.",
            bids=3,
            units=416,
            pounds=(1_650, 2_150),
            regime="BELOW",
        ),
    ),
    (
        faults.SideLane,
        _homes(
            slug="homes-short-notice",
            ago=174,
            title="Short-notice places in children's homes: six places, answer within four hours",
            need="A third of searches begin on the day on which a place is needed.",
            units=936,
        ),
    ),
    (
        faults.SignedInSpite,
        _travel(
            slug="contact-travel",
            ago=166,
            title="Travel for family time and respite stays",
            need="Eleven hundred journeys a month are booked one by one by telephone.",
            pounds=(190_000, 270_000),
        ),
    ),
    (
        faults.FiveDays,
        _breaks(
            slug="short-breaks-sport",
            ago=158,
            title="Inclusive sport and holiday clubs",
            need="Disabled children want the clubs that their brothers and sisters go to.",
        ),
    ),
    (
        twists.HeardAndKept,
        _homes(
            slug="homes-assessment",
            ago=150,
            title="Assessment home: three places for twelve weeks each",
            need="Matching fails because too little is known; twelve weeks with a full team would change that.",
            units=468,
        ),
    ),
    (
        faults.MarksWithoutReasons,
        _supported(
            slug="supported-south",
            ago=142,
            title="Supported accommodation in the south of the county: ten block places",
            need="Rents in the south have driven small providers out; young people are sent north.",
            units=1_040,
        ),
    ),
    (
        faults.NeverDeclared,
        _fostering(
            slug="fostering-teenagers",
            ago=134,
            title="Fostering for teenagers with education support",
            need="Half of the young people over thirteen in homes could live in a family with the right support.",
        ),
    ),
    (
        after_signature.ThenEnded,
        _breaks(
            slug="short-breaks-nursing",
            ago=126,
            title="Short breaks with nursing care",
            need="Children with a feeding tube or oxygen are turned away by the present clubs.",
            units=12_000,
        ),
    ),
    (
        faults.AssessedAfterwards,
        _travel(
            slug="college-travel",
            ago=118,
            title="Travel to college for care leavers and young people with disabilities",
            need="Four colleges beyond the bus routes take our young people.",
            bids=4,
        ),
    ),
    (
        faults.NotHeard,
        _homes(
            slug="homes-trafficked",
            ago=112,
            title="Home for young people who were exploited or trafficked",
            need="Young people found by the police need a safe address away from where they were exploited.",
            bids=5,
            units=468,
        ),
    ),
    (
        twists.WeightsClarified,
        _supported(
            slug="supported-mental-health",
            ago=106,
            title="Supported accommodation with mental health support",
            need="Eight young people are ready to leave hospital and have no address to go to.",
            units=832,
        ),
    ),
    (
        ForOnePerson,
        _homes(
            slug="spot-home",
            ago=140,
            title="Individual placement in a children's home, agreed by telephone",
            need="A place was needed within hours and no provider on the framework had one.",
            bids=1,
            units=52,
            evaluators=1,
        ),
    ),
    (
        ForOnePerson,
        _fostering(
            slug="spot-fostering",
            ago=61,
            title="Individual foster placement outside the framework",
            need="No carer on the framework lived near the school.",
            bids=1,
            units=52,
            evaluators=1,
        ),
    ),
    # Where things stand on the last day
    (
        twists.ClaimedAgainst,
        _travel(
            slug="assistants",
            ago=58,
            title="Passenger assistants and medical escorts",
            need="Fourteen routes need a trained assistant; the agency contract ends.",
            pounds=(150_000, 230_000),
        ),
    ),
    (
        twists.AskedLately,
        _supported(
            slug="supported-town",
            ago=53,
            title="Supported accommodation in the county town: eight block places",
            need="Young people at the two colleges travel more than an hour each way.",
            units=832,
        ),
    ),
    (
        Competition,
        _systems(
            slug="brokerage",
            ago=51,
            title="Brokerage and placement search system",
            need="Searches run by e-mail to two hundred addresses, and nobody can show who was asked.",
        ),
    ),
    (
        after_signature.CalledOff,
        _homes(
            slug="homes-learning",
            ago=46,
            title="Homes for young people with learning disabilities: four block places",
            need="Three of the four present places end when the provider closes in spring.",
        ),
    ),
    (
        equal_terms.Unnamed,
        _fostering(
            slug="fostering-bridging",
            ago=38,
            title="Bridging placements between a home and a family",
            need="Moves from a home to a family fail for want of a step between.",
        ),
    ),
    (
        Competition,
        _breaks(
            slug="short-breaks-play",
            ago=32,
            title="Adventure playground and play scheme for disabled children",
            need="The playground closed in 2024; two charities offer to run it if sessions are bought.",
        ),
    ),
    (
        equal_terms.SealedToOpeners,
        _homes(
            slug="homes-block-2027",
            ago=31,
            title="Eight block places in children's homes from April 2027",
            need="The framework fills two places in three; the rest are still bought at a day's notice.",
            bids=5,
            units=1_248,
        ),
    ),
    (
        Competition,
        _supported(
            slug="supported-2027",
            ago=24,
            title="Supported accommodation framework from 2027",
            need="The block contracts cover half of what is needed; a framework for the rest is sought.",
            bids=7,
            winners=4,
            framework=True,
        ),
    ),
    (
        Competition,
        _fostering(
            slug="fostering-2027",
            ago=12,
            title="Fostering for babies and early permanence",
            need="Babies move twice on average before they find their family.",
        ),
    ),
    (
        twists.OnlyPlanned,
        _systems(
            slug="education-tracking",
            ago=6,
            title="Tracking of education and attendance for children in care",
            need="The virtual school gathers attendance by telephone each morning.",
            pounds=(240_000, 330_000),
        ),
    ),
    (
        twists.OnlyPlanned,
        _homes(
            slug="homes-refurbished",
            ago=1,
            title="Provider for two homes that the council has bought",
            need="Two houses are ready in spring; the council owns them and looks for somebody to run them.",
        ),
    ),
)
