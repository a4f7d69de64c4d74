"""The lists of the yearly return on children looked after (SSDA903). A collection year runs from 1 April to 31 March.

Codes are those of the return; labels are shortened. Which code belongs to which year: the public validation rules of
the return for 2022-23 to 2026-27 (data-to-insight, csc-validator-be-903).
"""

from __future__ import annotations

from fairplace.referral.lists.code import Code, listed

_RETURN = "SSDA903 guide, code sets"
_YEARS = "SSDA903 guide, code sets; years by csc-validator-be-903"

PLACE: tuple[Code, ...] = listed(
    _YEARS,
    """
    A3 Placed for adoption with consent, with the current foster carer
    A4 Placed for adoption with consent, not with the current foster carer
    A5 Placed for adoption by a placement order, with the current foster carer
    A6 Placed for adoption by a placement order, not with the current foster carer
    H5 Semi-independent living, not regulated as a children's home
    K1 Secure children's home
    K2 Children's home
    K3 Supported accommodation
    P1 With own parents or others with parental responsibility
    P2 Independent living
    P3 Residential employment
    R1 Residential care home
    R2 NHS or another establishment giving medical or nursing care
    R3 Family centre or mother and baby unit
    R5 Young offender institution or prison
    S1 Residential school, but not one registered as a children's home
    T0 All types of temporary move
    T1 Temporary stay in hospital
    T2 Temporary absence on holiday
    T3 Temporary while the foster carer is on holiday
    T4 Temporary accommodation of seven days or less, for any reason
    U1 Foster care with a relative or friend, long term
    U2 Foster care with a relative or friend who is also approved for adoption
    U3 Foster care with a relative or friend, neither of these
    U4 Foster care with another carer, long term
    U5 Foster care with another carer who is also approved for adoption
    U6 Foster care with another carer, neither of these
    Z1 Other placement
    Z11 Other arrangement of the list from 2025-26, first kind
    Z12 Other arrangement of the list from 2025-26, second kind
    Z13 Other arrangement of the list from 2025-26, third kind
    Z14 Other arrangement of the list from 2025-26, fourth kind
    """,
    H5=(None, "2025-03-31"),
    P2=(None, "2023-10-27"),
    Z1=(None, "2025-03-31"),
    K3=("2024-04-01", None),
    Z11=("2025-04-01", None),
    Z12=("2025-04-01", None),
    Z13=("2025-04-01", None),
    Z14=("2025-04-01", None),
)

PLACE_PROVIDER = listed(
    _RETURN,
    """
    PR0 Parents or others with parental responsibility
    PR1 Own provision by the authority
    PR2 Another authority
    PR3 Other public provision
    PR4 Private provision
    PR5 Voluntary provision
    """,
)

LEGAL_STATUS = listed(
    _RETURN,
    """
    C1 Interim care order
    C2 Full care order
    D1 Freeing order
    E1 Placement order
    J1 Remanded to the care of the authority or to youth detention
    J2 Placed under the Police and Criminal Evidence Act
    J3 Youth rehabilitation order with a residence requirement
    L1 Under police protection
    L2 Emergency protection order
    L3 Child assessment order
    V2 Single period of accommodation under section 20
    V3 Short breaks, recorded one by one
    V4 Short breaks, agreed as a series
    """,
)

NEED = listed(
    _RETURN,
    """
    N1 Abuse or neglect
    N2 The child's disability
    N3 Parental illness or disability
    N4 Family in acute stress
    N5 Family dysfunction
    N6 Socially unacceptable behaviour
    N7 Low income
    N8 Absent parenting
    """,
)

NEW_EPISODE = listed(
    _RETURN,
    """
    S Started to be looked after
    P Placement and carer changed
    L Legal status changed
    T Placement changed, the carer did not
    B Placement, carer and legal status changed
    U Placement and legal status changed, the carer did not
    """,
)

PLACEMENT_CHANGE = listed(
    _RETURN,
    """
    CARPL Care plan changed or carried out
    CLOSE The provision closed or the carer resigned
    ALLEG Allegation
    STAND Concern about the standard of care
    APPRR Approval removed
    CREQB The carer asked, because of the child's behaviour
    CREQO The carer asked, for another reason
    CHILD The child asked
    LAREQ The responsible or the area authority asked
    PLACE Only the status of the placement changed
    CUSTOD Custody
    OTHER Another reason
    """,
)

EPISODE_END = listed(
    _RETURN,
    """
    E2 Died
    E3 Care taken over by another authority in the United Kingdom
    E4A Returned home as part of the care plan
    E4B Returned home, not as part of the care plan
    E5 Independent living with support
    E6 Independent living without formal support
    E7 Residential care paid by adult social care
    E8 Ceased to be looked after for another reason
    E9 Sentenced to custody
    E11 Adopted, unopposed
    E12 Adopted, consent dispensed with
    E13 Left to live with parents, relatives or others without parental responsibility
    E14 Accommodation on remand ended
    E15 Found to be 18 or over by an age assessment
    E16 Moved abroad
    E17 Turned 18 and stayed with the carers
    E41 Child arrangements or residence order
    E45 Special guardianship to former carers who are relatives or friends
    E46 Special guardianship to former carers who are neither
    E47 Special guardianship to others who are relatives or friends
    E48 Special guardianship to others who are neither
    X1 The episode ends and another begins on the same day
    """,
)

REVIEW = listed(
    _RETURN,
    """
    PN0 Under four at the time
    PN1 Was there and spoke for themselves
    PN2 Was there and an advocate spoke
    PN3 Was there and gave their views without words
    PN4 Was there and gave no views
    PN5 Was not there and asked an advocate to speak
    PN6 Was not there and gave their views in another way
    PN7 Was not there and gave no views
    """,
)
