"""What evaluators write: for each criterion its title, what a good bid says, and what a weaker one leaves out."""

from __future__ import annotations

from typing import NamedTuple

from fairplace.synthesis.chance import Chance


class Theme(NamedTuple):
    """A quality criterion. Strengths and gaps are clauses that follow one another in any order.

    What a strength and a gap of the same number say does not go together: a reason never has both.
    """

    title: str
    strengths: tuple[str, ...]
    gaps: tuple[str, ...]


THEMES: dict[str, Theme] = {
    "care": Theme(
        "Quality of care",
        (
            "each young person has a named key worker with four protected hours a week",
            "the therapeutic model is set out step by step with a psychologist on site twice a week",
            "routines, bedtimes and family time are agreed with the young person and reviewed monthly",
            "the home plans for education from the first day with a named school link",
            "meals, hobbies and pocket money are costed and belong to the written care offer",
            "the bid shows how a first night is prepared and who sits with the young person",
        ),
        (
            "it does not say what happens when the therapist is on leave",
            "the example of a care plan is generic and shows no link to assessed need",
            "it is silent on contact with brothers and sisters placed elsewhere",
            "the description of evenings and weekends is three lines long",
            "it promises a bespoke approach without one worked example",
            "preparation for moving on is mentioned but has no timetable or owner",
        ),
    ),
    "safe": Theme(
        "Safeguarding",
        (
            "the missing-from-home protocol names who calls whom within the first thirty minutes",
            "return interviews are offered within 72 hours and their themes go to the manager monthly",
            "allegations against staff go to the designated officer the same day by a written route",
            "safer recruitment includes two verified references and a gap check back to school",
            "the location risk assessment is renewed every six months together with local police",
            "young people have three ways to complain, one of them outside the organisation",
        ),
        (
            "online safety is covered by a policy title only, with no practice described",
            "no evidence is given that return interviews actually take place",
            "it does not say how agency staff are checked before a first shift",
            "the escalation route stops at the deputy manager and names nobody above",
            "criminal exploitation is mentioned once and no training is listed for it",
            "learning from the two serious incidents described is not shown",
        ),
    ),
    "staff": Theme(
        "Staffing and stability",
        (
            "staff turnover has been under eighteen per cent for three years, with figures by team",
            "the rota keeps two permanent staff on every shift including waking nights",
            "supervision takes place every three weeks and attendance is reported to the board",
            "a deputy is in post so that the manager's leave never leaves the team uncovered",
            "induction lasts six weeks and new staff shadow for the first ten shifts",
            "pay progression is tied to the level 3 diploma, which nine in ten already hold",
        ),
        (
            "it gives no turnover figure, although the question asks for three years",
            "the rota shows one person alone between ten at night and seven",
            "supervision records from the last inspection are described but not evidenced",
            "the manager's post is vacant and no date for filling it is offered",
            "a third of the hours are to be covered by agency staff in the first year",
            "training is listed by title with no completion rates",
        ),
    ),
    "outcomes": Theme(
        "Outcomes",
        (
            "each goal has a measure, a date and the person who checks it",
            "school attendance and stability are reported each quarter, by home and by school",
            "young people score their own progress and the results change the plan",
            "three anonymised examples show what changed within six months and why",
            "missed goals are reviewed within two weeks with the social worker",
            "the bid offers to share its outcomes data with the council each month",
        ),
        (
            "the measures count activities and say little about what changed",
            "no baseline is taken, so that progress could not be shown",
            "the reporting form is long and nobody is named to fill it in",
            "the examples date from a different kind of service",
            "it is unclear who collects the views of young people who do not use speech",
            "targets for friendship and leisure are called ambitious but carry no figures",
        ),
    ),
    "social": Theme(
        "Social value",
        (
            "four apprenticeships are kept for care leavers, with a mentor for each",
            "two thirds of spending on food and repairs stays within fifteen miles",
            "the provider pays the real living wage to all staff including cleaners",
            "a yearly open day and a parent group are funded from the bidder's own reserves",
            "travel is planned to cut mileage by a fifth, with the yearly figures published",
            "volunteering time of two days for each employee is already in use elsewhere",
        ),
        (
            "apprenticeships are promised without number, date or subject",
            "the commitments are national and none is tied to the county",
            "most of what is offered is already required by law",
            "it does not say how the promises would be reported to the council",
            "the carbon plan repeats the corporate brochure and has no target for this contract",
            "work with local schools is named as an intention only",
        ),
    ),
    "match": Theme(
        "Matching and placement choice",
        (
            "each referral is answered within four hours with the carer's own words on fit",
            "the matching form weighs school, faith, pets and other children in the household",
            "introductions over two visits are the rule for every planned placement",
            "a duty worker can agree an emergency match at any hour with a manager on call",
            "the agency shows how it declined nine referrals and explained each in writing",
            "brothers and sisters are kept together in all but four of last year's placements",
        ),
        (
            "answers to referrals took two days in the sample it chose itself",
            "faith and culture are covered by a single sentence",
            "the form asks about vacancies before it asks about need",
            "matching is left to one coordinator and no cover is described",
            "it does not say what a foster carer may see of a referral",
            "the bid does not show how a match is reviewed once it has begun",
        ),
    ),
    "carers": Theme(
        "Foster carers: recruitment, training and support",
        (
            "twenty-six households were approved last year and only three left",
            "every carer has a supervising social worker with no more than fifteen households",
            "training on trauma is done by all carers in their first year, with figures",
            "support at night comes from staff who know the household, not from a call centre",
            "carers sit on the recruitment panel and shape its questions",
            "respite of fourteen days a year is arranged with carers the child already knows",
        ),
        (
            "recruitment figures are for the whole region and not for this county",
            "supervision caseloads are said to be manageable without a figure",
            "the training plan for parent and child placements is missing",
            "it gives no number of carers able to take teenagers",
            "exit interviews are held but nothing from them is reported",
            "the allowance for respite is not explained",
        ),
    ),
    "home": Theme(
        "Accommodation and location",
        (
            "all rooms have their own bathroom and the doors lock from the inside",
            "the houses are within a ten-minute walk of a bus to the college",
            "each property has had a fire risk assessment this year, with the works done",
            "there are no more than four young people in any one house",
            "wifi, laundry and a quiet room to study are included in the weekly price",
            "young people choose their colours and keep their belongings when they move on",
        ),
        (
            "the floor plan shows one shared shower on the top floor",
            "two of the five addresses are still to be leased",
            "the repairs standard has no response times",
            "nothing is said about noise, neighbours or the night-time economy nearby",
            "the bid does not show that the location was discussed with the police",
            "furniture is described as basic and no inventory is attached",
        ),
    ),
    "support": Theme(
        "Support and moving on",
        (
            "key work takes ten hours a week at first and falls only by agreement",
            "each young person has a budget plan and practises it on a real tenancy account",
            "move-on begins at six months, with the housing register and a named landlord",
            "support with college, work and benefits is given by the same worker throughout",
            "there is a drop-in for former residents on two evenings a week",
            "health appointments are planned, attended and followed up with the nurse for care leavers",
        ),
        (
            "key work hours are averaged over the house, so that one person's share is unknown",
            "there is no plan for young people who seek asylum and await a decision",
            "the move-on rate is given for one year only",
            "it does not say who supports a young person whose tenancy fails",
            "evening cover is by telephone from another county",
            "the example budget leaves out travel and a mobile telephone",
        ),
    ),
    "access": Theme(
        "Access and inclusion",
        (
            "hoists, changing places and a sensory room are at both sites and were inspected this year",
            "sessions run on Saturdays and in all thirteen weeks of school holidays",
            "staff sign, use communication boards and update each family's passport after every session",
            "transport for wheelchair users is included and booked by one telephone number",
            "a nurse trains staff for each child's own medical plan before a first session",
            "parents helped to write the timetable and meet the managers each term",
        ),
        (
            "one of the two sites has no changing place until next summer",
            "the age limit leaves out those aged seventeen",
            "it does not describe how a child who communicates without speech chooses activities",
            "the waiting list is run on paper and families cannot see their place in it",
            "medical training is promised but the trainer is not named",
            "holiday sessions end at three in the afternoon, which the specification rules out",
        ),
    ),
    "play": Theme(
        "Quality of activities and care",
        (
            "each session has a plan that begins with what the child enjoys and ends with a note home",
            "swimming, cooking and music are offered by staff who were named with their training",
            "overnight stays begin with three short visits and the same member of staff",
            "families choose between two programmes each term and their choices are published",
            "quiet rooms and outdoor space are both shown on the plan and in the risk assessment",
            "the bid describes two difficult sessions and what was changed afterwards",
        ),
        (
            "families hear about a session only when something went wrong",
            "personal care is covered by a policy title and nothing more",
            "overnight stays are to begin in the second year only",
            "the programme is the same for those of eight and those of sixteen",
            "it does not say how friendships between sessions are helped along",
            "the example timetable leaves forty minutes without any activity",
        ),
    ),
    "riding": Theme(
        "Safety of passengers",
        (
            "each route has a risk assessment that was driven and signed before the term began",
            "drivers and assistants have enhanced checks, with a list of dates and renewal reminders",
            "handover at the school gate is to a named adult and is noted on a tablet",
            "seizure and choking drills are practised each term with the community nurse",
            "a child who is not met at home goes with two adults to an agreed place",
            "concerns about a passenger reach the school and the council on the same day",
        ),
        (
            "the risk assessments are for vehicles and not for routes or passengers",
            "renewal of checks is left to each driver",
            "handover is described as usual practice without a record",
            "training in behaviour support is planned for the second year",
            "it does not say what happens when nobody is at home",
            "the incident form has no place for what was learnt",
        ),
    ),
    "fit": Theme(
        "Fit with the specification",
        (
            "all forty-one must-have functions were shown working on test data, not on slides",
            "the placement module holds offers, declines and reasons in the form we report",
            "statutory returns are produced from the same records and were checked line by line",
            "social workers in the trial group finished a referral in eleven minutes on average",
            "data can be taken out at any time in an open format without charge",
            "the product roadmap is public and customers vote on it twice a year",
        ),
        (
            "five must-have functions are planned for next year only",
            "chronologies cannot be searched across brothers and sisters",
            "the finance interface is described for another product",
            "the accessibility statement lists eight open failures",
            "reports need a separate licence that the price does not contain",
            "offline use for visits is not offered",
        ),
    ),
    "secure": Theme(
        "Security and data protection",
        (
            "access is by role and every view of a record is logged and can be reported",
            "penetration tests are done twice a year and the last summary is attached",
            "data stays in two United Kingdom data centres with restores tested each quarter",
            "staff have vetting at the level asked for, with dates",
            "the impact assessment names eleven risks and who owns each",
            "incidents in the last three years are listed with what was changed",
        ),
        (
            "roles are fixed by the supplier and cannot follow our own teams",
            "the penetration test is two years old",
            "the backup is restored once a year and never in full",
            "deletion at the end of the contract is promised without a method",
            "the impact assessment is a template with our name put in",
            "two of the subcontractors who would see live records are not named",
        ),
    ),
    "rollout": Theme(
        "Implementation and support",
        (
            "the plan has nine stages with a date, an owner and a way back for each",
            "data is moved three times in rehearsal before it is moved for good",
            "two trainers stay on site for the first four weeks",
            "the help desk answers in ninety seconds on average, with monthly figures",
            "users of three other councils were named and spoke well of the first month",
            "each team has a lead user who is paid for the time",
        ),
        (
            "all teams would go live on one day with no way back",
            "the plan counts on our staff for forty days that we have not offered",
            "training is by video only",
            "the help desk closes at five, when duty teams are busiest",
            "the named project manager is shared with four other councils",
            "moving old documents is priced as an extra",
        ),
    ),
    "reliable": Theme(
        "Reliability and punctuality",
        (
            "ninety-eight of a hundred journeys last year arrived within five minutes, by route",
            "a spare vehicle and driver stand ready at each depot until half past nine",
            "families are told of a delay by message before the vehicle is due",
            "the same driver and assistant stay with a route for the whole school year",
            "vehicles are tracked and the council can see them without asking",
            "passenger assistants are trained for epilepsy, with yearly refreshers",
        ),
        (
            "punctuality is given for all work together and not for school routes",
            "spare vehicles are an hour away",
            "a change of driver is told to families afterwards",
            "it does not say how a route is covered when snow closes the depot road",
            "the complaint figures stop two years ago",
            "passenger assistants are recruited after the award only",
        ),
    ),
    "fleet": Theme(
        "Vehicles and emissions",
        (
            "half the fleet is electric now and the rest follows within the first two years",
            "all vehicles have raised roofs, four-point restraints and seats that were crash tested",
            "inspections every six weeks are booked and their results are shared",
            "no vehicle is older than five years, as the list with dates shows",
            "chargers are already built at both depots",
            "tail lifts are tested each morning and the sheet stays in the cab",
        ),
        (
            "electric vehicles are an aim with no order placed",
            "restraints are described by one photograph",
            "the list of vehicles has no dates of inspection",
            "the average age of the fleet is nine years",
            "two vehicles on the list belong to somebody else",
            "there is no plan for ramps that fail on the road",
        ),
    ),
}

DESCRIPTORS = {
    "five": {
        "0": "No answer",
        "1": "Poor: serious doubt",
        "2": "Limited: several doubts",
        "3": "Acceptable: few doubts",
        "4": "Good: full confidence in most points",
        "5": "Excellent: full confidence throughout",
    },
    "ten": {
        "0": "No answer",
        "2": "Poor: serious doubt",
        "4": "Limited: several doubts",
        "6": "Acceptable: few doubts",
        "8": "Good: full confidence in most points",
        "10": "Excellent: full confidence throughout",
    },
}


def reason(theme: Theme, worth: int, chance: Chance) -> str:
    """Why a mark was given, about what the bid says; `worth` is the mark as a percentage of the highest."""
    numbers = chance.some(range(len(theme.strengths)), 4)
    one, two = (theme.strengths[number] for number in numbers[:2])
    gap, other = (theme.gaps[number] for number in numbers[2:])
    page, further = chance.between(3, 18), chance.between(19, 44)
    if worth >= 75:
        said = chance.pick((
            f"{one} (page {page}), and {two} (page {further})",
            f"on page {page} {one}; {two}",
            f"{one}, as page {page} shows; page {further} adds that {two}",
        ))  # fmt: skip
        said += "" if worth == 100 else f"; {gap}"
    elif worth >= 45:
        said = chance.pick((
            f"{one} (page {page}); {gap}",
            f"page {page} shows that {one}, but {gap}",
            f"{one} (page {page}), yet {gap} (page {further})",
        ))  # fmt: skip
    else:
        said = chance.pick((
            f"{gap}, and {other} (page {page})",
            f"{gap} (page {page}); {other}; to its credit {one}",
        ))  # fmt: skip
    return said[0].upper() + said[1:] + "."


def why_changed(theme: Theme, given: list[int], agreed: int, chance: Chance) -> str:
    """Why the panel settled on a mark that not everybody had given."""
    marks = ", ".join(str(mark) for mark in given)
    found = chance.pick(theme.strengths if agreed >= sum(given) / len(given) else theme.gaps)
    page = chance.between(4, 40)
    return chance.pick(
        (
            f"Marks of {marks} were talked through; {agreed} was agreed after reading page {page} together: {found}.",
            f"From {marks} to {agreed}: all accepted that {found} (page {page}), which one of us had weighed otherwise.",
            f"The panel came to {agreed} from {marks} because {found}, and the published descriptor for it fits best.",
        )
    )
