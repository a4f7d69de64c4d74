"""The lists that no return has: drawn up for this register, dated all the same."""

from __future__ import annotations

from fairplace.referral.lists.code import listed

_OURS = "fairplace, list of this register"
_OFSTED = "Ofsted, social care common inspection framework"

GRADE = listed(
    _OFSTED,
    """
    outstanding Outstanding
    good Good
    requires_improvement Requires improvement to be good
    inadequate Inadequate
    """,
)

DECLINE_REASON = listed(
    _OURS,
    """
    no_vacancy No vacancy
    vacancy_not_available_staffing A vacancy that staffing does not allow to fill
    match_with_resident_children Not a match with the children who live there
    outside_registration Outside the registration
    need_above_capability More need than the home can meet
    need_below_offer Less need than the home is for
    distance Distance
    fee_not_viable The fee is not viable
    incomplete_referral The referral says too little
    risk_unmanageable Risk that cannot be managed
    other_coded Another reason
    """,
)

REJECT_REASON = listed(
    _OURS,
    """
    hard_criterion_unmet A condition was not met
    lower_match_score Came behind by points
    distance Distance
    child_view The child's view
    sibling Brothers and sisters
    education Education
    grade_or_safeguarding Inspection grade or safeguarding
    fee_over_benchmark Fee above the benchmark
    late Late
    withdrawn Withdrawn
    other_coded Another reason
    """,
)

UNSUITABLE_REASON = listed(
    _OURS,
    """
    ages Not registered for the age
    sexes Not registered for the sex
    match_with_resident_children Not a match with the children who live there
    need_above_capability More need than the home can meet
    distance Distance
    sibling Cannot take brothers and sisters together
    risk_unmanageable Risk that cannot be managed
    staffing Not enough staff now
    notice A place under notice
    building The building is not ready
    other_coded Another reason
    """,
)

WITHDRAW_REASON = listed(
    _OURS,
    """
    place_filled The place was filled
    match_with_resident_children Not a match with the children who live there any more
    staffing Not enough staff now
    fee_not_agreed The fee was not agreed
    need_changed The need is another
    other_coded Another reason
    """,
)
