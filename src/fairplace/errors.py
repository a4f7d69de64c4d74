"""Every error that fairplace raises on purpose.

FairplaceError
├── Refused          the procedure does not allow it: show the message            exit 1, HTTP 422
│   └── Forbidden    this person's role does not allow it                         exit 1, HTTP 403
├── Malformed        what came cannot be read: say what came and what was expected exit 2, HTTP 400
├── Unproven         a proof, digest or signature fails: show nothing else        exit 1, HTTP 422
├── Conflict         somebody wrote first, or a deadline passed: prepare again    exit 4, HTTP 409
│   └── Busy         the store is locked for too long: try again                  exit 4, HTTP 503
├── Missing          there is no such thing                                       exit 2, HTTP 404
└── Misconfigured    the operator must act                                        exit 5, HTTP 500
"""


class FairplaceError(Exception):
    """The base. Messages are lower-case sentences that say what came, what was expected, and what to do."""

    exit_code = 1
    status = 422


class Refused(FairplaceError):
    """The procedure does not allow it.

    `code` names the refusal for an override and for tests; an integrity refusal cannot be overridden.
    """

    def __init__(self, message: str, *, code: str = "integrity", overridable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.overridable = overridable


class Forbidden(Refused):
    status = 403


class Malformed(FairplaceError):
    exit_code = 2
    status = 400


class Unproven(FairplaceError):
    pass


class Conflict(FairplaceError):
    """Somebody wrote first. `kind` is one of stream, keys, condition, deadline, early, idempotency, digest."""

    exit_code = 4
    status = 409

    def __init__(self, message: str, *, kind: str = "stream") -> None:
        super().__init__(message)
        self.kind = kind


class Busy(Conflict):
    status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, kind="busy")


class Missing(FairplaceError):
    exit_code = 2
    status = 404


class Misconfigured(FairplaceError):
    exit_code = 5
    status = 500
